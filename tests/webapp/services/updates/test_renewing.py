"""What waits and nobody has read: written anew when a date moves, taken back when nothing is left to say."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import claim, deliver
from tests.support.factories import World
from tests.support.moving import WHY, delays, sent, tick
from webapp.models import Commitment, Engagement, MailState, OutboxEmail, TellingState, UpdateKind
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When
from webapp.services.mail import outbox
from webapp.services.mail.writing import read
from webapp.services.work import engagements
from webapp.timezones import local

LEASE = timedelta(minutes=2)
SOON = timedelta(minutes=1)


@pytest.fixture
def unread(world: World) -> Engagement:
    """Work that went live in the night; its welcome waits."""
    return world.open_engagement(is_read=False)[0]


def moved(session: Session, world: World, work: Engagement, to: date, *, at: datetime, place: int = 0) -> None:
    ledger.move(session, work.milestones[place], When(starts_on=to), WHY, by=world.alice, now=at, origin="test")
    tick(session, at=at + SOON)


def queued(session: Session) -> list[OutboxEmail]:
    return list(session.scalars(select(OutboxEmail).where(OutboxEmail.state == MailState.QUEUED)))


def test_a_date_that_moves_before_the_welcome_was_read_is_said_by_the_welcome(
    session: Session, world: World, unread: Engagement
) -> None:
    moved(session, world, unread, date(2026, 5, 5), at=world.now)

    (mail,) = queued(session)
    assert (mail.kind, sent(session)) == ("welcome", [])
    assert "5 May" in read(mail).text
    assert "20 April" not in read(mail).text.split("first agreed")[0]


def test_a_notice_that_nobody_read_takes_in_the_next_move_and_is_taken_back_with_it(
    session: Session, world: World
) -> None:
    work, _ = world.open_engagement()
    moved(session, world, work, date(2026, 5, 5), at=world.now)
    tick(session, at=world.now + timedelta(minutes=15))
    (first,) = queued(session)
    moved(session, world, work, date(2026, 5, 7), at=world.now + timedelta(minutes=20))
    (second,) = queued(session)
    moved(session, world, work, date(2026, 4, 20), at=world.now + timedelta(minutes=25))

    (notice,) = sent(session)
    assert ("5 May" in read(first).subject, "7 May" in read(second).subject) == (True, True)
    assert session.get_one(OutboxEmail, first.id).state is MailState.CANCELLED
    assert queued(session) == []
    assert [(told.state, told.skipped_why) for told in notice.tellings] == [(TellingState.SKIPPED, "taken_back")]


def test_a_notice_that_was_read_is_followed_by_another(session: Session, world: World) -> None:
    work, _ = world.open_engagement()
    moved(session, world, work, date(2026, 5, 5), at=world.now)
    tick(session, at=world.now + timedelta(minutes=15))
    deliver(session, now=world.now + timedelta(minutes=15))

    moved(session, world, work, date(2026, 5, 7), at=world.now + timedelta(minutes=20))
    tick(session, at=world.now + timedelta(minutes=35))

    assert [delay.was.starts_on for notice in sent(session) for delay in delays(notice)] == [
        date(2026, 4, 20), date(2026, 5, 5),
    ]  # fmt: skip


def test_a_mail_on_the_line_waits_until_it_is_written_anew(session: Session, world: World, unread: Engagement) -> None:
    held = claim(session, now=world.now, lease=LEASE)
    assert held is not None
    ledger.move(
        session, unread.milestones[0], When(starts_on=date(2026, 5, 5)), WHY, by=world.alice, now=world.now,
        origin="test",
    )  # fmt: skip

    may = outbox.begin(session, held, now=world.now + timedelta(minutes=30))

    mail = session.get_one(OutboxEmail, held.id)
    assert (may, mail.state) == (False, MailState.QUEUED)
    assert mail.not_before > world.now + timedelta(minutes=30)


def test_a_mail_does_not_wait_for_ever_for_a_clock_that_never_comes(
    session: Session, world: World, unread: Engagement
) -> None:
    ledger.move(
        session, unread.milestones[0], When(starts_on=date(2026, 5, 5)), WHY, by=world.alice, now=world.now,
        origin="test",
    )  # fmt: skip
    late = world.now + timedelta(hours=2)
    held = claim(session, now=late, lease=LEASE)
    assert held is not None

    assert outbox.begin(session, held, now=late) is True


def test_what_one_reader_is_told_leaves_in_its_order(session: Session, world: World, unread: Engagement) -> None:
    (welcome,) = queued(session)
    later = OutboxEmail(
        **{name: getattr(welcome, name) for name in COPIED}, dedupe_key="copy", message_id="copy", priority=0
    )
    session.add(later)
    session.flush()

    first = claim(session, now=world.now, lease=LEASE)
    second = claim(session, now=world.now, lease=LEASE)

    assert (first.id if first else None, second) == (welcome.id, None)


def test_work_that_rests_before_its_welcome_was_read_tells_nobody_until_it_goes_on(
    session: Session, world: World, unread: Engagement
) -> None:
    engagements.rest(session, unread, words="", by=world.dalia, now=world.now)
    resting = queued(session)

    engagements.resume(session, unread, by=world.dalia, now=world.now + timedelta(days=7))

    (mail,) = queued(session)
    assert resting == []
    assert mail.kind == "welcome"
    assert "Tuesday 14 April" in read(mail).text
    assert sent(session, UpdateKind.CLOSING) == []


COPIED = (
    "kind", "to_name", "to_address", "language", "subject", "html", "text", "dated_at", "contact_id", "engagement_id",
    "state", "attempt", "refusals", "not_before", "expires_at", "queued_at", "thread_id",
)  # fmt: skip


@pytest.mark.parametrize("tells", [True, False])
def test_a_rhythm_that_changes_before_the_welcome_was_read_is_said_by_the_welcome(
    session: Session, world: World, unread: Engagement, tells: bool
) -> None:
    thursdays = {**unread.cadence, "weekdays": [3]}

    engagements.change_rhythm(session, unread, thursdays, tells=tells, by=world.alice, now=world.now)

    (mail,) = queued(session)
    assert mail.kind == "welcome"
    assert "Thursday 9 April, by 18:00" in read(mail).text
    assert "Every Thursday" in read(mail).text
    assert "7 April" not in read(mail).text
    (printed,) = session.scalars(select(Commitment))
    assert local(printed.promised_at, "Africa/Casablanca").date() == date(2026, 4, 9)


def test_a_rhythm_that_changes_after_the_welcome_was_read_is_told(session: Session, world: World) -> None:
    work, _ = world.open_engagement()
    thursdays = {**work.cadence, "weekdays": [3]}

    engagements.change_rhythm(session, work, thursdays, tells=True, by=world.alice, now=world.now)

    assert [mail.kind for mail in queued(session)] == ["news_moved"]
