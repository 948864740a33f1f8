"""Who is told an update, by which mail, or why not."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import claim
from tests.support.factories import World
from webapp.models import (
    AddressState,
    Engagement,
    MailState,
    OutboxEmail,
    PartOf,
    Task,
    TaskKind,
    Telling,
    TellingState,
    Update,
)
from webapp.services.mail import consequences, outbox
from webapp.services.mail.outbox import Claim
from webapp.services.mail.writing import read
from webapp.services.updates import telling
from webapp.services.work import clients, engagements

INFORMED = PartOf.INFORMED


def mails(session: Session) -> list[OutboxEmail]:
    return list(
        session.scalars(select(OutboxEmail).where(OutboxEmail.kind != "address_moved").order_by(OutboxEmail.id))
    )


def tellings(session: Session) -> dict[str, Telling]:
    return {told.contact.name: told for told in session.scalars(select(Telling))}


def open_tasks(session: Session) -> list[TaskKind]:
    return list(session.scalars(select(Task.kind).where(Task.done_at.is_(None))))


def shared(world: World) -> Engagement:
    """Mrs Bennani and Omar read at one address."""
    omar = world.contact("Omar", address="maria@bennani.example", greeting="Mr Bennani")
    return world.open_engagement(is_read=False, contacts=[(world.bennani, PartOf.DECIDES), (omar, INFORMED)])[0]


def test_contacts_who_share_an_address_get_one_mail_and_a_telling_each(session: Session, world: World) -> None:
    shared(world)

    (mail,) = mails(session)

    assert {told.contact.name for told in consequences.carried(session, mail)} == {"Maria Bennani", "Omar"}
    assert "Mrs Bennani" in read(mail).text
    assert "Mr Bennani" in read(mail).text


def test_one_accepted_mail_tells_everybody_who_shares_it(session: Session, world: World) -> None:
    shared(world)
    (mail,) = mails(session)
    held = claim(session, now=world.now, lease=timedelta(minutes=2))
    assert held is not None
    outbox.begin(session, held, now=world.now)

    outbox.sent(session, held, now=world.now, answer="250 ok")

    assert mail.state is MailState.SENT
    assert {told.state for told in tellings(session).values()} == {TellingState.TOLD}


def test_who_shares_the_mail_of_somebody_who_stops_still_hears(session: Session, world: World) -> None:
    engagement = shared(world)
    part = world.participation(engagement)
    part.stopped_at = world.now

    telling.stopped(session, part, now=world.now)

    first, second = mails(session)
    assert (first.state, second.state) == (MailState.CANCELLED, MailState.QUEUED)
    assert [told.contact.name for told in consequences.carried(session, second)] == ["Omar"]
    states = {name: told.state for name, told in tellings(session).items()}
    assert states == {"Maria Bennani": TellingState.SKIPPED, "Omar": TellingState.DUE}


def test_who_shares_a_mail_stopped_at_the_line_is_told_by_phone(session: Session, world: World) -> None:
    engagement = shared(world)
    held = claim(session, now=world.now, lease=timedelta(minutes=2))
    assert held is not None
    world.participation(engagement).stopped_at = world.now

    assert outbox.begin(session, held, now=world.now) is False

    told = tellings(session)
    assert told["Maria Bennani"].state is TellingState.SKIPPED
    assert told["Omar"].state is TellingState.BY_PHONE
    assert open_tasks(session) == [TaskKind.PHONE]


def test_a_contact_without_an_address_is_a_phone_call_with_a_task(session: Session, world: World) -> None:
    zohra = world.contact("Zohra", address=None, phone="+212661000009")

    world.open_engagement(is_read=False, contacts=[(zohra, PartOf.DECIDES)])

    task = session.scalars(select(Task)).one()
    assert mails(session) == []
    assert tellings(session)["Zohra"].state is TellingState.BY_PHONE
    assert (task.kind, task.telling_id) == (TaskKind.PHONE, tellings(session)["Zohra"].id)


def test_an_address_that_refused_mail_is_not_mailed_again(session: Session, world: World) -> None:
    world.bennani.address_state = AddressState.REFUSED

    world.open_engagement(is_read=False)

    assert mails(session) == []
    assert tellings(session)["Maria Bennani"].state is TellingState.BY_PHONE


def test_telling_by_phone_counts_and_closes_the_task(session: Session, world: World) -> None:
    zohra = world.contact("Zohra", address=None)
    world.open_engagement(is_read=False, contacts=[(zohra, PartOf.DECIDES)])
    told = tellings(session)["Zohra"]

    telling.by_phone(session, told, by=world.alice, now=world.now)

    task = session.scalars(select(Task)).one()
    assert (told.state, told.told_at, told.told_by_id) == (TellingState.TOLD, world.now, world.alice.id)
    assert (task.done_at, task.done_by_id) == (world.now, world.alice.id)


def test_who_stopped_or_paused_is_skipped_with_the_reason(session: Session, world: World) -> None:
    zohra = world.contact("Zohra")
    engagement = world.engagement(contacts=[(world.bennani, PartOf.DECIDES), (zohra, INFORMED)])
    engagement.participations[0].stopped_at = world.now
    engagement.participations[1].paused_until = date(2026, 4, 7)

    engagements.go_live(session, engagement, by=world.dalia, now=world.now)

    reasons = {name: (told.state, told.skipped_why) for name, told in tellings(session).items()}
    assert reasons == {
        "Maria Bennani": (TellingState.SKIPPED, "stopped"),
        "Zohra": (TellingState.SKIPPED, "paused"),
    }
    assert mails(session) == []


def test_a_pause_ends_on_the_readers_own_day(session: Session, world: World) -> None:
    rashad = world.contact("Rashad", zone="Asia/Baku")
    engagement = world.engagement(contacts=[(rashad, PartOf.DECIDES)])
    engagement.participations[0].paused_until = date(2026, 4, 7)
    already_the_seventh_in_baku = datetime(2026, 4, 6, 20, 30, tzinfo=UTC)

    engagements.go_live(session, engagement, by=world.dalia, now=already_the_seventh_in_baku)

    assert [mail.to_name for mail in mails(session)] == ["Rashad"]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Africa/Casablanca", "2026-04-06T09:00:00+00:00"), ("Asia/Tokyo", "2026-04-06T22:00:00+00:00")],
)
def test_a_mail_waits_for_the_end_of_quiet_hours_by_the_readers_clock(
    session: Session, world: World, zone: str, expected: str
) -> None:
    world.firm.quiet_from, world.firm.quiet_until = time(17, 0), time(7, 0)
    reader = world.contact("Reader", zone=zone)

    world.open_engagement(is_read=False, contacts=[(reader, PartOf.DECIDES)])

    (mail,) = mails(session)
    assert mail.not_before.isoformat() == expected
    assert mail.expires_at == mail.not_before + timedelta(days=5)


def test_a_changed_address_gets_what_was_on_its_way_and_the_old_one_never_does(session: Session, world: World) -> None:
    world.open_engagement(is_read=False)

    clients.change_address(session, world.bennani, "m@new.example", by=world.alice, now=world.now)

    old, new = mails(session)
    assert (old.to_address, old.state) == ("maria@bennani.example", MailState.CANCELLED)
    assert (new.to_address, new.state) == ("m@new.example", MailState.QUEUED)
    assert tellings(session)["Maria Bennani"].state is TellingState.DUE
    assert [told.id for told in consequences.carried(session, new)] == [tellings(session)["Maria Bennani"].id]


def test_a_changed_address_takes_a_claimed_mail_out_of_the_workers_hands(session: Session, world: World) -> None:
    world.open_engagement(is_read=False)
    held = claim(session, now=world.now, lease=timedelta(minutes=2))
    assert held is not None
    session.expire_all()

    clients.change_address(session, world.bennani, "m@new.example", by=world.alice, now=world.now)

    assert outbox.begin(session, held, now=world.now) is False
    assert [mail.state for mail in mails(session)] == [MailState.CANCELLED, MailState.QUEUED]
    assert tellings(session)["Maria Bennani"].state is TellingState.DUE


def test_who_shared_the_old_address_keeps_their_mail_there(session: Session, world: World) -> None:
    shared(world)

    clients.change_address(session, world.bennani, "m@new.example", by=world.alice, now=world.now)

    queued = {mail.to_address: mail.to_name for mail in mails(session) if mail.state is MailState.QUEUED}
    assert queued == {"m@new.example": "Maria Bennani", "maria@bennani.example": "Omar"}


def test_an_address_that_went_away_becomes_a_phone_call(session: Session, world: World) -> None:
    world.open_engagement(is_read=False)

    clients.change_address(session, world.bennani, None, by=world.alice, now=world.now)

    assert [mail.state for mail in mails(session)] == [MailState.CANCELLED]
    assert tellings(session)["Maria Bennani"].state is TellingState.BY_PHONE
    assert open_tasks(session) == [TaskKind.PHONE]


def test_the_last_mail_of_closed_work_follows_a_changed_address(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()
    engagements.close(session, engagement, words="Thank you.", by=world.dalia, now=world.now)

    clients.change_address(session, world.bennani, "m@new.example", by=world.alice, now=world.now)

    queued = [(mail.kind, mail.to_address) for mail in mails(session) if mail.state is MailState.QUEUED]
    assert queued == [("closing", "m@new.example")]


def test_a_person_sends_again_and_only_then_is_there_a_second_mail(session: Session, world: World) -> None:
    world.open_engagement(is_read=False)
    (mail,) = mails(session)
    mail.state = MailState.UNKNOWN
    told = tellings(session)["Maria Bennani"]

    telling.again(session, told, now=world.now, suffix=":2")

    _, second = mails(session)
    assert second.dedupe_key.endswith(":2")
    assert second.message_id != mail.message_id
    assert outbox.sent(session, Claim(mail.id, 0), now=world.now, answer="250 late") is True
    assert mail.state is MailState.SENT


def test_every_telling_of_an_update_is_made_once(session: Session, world: World) -> None:
    shared(world)
    update = session.scalars(select(Update)).one()

    assert sorted(told.contact_id for told in update.tellings) == sorted(
        part.contact_id for part in update.engagement.participations
    )


def test_the_second_of_two_who_share_a_mail_may_change_their_address_too(session: Session, world: World) -> None:
    engagement = shared(world)
    omar = engagement.participations[1].contact

    clients.change_address(session, omar, "omar@elsewhere.example", by=world.dalia, now=world.now)

    waiting = [mail for mail in mails(session) if mail.state is MailState.QUEUED]
    assert sorted(mail.to_address for mail in waiting) == ["maria@bennani.example", "omar@elsewhere.example"]
    assert tellings(session)["Omar"].state is TellingState.DUE
