"""What holds a notice back, a manager, the night, a pause, and what becomes of it: never told twice, or to nobody."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World, answers
from tests.support.moving import delays, move, sent, tick
from webapp.models import (
    Engagement,
    Milestone,
    NoticeToRead,
    OutboxEmail,
    Slot,
    Task,
    TaskKind,
    Telling,
    TellingState,
    UpdateKind,
)
from webapp.services.core.errors import Refused
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.updates import notices, telling
from webapp.services.work import engagements

LATER = date(2026, 4, 28)
QUARTER = timedelta(minutes=15)


def slot_of(session: Session, work: Engagement) -> Slot:
    return session.scalars(select(Slot).where(Slot.engagement_id == work.id).order_by(Slot.id)).first()  # type: ignore[return-value]


def test_while_the_work_rests_a_move_waits_and_goes_out_when_it_goes_on(
    session: Session, world: World, work: Engagement
) -> None:
    engagements.rest(session, work, words="", by=world.alice, now=world.now)
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + timedelta(days=3))
    before = sent(session)

    engagements.resume(session, work, by=world.alice, now=world.now + timedelta(days=3))
    tick(session, at=world.now + timedelta(days=3) + QUARTER)

    assert before == []
    assert sent(session) == []
    (goes_on,) = sent(session, UpdateKind.CHANGED)
    assert [delay.now.starts_on for delay in delays(goes_on)] == [LATER]


def test_a_notice_made_in_quiet_hours_waits_for_the_morning_of_the_reader(
    session: Session, world: World, cupboards: Milestone
) -> None:
    world.firm.quiet_from, world.firm.quiet_until = time(20), time(8)
    night = datetime(2026, 4, 6, 22, tzinfo=UTC)
    move(world, cupboards, LATER, at=night)
    tick(session, at=night + QUARTER)

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "delay_notice")).one()
    assert mail.not_before == datetime(2026, 4, 7, 7, tzinfo=UTC)


@pytest.mark.parametrize("way", ["no address", "stopped"])
def test_whoever_gets_no_mail_is_told_of_a_move_by_phone(
    session: Session, world: World, work: Engagement, way: str
) -> None:
    if way == "no address":
        world.bennani.address = None
    else:
        work.participations[0].stopped_at = world.now
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    told = session.scalars(select(Telling).where(Telling.update_id == sent(session)[0].id)).one()
    task = session.scalars(select(Task).where(Task.kind == TaskKind.PHONE, Task.telling_id == told.id)).one()
    assert told.state is TellingState.BY_PHONE
    assert task.done_at is None


def test_where_managers_read_first_the_frozen_text_waits_for_them_and_then_goes_as_it_is(
    session: Session, world: World, work: Engagement
) -> None:
    work.playbook.managers_read_first = True
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)
    held = session.get_one(NoticeToRead, work.id)
    work.title = "changed meanwhile"

    before = sent(session)
    tick(session, at=held.until - timedelta(seconds=1))
    still = sent(session)
    tick(session, at=held.until)

    assert (before, still) == ([], [])
    assert sent(session)[0].snapshot["title"] == "kitchen, Anfa"
    assert session.get(NoticeToRead, work.id) is None
    assert session.scalars(select(Task).where(Task.kind == TaskKind.NOTICE_TO_READ)).one().done_at is not None


def test_a_manager_who_has_read_it_sends_it_on_at_once(session: Session, world: World, work: Engagement) -> None:
    work.playbook.managers_read_first = True
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    notices.send_read(session, work, by=world.dalia, now=world.now + 2 * QUARTER)

    assert len(sent(session)) == 1


def test_a_notice_to_read_that_was_taken_back_is_let_go(session: Session, world: World, work: Engagement) -> None:
    work.playbook.managers_read_first = True
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)
    move(world, work.milestones[0], date(2026, 4, 20), at=world.now + 2 * QUARTER)

    tick(session, at=world.now + timedelta(days=2))

    assert sent(session) == []
    assert session.get(NoticeToRead, work.id) is None


def test_a_notice_that_waited_for_the_morning_when_the_reader_stopped_becomes_a_call(
    session: Session, world: World, work: Engagement
) -> None:
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    work.participations[0].stopped_at = world.now + 2 * QUARTER
    telling.stopped(session, work.participations[0], now=world.now + 2 * QUARTER)

    told = session.scalars(select(Telling).where(Telling.update_id == sent(session)[0].id)).one()
    assert told.state is TellingState.BY_PHONE


def test_what_an_update_told_leaves_no_text_waiting_for_a_manager(
    session: Session, world: World, work: Engagement
) -> None:
    work.playbook.managers_read_first = True
    slot = slot_of(session, work)
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now)
    planning.advance(session, slot.id, now=slot.send_at)

    assert session.get(NoticeToRead, work.id) is None
    assert session.scalars(select(Task).where(Task.kind == TaskKind.NOTICE_TO_READ)).one().done_at is not None


def test_work_is_not_closed_over_a_move_that_nobody_heard_of(session: Session, world: World, work: Engagement) -> None:
    move(world, work.milestones[0], LATER, at=world.now)

    with pytest.raises(Refused) as refusal:
        engagements.close(session, work, words="", by=world.alice, now=world.now)

    assert refusal.value.key == "engagement.untold_moves"


def test_a_mail_without_news_shows_no_date_before_its_explanation(
    session: Session, world: World, work: Engagement
) -> None:
    work.playbook.managers_read_first = True
    slot = slot_of(session, work)
    world.firm.read_hours = 40
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    planning.advance(session, slot.id, now=slot.promised_by)

    (mail,) = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "no_news")).all()
    assert "28 April" not in read(mail).text
    assert "20 April" in read(mail).text
