"""Where two rules meet: a late worker and the night, a form and a date moved since, a pause and a notice."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.support.boxes import Box
from tests.support.factories import World, answers
from tests.support.moving import move, sent, tick
from webapp.models import (
    Commitment,
    CommitmentState,
    Firm,
    MailState,
    OutboxEmail,
    Slot,
    Task,
    TaskKind,
    Telling,
    TellingState,
)
from webapp.services.dates import deadlines, ledger
from webapp.services.dates.ledger import When, Why
from webapp.services.mail import consequences, outbox
from webapp.services.reports import checkpoints
from webapp.services.updates import next_news
from webapp.services.updates.answers import Answers, DateAnswer, Holds

QUARTER = timedelta(minutes=15)


def test_a_worker_that_was_down_until_the_evening_writes_to_nobody_at_night(box: Box, now: datetime) -> None:
    def night(session: Session) -> None:
        firm = session.get_one(Firm, 1)
        firm.quiet_from, firm.quiet_until = time(20), time(8)

    box.do(night)
    late = now.replace(hour=23)
    claim = box.claimed(late)

    may = box.do(outbox.begin, claim, now=late)

    assert may is False
    assert box.mail().state is MailState.QUEUED
    assert box.mail().not_before > late
    assert box.claim(late) is None


def test_a_form_sent_again_does_not_take_back_what_somebody_moved_since(session: Session, world: World) -> None:
    work, slot = world.open_engagement()
    cupboards = work.milestones[0]
    first = _report(cupboards.id, "Tiles.")
    checkpoints.submit(session, slot.checkpoint, first, note="", based_on=0, by=world.alice, now=world.now)
    move(world, cupboards, date(2026, 5, 20), at=world.now + QUARTER)

    again = _report(cupboards.id, "Tiles and pipes.")
    checkpoints.submit(session, slot.checkpoint, again, note="", based_on=1, by=world.alice, now=world.now + QUARTER)

    assert ledger.effective(cupboards)[-1].starts_on == date(2026, 5, 20)


def test_a_notice_that_ends_because_the_work_rests_is_told_by_phone(session: Session, world: World) -> None:
    work, _ = world.open_engagement()
    move(world, work.milestones[0], date(2026, 4, 28), at=world.now)
    tick(session, at=world.now + QUARTER)
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "delay_notice")).one()
    mail.state = MailState.CANCELLED

    consequences.not_told(session, mail, "paused", now=world.now + 2 * QUARTER)

    told = session.scalars(select(Telling).where(Telling.update_id == sent(session)[0].id)).one()
    assert told.state is TellingState.BY_PHONE
    assert session.scalars(select(Task).where(Task.telling_id == told.id)).one().kind is TaskKind.PHONE


def test_a_mail_that_rests_until_its_reader_may_be_written_to_is_nobodys_fault(session: Session, world: World) -> None:
    work, _ = world.open_engagement()
    world.bennani.zone = "America/Los_Angeles"
    world.firm.quiet_from, world.firm.quiet_until = time(20), time(8)
    move(world, work.milestones[0], date(2026, 4, 28), at=world.now)
    tick(session, at=world.now + QUARTER)

    late = deadlines.look(session, now=world.now + timedelta(hours=5))

    assert late == 0


def test_a_time_that_was_printed_again_is_one_promise_and_where_nothing_came_somebody_phones(
    session: Session, world: World
) -> None:
    work, slot = world.open_engagement()
    move(world, work.milestones[0], date(2026, 4, 28), at=world.now)
    tick(session, at=world.now + QUARTER)
    session.delete(session.get_one(Slot, slot.id).checkpoint)
    session.delete(slot)

    next_news.score(session, now=slot.promised_by + timedelta(hours=3))

    states = [given.state for given in session.scalars(select(Commitment).order_by(Commitment.id))]
    assert states == [CommitmentState.SETTLED, CommitmentState.BROKEN]
    assert session.scalars(select(Task).where(Task.kind == TaskKind.PROMISE_BROKEN)).one().done_at is None


def _report(milestone_id: int, done: str) -> Answers:
    moved = DateAnswer(
        milestone_id=milestone_id,
        holds=Holds.NO,
        to=When(starts_on=date(2026, 4, 28)),
        why=Why(cause=Who.OTHER, why="The doors are late.", what_we_do="We fit the rest before.", language="en"),
    )
    return answers(done=done, dates=(moved,))
