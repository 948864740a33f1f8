"""Magic links: only the whole token, with its key, its purpose and its time, opens anything."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.support.examples import many
from tests.support.factories import World
from webapp.keys import Keyring
from webapp.models import Engagement, Link, Purpose
from webapp.services.core.errors import LinkInvalid
from webapp.services.mail import links
from webapp.services.work import engagements

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
OTHER_KEYS = Keyring.parse("8:mX2vP7qL4wK9tR3yB6nH1jD5sG8fCzQe")


@pytest.fixture
def engagement(world: World) -> Engagement:
    return world.open_engagement(is_read=False)[0]


@pytest.fixture
def link(session: Session, world: World, engagement: Engagement, keyring: Keyring) -> Link:
    return links.make(session, keyring, Purpose.PAGE, now=world.now, contact=world.bennani, engagement=engagement)


def find(session: Session, keys: Keyring, text: str, now: datetime, purpose: Purpose = Purpose.PAGE) -> Link:
    return links.find(session, keys, text, purpose, now=now, days_after_close=90)


def test_a_token_is_53_lower_case_letters_and_digits_that_no_mail_program_cuts(keyring: Keyring) -> None:
    for number in range(64):
        made = Link(nonce=bytes([number * 4 % 256]) * 16, key_number=7, purpose=Purpose.PAGE, epoch=number)

        assert re.fullmatch(r"[a-z2-7]{53}", links.token(keyring, made))


def test_a_token_opens_what_it_was_made_for(session: Session, world: World, keyring: Keyring, link: Link) -> None:
    text = links.token(keyring, link)

    assert find(session, keyring, text, world.now) is link
    assert find(session, keyring, text.upper(), world.now) is link
    assert links.token(keyring, link) == text


@settings(max_examples=many(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 52), letter=st.sampled_from(ALPHABET))
def test_a_token_with_one_letter_changed_opens_nothing(
    session: Session, world: World, keyring: Keyring, link: Link, place: int, letter: str
) -> None:
    text = links.token(keyring, link)
    changed = text[:place] + letter + text[place + 1 :]
    if changed == text:
        return

    with pytest.raises(LinkInvalid):
        find(session, keyring, changed, world.now)


def test_no_other_last_letter_opens_the_same_link(session: Session, world: World, keyring: Keyring, link: Link) -> None:
    text = links.token(keyring, link)

    for letter in ALPHABET.replace(text[-1], ""):
        with pytest.raises(LinkInvalid):
            find(session, keyring, text[:-1] + letter, world.now)


@settings(max_examples=many(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=70) | st.text(alphabet=ALPHABET, min_size=53, max_size=53))
def test_whatever_is_typed_in_the_address_bar_is_a_link_or_none(
    session: Session, world: World, keyring: Keyring, text: str
) -> None:
    with pytest.raises(LinkInvalid):
        find(session, keyring, text, world.now)


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.PAGE])
def test_a_token_opens_nothing_for_another_purpose(
    session: Session, world: World, keyring: Keyring, link: Link, purpose: Purpose
) -> None:
    text = links.token(keyring, link)

    with pytest.raises(LinkInvalid):
        find(session, keyring, text, world.now, purpose)


def test_a_leaked_database_in_which_the_purpose_was_changed_opens_nothing(
    session: Session, world: World, keyring: Keyring, link: Link
) -> None:
    text = links.token(keyring, link)
    link.purpose = Purpose.UNSUBSCRIBE
    session.flush()

    with pytest.raises(LinkInvalid):
        find(session, keyring, text, world.now, Purpose.UNSUBSCRIBE)


def test_the_row_alone_does_not_make_the_token(session: Session, world: World, keyring: Keyring, link: Link) -> None:
    forged = links.token(Keyring(7, ((7, OTHER_KEYS.keys[0][1]),)), link)

    with pytest.raises(LinkInvalid):
        find(session, keyring, forged, world.now)


def _revoke(link: Link, now: datetime) -> None:
    link.revoked_at = now


def _raise_epoch(link: Link, _now: datetime) -> None:
    assert link.contact is not None
    links.revoke_all(link.contact)


def _expire(link: Link, now: datetime) -> None:
    link.expires_at = now


@pytest.mark.parametrize("act", [_revoke, _raise_epoch, _expire])
def test_a_revoked_or_expired_page_link_opens_nothing(
    session: Session, world: World, keyring: Keyring, link: Link, act: Any
) -> None:
    text = links.token(keyring, link)

    act(link, world.now)
    session.flush()

    with pytest.raises(LinkInvalid):
        find(session, keyring, text, world.now)


def test_a_page_lives_ninety_days_after_its_work_closed(
    session: Session, world: World, keyring: Keyring, link: Link, engagement: Engagement
) -> None:
    text = links.token(keyring, link)
    engagements.close(session, engagement, words="", by=world.dalia, now=world.now)
    end = world.now + timedelta(days=90)

    assert find(session, keyring, text, end - timedelta(seconds=1)) is link
    with pytest.raises(LinkInvalid):
        find(session, keyring, text, end)


def test_the_link_of_a_colleague_who_left_opens_nothing(session: Session, world: World, keyring: Keyring) -> None:
    form = links.make(session, keyring, Purpose.FORMS, now=world.now, user=world.alice)
    text = links.token(keyring, form)
    world.alice.is_active = False
    session.flush()

    with pytest.raises(LinkInvalid):
        find(session, keyring, text, world.now, Purpose.FORMS)


def test_after_a_change_of_keys_old_links_open_and_new_ones_carry_the_new_key(
    session: Session, world: World, keyring: Keyring, link: Link, engagement: Engagement
) -> None:
    text = links.token(keyring, link)
    both = Keyring(8, OTHER_KEYS.keys + keyring.keys)

    newer = links.make(session, both, Purpose.PAGE, now=world.now, contact=world.bennani, engagement=engagement)

    assert find(session, both, text, world.now) is link
    assert newer.key_number == 8
    assert links.token(both, link) == text


def test_a_link_whose_key_is_gone_opens_nothing_and_is_named_at_start(
    session: Session, world: World, keyring: Keyring, link: Link
) -> None:
    text = links.token(keyring, link)

    with pytest.raises(LinkInvalid):
        find(session, OTHER_KEYS, text, world.now)
    assert links.missing_keys(session, keyring) == []
    assert links.missing_keys(session, OTHER_KEYS) == [7]


def test_staff_hand_over_one_link_until_it_is_revoked(
    session: Session, world: World, keyring: Keyring, engagement: Engagement
) -> None:
    first = links.page_for(session, keyring, world.bennani, engagement, now=world.now)
    same = links.page_for(session, keyring, world.bennani, engagement, now=world.now)
    links.revoke_all(world.bennani)
    session.flush()

    newer = links.page_for(session, keyring, world.bennani, engagement, now=world.now)

    assert same is first
    assert newer is not first
