"""What readers decide about their mails, and a fresh link that tells nobody anything."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import claim, deliver
from tests.support.factories import World
from webapp.keys import Keyring
from webapp.models import (
    Engagement,
    Link,
    MailState,
    OutboxEmail,
    PartOf,
    Purpose,
    TaskKind,
    Telling,
    TellingState,
)
from webapp.services.conversation import preferences
from webapp.services.core import limits, tasks
from webapp.services.core.errors import NotFound, TooMany
from webapp.services.mail import links, outbox
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.rhythm import slots
from webapp.services.work import engagements, timeline

IS_NEWS = OutboxEmail.kind != "receipt"


@pytest.fixture
def engagement(world: World) -> Engagement:
    return world.open_engagement(is_read=False)[0]


@pytest.fixture
def link(session: Session, world: World, engagement: Engagement, keyring: Keyring) -> Link:
    return links.make(
        session, keyring, Purpose.UNSUBSCRIBE, now=world.now, contact=world.bennani, engagement=engagement
    )


def fresh(session: Session) -> list[OutboxEmail]:
    return list(session.scalars(select(OutboxEmail).where(IS_NEWS, OutboxEmail.kind == "fresh_link")))


def ask(session: Session, world: World, keyring: Keyring, address: str, **given: object) -> None:
    moment = world.now + timedelta(minutes=float(str(given.get("minutes", 0))))
    preferences.ask_fresh_links(session, keyring, address, place=str(given.get("place", "192.0.2.1")), now=moment)
    preferences.send_fresh_links(session, now=moment)


def test_stopping_cancels_what_is_queued_and_keeps_later_updates_away(
    session: Session, world: World, engagement: Engagement, link: Link
) -> None:
    preferences.stop(session, link, now=world.now)

    mail = session.scalars(select(OutboxEmail).where(IS_NEWS)).one()
    told = session.scalars(select(Telling)).one()
    assert mail.state is MailState.CANCELLED
    assert (told.state, told.skipped_why) == (TellingState.SKIPPED, "stopped")
    slot = slots.current(session, engagement)
    assert slot is not None
    planning.advance(session, slot.id, now=slot.promised_by)
    assert session.scalars(select(OutboxEmail).where(IS_NEWS, OutboxEmail.state == MailState.QUEUED)).all() == []


def test_stopping_takes_a_claimed_mail_out_of_the_workers_hands(session: Session, world: World, link: Link) -> None:
    held = claim(session, now=world.now, lease=timedelta(minutes=2))
    assert held is not None
    session.expire_all()

    preferences.stop(session, link, now=world.now)

    assert session.get_one(OutboxEmail, held.id).state is MailState.CANCELLED
    assert outbox.begin(session, held, now=world.now) is False


def test_stopping_one_work_leaves_the_other_alone(
    session: Session, world: World, engagement: Engagement, link: Link
) -> None:
    world.open_engagement("MA-2", is_read=False)

    preferences.stop(session, link, now=world.now)

    states = session.scalars(select(OutboxEmail.state).where(IS_NEWS).order_by(OutboxEmail.id)).all()
    assert states == [MailState.CANCELLED, MailState.QUEUED]


def test_stopping_one_reader_leaves_the_others_alone(session: Session, world: World, keyring: Keyring) -> None:
    zohra = world.contact("Zohra")
    engagement, _ = world.open_engagement(
        is_read=False, contacts=[(world.bennani, PartOf.DECIDES), (zohra, PartOf.INFORMED)]
    )
    link = links.make(session, keyring, Purpose.UNSUBSCRIBE, now=world.now, contact=zohra, engagement=engagement)

    preferences.stop(session, link, now=world.now)

    states = {mail.to_name: mail.state for mail in session.scalars(select(OutboxEmail).where(IS_NEWS))}
    assert states == {"Maria Bennani": MailState.QUEUED, "Zohra": MailState.CANCELLED}


def test_a_pause_cancels_what_is_queued_and_lasts_three_months_at_most(
    session: Session, world: World, link: Link
) -> None:
    part = preferences.pause(session, link, timedelta(days=1000), now=world.now)

    assert part.paused_until == (world.now + preferences.PAUSE_MAXIMUM).date()
    assert session.scalars(select(OutboxEmail.state)).all() == [MailState.CANCELLED]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Africa/Casablanca"])
@pytest.mark.parametrize("hour", [1, 11, 23])
def test_a_week_is_seven_of_the_readers_own_days(
    session: Session, world: World, link: Link, zone: str, hour: int
) -> None:
    world.bennani.zone = zone
    now = world.now.replace(hour=hour)

    part = preferences.pause(session, link, timedelta(days=7), now=now)

    assert part.paused_until is not None
    assert (part.paused_until - now.astimezone(ZoneInfo(zone)).date()).days == 7


def test_starting_again_ends_stop_and_pause(session: Session, world: World, engagement: Engagement, link: Link) -> None:
    preferences.stop(session, link, now=world.now)
    preferences.pause(session, link, timedelta(days=14), now=world.now)

    part = preferences.start_again(session, link, now=world.now)

    assert (part.stopped_at, part.paused_until) == (None, None)
    slot = slots.current(session, engagement)
    assert slot is not None
    waiting = select(OutboxEmail.kind).where(IS_NEWS, OutboxEmail.state == MailState.QUEUED).order_by(OutboxEmail.id)
    assert session.scalars(waiting).all() == ["welcome"], "what the stop had kept back goes out after all"
    deliver(session, now=world.now)
    planning.advance(session, slot.id, now=slot.promised_by)
    assert session.scalars(waiting).all() == ["no_news"]


def test_an_unsubscribe_link_outlives_revocation_and_the_closing_of_the_work(
    session: Session, world: World, engagement: Engagement, link: Link, keyring: Keyring
) -> None:
    text = links.token(keyring, link)
    links.revoke_all(world.bennani)
    engagements.close(session, engagement, words="", by=world.dalia, now=world.now)
    years_later = world.now + timedelta(days=3650)

    found = links.find(session, keyring, text, Purpose.UNSUBSCRIBE, now=years_later, days_after_close=90)

    assert found is link
    assert preferences.stop(session, found, now=years_later).stopped_at == years_later


def test_a_language_is_one_we_have(session: Session, world: World, link: Link) -> None:
    preferences.choose_language(session, link, "ary", now=world.now)

    with pytest.raises(NotFound):
        preferences.choose_language(session, link, "xx", now=world.now)

    assert world.bennani.language == "ary"


@pytest.mark.parametrize("typed", ["maria@bennani.example", "  Maria@Bennani.Example "])
def test_a_fresh_link_goes_to_the_address_on_file(
    session: Session, world: World, engagement: Engagement, keyring: Keyring, typed: str
) -> None:
    ask(session, world, keyring, typed)

    assert [mail.to_address for mail in fresh(session)] == ["maria@bennani.example"]


def test_an_address_kept_with_capitals_is_found(session: Session, world: World, keyring: Keyring) -> None:
    world.bennani.address = "Maria@Bennani.example"
    world.open_engagement(is_read=False)

    ask(session, world, keyring, "maria@bennani.example")

    assert len(fresh(session)) == 1


def test_an_address_nobody_has_is_answered_with_the_same_silence(
    session: Session, world: World, engagement: Engagement, keyring: Keyring
) -> None:
    ask(session, world, keyring, "nobody@elsewhere.example")

    assert fresh(session) == []


def test_an_address_gets_one_fresh_link_in_ten_minutes_and_three_a_day(
    session: Session, world: World, engagement: Engagement, keyring: Keyring
) -> None:
    counts = []
    for minutes in (0, 9, 10, 20, 30, 60 * 24 - 1, 60 * 24 + 20):
        ask(session, world, keyring, "maria@bennani.example", minutes=minutes, place=f"192.0.2.{minutes % 250}")
        counts.append(len(fresh(session)))

    assert counts == [1, 1, 2, 3, 3, 3, 4]


def test_one_place_on_the_network_gets_ten_an_hour(session: Session, world: World, keyring: Keyring) -> None:
    for number in range(12):
        world.contact(f"Reader{number}")
    world.open_engagement(
        is_read=False,
        contacts=[(contact, PartOf.INFORMED) for contact in world.client.contacts if contact is not world.bennani],
    )

    for number in range(12):
        ask(session, world, keyring, f"reader{number}@bennani.example")

    assert len(fresh(session)) == 10


def test_closed_work_gives_no_fresh_links(
    session: Session, world: World, engagement: Engagement, keyring: Keyring
) -> None:
    engagements.close(session, engagement, words="", by=world.dalia, now=world.now)

    ask(session, world, keyring, "maria@bennani.example")

    assert fresh(session) == []


def test_whoever_stopped_stands_in_the_history_of_the_work(
    session: Session, world: World, engagement: Engagement, link: Link
) -> None:
    preferences.stop(session, link, now=world.now)

    (happened,) = [moment for moment in timeline.of(session, engagement) if moment.kind == "stopped"]

    assert happened.contact is world.bennani
    assert happened.at == world.now


def test_who_stops_gets_a_receipt_and_who_looks_after_the_work_hears(
    session: Session, world: World, engagement: Engagement, link: Link
) -> None:
    for _ in range(2):
        preferences.stop(session, link, now=world.now)

    (receipt,) = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "receipt"))
    assert read(receipt).subject.startswith("We have stopped your emails")
    assert "start the emails again on your page" in read(receipt).text
    (task,) = tasks.waiting(session)
    assert (task.kind, task.engagement_id) == (TaskKind.CLIENT_STOPPED, engagement.id)

    preferences.start_again(session, link, now=world.now)

    assert tasks.waiting(session) == []


def test_a_link_that_went_astray_cannot_choose_without_end_but_always_stop(
    session: Session, world: World, link: Link
) -> None:
    for _ in range(10):
        preferences.choose_language(session, link, "az", now=world.now)

    with pytest.raises(TooMany):
        preferences.choose_language(session, link, "az", now=world.now)
    with pytest.raises(TooMany):
        preferences.pause(session, link, timedelta(days=7), now=world.now)
    assert preferences.stop(session, link, now=world.now).stopped_at == world.now


def test_all_addresses_of_one_network_are_one_somebody() -> None:
    assert limits.network("2001:db8:1:2::5") == limits.network("2001:db8:1:2:ffff::9")
    assert limits.network("2001:db8:1:2::5") != limits.network("2001:db8:1:3::5")
    assert limits.network("::ffff:192.0.2.7") == limits.network("192.0.2.7")
    assert limits.network("192.0.2.7") != limits.network("192.0.2.8")
    assert limits.network("") == ""


def test_what_waits_is_written_in_the_language_that_was_chosen(session: Session, world: World, link: Link) -> None:
    preferences.choose_language(session, link, "az", now=world.now)

    waiting = select(OutboxEmail).where(IS_NEWS, OutboxEmail.state == MailState.QUEUED)
    (mail,) = session.scalars(waiting)
    assert (mail.kind, mail.language) == ("welcome", "az")
    assert "Salam" in read(mail).text or "Hörmətli" in read(mail).text
