"""Signing in by mail: a code once, in the browser that asked, and nothing learnt by who asks for others."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.support.factories import World
from webapp.database import Database
from webapp.keys import Keyring
from webapp.models import OutboxEmail, Purpose, SignInChallenge, User, UserSession
from webapp.services.core.errors import LinkInvalid
from webapp.services.mail import links
from webapp.services.mail.writing import read
from webapp.services.people import sign_in, users

BROWSER = "browser-of-alice"
ALICE = "alice@darrenov.example"


def ask(session: Session, keyring: Keyring, world: World, address: str = ALICE, *, minutes: float = 0) -> str:
    moment = world.now + timedelta(minutes=minutes)
    name = sign_in.ask(session, keyring, address, BROWSER, place="192.0.2.1", now=moment)
    sign_in.answer(session, keyring, now=moment)
    return name


def challenge(session: Session) -> SignInChallenge:
    return session.scalars(select(SignInChallenge).order_by(SignInChallenge.id.desc())).all()[0]


def mails(session: Session) -> list[OutboxEmail]:
    return list(session.scalars(select(OutboxEmail).order_by(OutboxEmail.id)))


def type_code(
    session: Session, keyring: Keyring, name: str, typed: str, world: World, *, browser: str = BROWSER, seconds: int = 0
) -> User:
    return sign_in.by_code(session, keyring, name, typed, browser, now=world.now + timedelta(seconds=seconds))


def test_the_code_signs_in_once(session: Session, world: World, keyring: Keyring) -> None:
    name = ask(session, keyring, world)
    code = sign_in.code(keyring, challenge(session))

    user = type_code(session, keyring, name, code, world)

    assert user is world.alice
    assert len(code) == 8
    with pytest.raises(LinkInvalid):
        type_code(session, keyring, name, code, world)


@pytest.mark.parametrize("write", ["{0} {1}", " {0}-{1} ", "arabic"])
def test_a_code_may_be_typed_with_spaces_and_in_arabic_digits(
    session: Session, world: World, keyring: Keyring, write: str
) -> None:
    name = ask(session, keyring, world)
    code = sign_in.code(keyring, challenge(session))
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    typed = arabic if write == "arabic" else write.format(code[:4], code[4:])

    assert type_code(session, keyring, name, typed, world) is world.alice


def test_five_wrong_codes_end_the_challenge(session: Session, world: World, keyring: Keyring) -> None:
    name = ask(session, keyring, world)
    code = sign_in.code(keyring, challenge(session))
    wrong = f"{(int(code) + 1) % 10**8:08d}"

    for _ in range(sign_in.TRIES):
        with pytest.raises(LinkInvalid):
            type_code(session, keyring, name, wrong, world)

    with pytest.raises(LinkInvalid):
        type_code(session, keyring, name, code, world)


def test_four_wrong_codes_leave_one_try(session: Session, world: World, keyring: Keyring) -> None:
    name = ask(session, keyring, world)

    for typed in ("", "1", "٣", "letters"):
        with pytest.raises(LinkInvalid):
            type_code(session, keyring, name, typed, world)

    assert type_code(session, keyring, name, sign_in.code(keyring, challenge(session)), world) is world.alice


def test_a_code_lives_ten_minutes(session: Session, world: World, keyring: Keyring) -> None:
    name = ask(session, keyring, world)
    code = sign_in.code(keyring, challenge(session))

    with pytest.raises(LinkInvalid):
        type_code(session, keyring, name, code, world, seconds=600)
    assert type_code(session, keyring, name, code, world, seconds=599) is world.alice


def test_another_browser_is_refused_and_costs_no_try(session: Session, world: World, keyring: Keyring) -> None:
    name = ask(session, keyring, world)
    code = sign_in.code(keyring, challenge(session))

    with pytest.raises(LinkInvalid):
        type_code(session, keyring, name, code, world, browser="somebody else's")

    assert type_code(session, keyring, name, code, world) is world.alice


@pytest.mark.parametrize("name", ["", "zz", "00" * 16])
def test_a_challenge_nobody_asked_for_is_refused(session: Session, world: World, keyring: Keyring, name: str) -> None:
    with pytest.raises(LinkInvalid):
        type_code(session, keyring, name, "12345678", world)


def test_an_unknown_address_gets_an_answer_of_the_same_shape_and_no_mail(
    session: Session, world: World, keyring: Keyring
) -> None:
    world.bob.is_active = False

    names = [
        ask(session, keyring, world),
        ask(session, keyring, world, "nobody@elsewhere.example"),
        ask(session, keyring, world, "bob@darrenov.example"),
    ]

    assert {len(name) for name in names} == {32}
    assert len(set(names)) == 3
    assert [mail.to_address for mail in mails(session)] == [ALICE]


def test_the_mail_holds_neither_code_nor_link(session: Session, world: World, keyring: Keyring) -> None:
    ask(session, keyring, world)

    (mail,) = mails(session)
    code = sign_in.code(keyring, challenge(session))
    assert code not in read(mail).subject + read(mail).html + read(mail).text
    assert mail.challenge_id == challenge(session).id
    assert mail.expires_at <= world.now + sign_in.TTL + timedelta(minutes=1)


def test_one_address_gets_three_mails_in_ten_minutes(session: Session, world: World, keyring: Keyring) -> None:
    counts = []
    for minutes in (0, 1, 2, 3, 10):
        ask(session, keyring, world, minutes=minutes)
        counts.append(len(mails(session)))

    assert counts == [1, 2, 3, 3, 4]


def test_one_place_on_the_network_may_ask_twenty_times_an_hour(
    session: Session, world: World, keyring: Keyring
) -> None:
    for number in range(20):
        ask(session, keyring, world, f"nobody{number}@elsewhere.example")

    ask(session, keyring, world)

    assert mails(session) == []


def test_the_mailed_link_signs_in_once_in_the_browser_that_asked(
    session: Session, world: World, keyring: Keyring
) -> None:
    ask(session, keyring, world)
    (mail,) = mails(session)
    link = links.make(session, keyring, Purpose.SIGN_IN, now=world.now, user=world.alice, mail=mail)

    with pytest.raises(LinkInvalid):
        sign_in.by_link(session, link, "somebody else's", now=world.now)
    assert sign_in.by_link(session, link, BROWSER, now=world.now) is world.alice
    with pytest.raises(LinkInvalid):
        sign_in.by_link(session, link, BROWSER, now=world.now)


def test_after_the_link_the_code_is_used_up_too(session: Session, world: World, keyring: Keyring) -> None:
    name = ask(session, keyring, world)
    (mail,) = mails(session)
    link = links.make(session, keyring, Purpose.SIGN_IN, now=world.now, user=world.alice, mail=mail)
    sign_in.by_link(session, link, BROWSER, now=world.now)

    with pytest.raises(LinkInvalid):
        type_code(session, keyring, name, sign_in.code(keyring, challenge(session)), world)


def test_an_invitation_signs_in_once_in_any_browser(session: Session, world: World, keyring: Keyring) -> None:
    link = links.make(session, keyring, Purpose.INVITATION, now=world.now, user=world.bob)

    assert sign_in.by_invitation(session, link, world.bob.address, now=world.now) is world.bob
    assert world.bob.joined_at == world.now
    session.flush()
    with pytest.raises(LinkInvalid):
        sign_in.by_invitation(session, link, world.bob.address, now=world.now)


def test_one_invitation_used_ends_all_others_of_that_person(session: Session, world: World, keyring: Keyring) -> None:
    links_of = [links.make(session, keyring, Purpose.INVITATION, now=world.now, user=who) for who in (world.bob,) * 2]
    others = links.make(session, keyring, Purpose.INVITATION, now=world.now, user=world.alice)

    sign_in.by_invitation(session, links_of[1], world.bob.address, now=world.now)

    with pytest.raises(LinkInvalid):
        sign_in.by_invitation(session, links_of[0], world.bob.address, now=world.now)
    assert sign_in.by_invitation(session, others, world.alice.address, now=world.now) is world.alice


def test_a_session_keeps_its_secret_as_a_hash_only(session: Session, world: World) -> None:
    secret = sign_in.open_session(session, world.alice, browser="Firefox", now=world.now)
    session.flush()

    kept = session.scalars(select(UserSession)).one()
    assert secret.encode() not in kept.secret_hash
    assert sign_in.session_of(session, secret, now=world.now) is kept
    assert sign_in.session_of(session, secret + "x", now=world.now) is None


def test_an_idle_session_ends(session: Session, world: World) -> None:
    secret = sign_in.open_session(session, world.alice, browser=None, now=world.now)
    idle = sign_in.IDLE + sign_in.SEEN_EVERY

    assert sign_in.session_of(session, secret, now=world.now + idle) is not None
    assert sign_in.session_of(session, secret, now=world.now + idle + timedelta(seconds=1)) is None


def test_a_session_in_use_ends_after_thirty_days(session: Session, world: World) -> None:
    secret = sign_in.open_session(session, world.alice, browser=None, now=world.now)
    session.flush()
    end = world.now + sign_in.ABSOLUTE
    session.scalars(select(UserSession)).one().last_seen_at = end

    assert sign_in.session_of(session, secret, now=end) is not None
    assert sign_in.session_of(session, secret, now=end + timedelta(seconds=1)) is None


def test_who_is_signed_out_or_gone_has_no_session(session: Session, world: World) -> None:
    alice = sign_in.open_session(session, world.alice, browser=None, now=world.now)
    bob = sign_in.open_session(session, world.bob, browser=None, now=world.now)

    users.sign_out_everywhere(session, world.alice, now=world.now)
    world.bob.is_active = False

    assert sign_in.session_of(session, alice, now=world.now) is None
    assert sign_in.session_of(session, bob, now=world.now) is None


def test_strangers_cannot_keep_a_colleague_from_signing_in_on_a_browser_of_theirs(
    session: Session, world: World, keyring: Keyring
) -> None:
    for _ in range(4):
        ask(session, keyring, world)

    def from_here(address: str, known_as: str) -> None:
        known, place = [sign_in.address_hash(keyring, known_as)], "198.51.100.1"
        sign_in.ask(session, keyring, address, "used before", place=place, now=world.now, known_as=known)
        sign_in.answer(session, keyring, now=world.now)

    for _ in range(4):
        from_here(ALICE, ALICE)

    assert len(mails(session)) == 3 + 3

    from_here(world.bob.address, ALICE)
    assert len(mails(session)) == 7


def test_what_is_done_for_who_asks_is_the_same_whoever_it_is(
    session: Session, world: World, keyring: Keyring, database: Database
) -> None:
    session.commit()

    def statements(address: str) -> list[str]:
        said: list[str] = []
        with database.writer() as asking:
            event.listen(asking.connection(), "before_cursor_execute", lambda *given: said.append(given[2]))
            sign_in.ask(asking, keyring, address, BROWSER, place=address, now=world.now)
            asking.commit()
        return said

    assert statements(ALICE) == statements("nobody@nowhere.example")
    assert sign_in.answer(session, keyring, now=world.now) == 2
    assert [mail.to_address for mail in mails(session)] == [ALICE]
    assert sign_in.answer(session, keyring, now=world.now) == 0
