"""A moved date reaches clients at once, once, and with its explanation; what was taken back in time reaches nobody."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import TUESDAYS, World, answers
from tests.webapp.services.moving import WHY, delays, move, sent, tick
from webapp.models import (
    Act,
    Cause,
    Engagement,
    HeldNotice,
    Milestone,
    OutboxEmail,
    Slot,
    Task,
    TaskKind,
    Telling,
    TellingState,
    UpdateKind,
)
from webapp.services import cadences, checkpoints, engagements, notices, planning, promises, telling
from webapp.services.errors import Refused
from webapp.services.promises import When, Why

LATER = date(2026, 4, 28)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def work(world: World) -> Engagement:
    """Cupboards on 20 April, handover on 24 April; it is Monday 6 April, the next update is due on Tuesday."""
    return world.open_engagement()[0]


@pytest.fixture
def cupboards(work: Engagement) -> Milestone:
    return work.milestones[0]


def slot_of(session: Session, work: Engagement) -> Slot:
    return session.scalars(select(Slot).where(Slot.engagement_id == work.id).order_by(Slot.id)).first()  # type: ignore[return-value]


def test_a_date_that_moves_by_days_is_told_in_a_notice_of_its_own(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    (notice,) = sent(session)
    (delay,) = delays(notice)
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "delay_notice")).one()
    assert (delay.first.starts_on, delay.was.starts_on, delay.now.starts_on) == (
        date(2026, 4, 20),
        date(2026, 4, 20),
        LATER,
    )
    assert "28 April" in mail.subject
    assert "The doors are late." in mail.text


def test_nothing_goes_out_before_a_quarter_of_an_hour_has_passed(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    tick(session, at=world.now + QUARTER - timedelta(seconds=1))

    assert sent(session) == []


def test_several_moves_within_a_quarter_of_an_hour_make_one_notice(
    session: Session, world: World, work: Engagement
) -> None:
    cupboards, handover = work.milestones
    move(world, cupboards, LATER, at=world.now)
    move(world, cupboards, date(2026, 4, 29), at=world.now + timedelta(minutes=5))
    move(world, handover, date(2026, 5, 4), at=world.now + timedelta(minutes=10))

    tick(session, at=world.now + QUARTER)
    tick(session, at=world.now + 3 * QUARTER)

    (notice,) = sent(session)
    assert [(delay.was.starts_on, delay.now.starts_on, delay.moved) for delay in delays(notice)] == [
        (date(2026, 4, 20), date(2026, 4, 29), 1),
        (date(2026, 4, 24), date(2026, 5, 4), 1),
    ]


def test_a_move_taken_back_before_it_went_out_is_told_to_nobody(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    back = move(world, cupboards, date(2026, 4, 20), at=world.now + timedelta(minutes=5))

    tick(session, at=world.now + QUARTER)

    assert back.act is Act.WITHDRAW
    assert sent(session) == []
    assert notices.due(session, now=world.now + QUARTER) == []


def test_a_second_move_after_the_notice_is_told_from_the_date_that_clients_know(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    tick(session, at=world.now + QUARTER)
    move(world, cupboards, date(2026, 5, 5), at=world.now + 2 * QUARTER)
    tick(session, at=world.now + 3 * QUARTER)

    first, second = sent(session)
    assert [(delay.was.starts_on, delay.now.starts_on, delay.moved) for delay in delays(second)] == [
        (LATER, date(2026, 5, 5), 2)
    ]
    assert first.key != second.key


def test_a_small_move_of_a_far_date_leads_the_next_update(session: Session, world: World, work: Engagement) -> None:
    slot = slot_of(session, work)
    move(world, work.milestones[1], date(2026, 4, 27), at=world.now)
    tick(session, at=world.now + QUARTER)

    checkpoints.submit(
        session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now + QUARTER
    )
    planning.advance(session, slot.id, now=slot.send_at)
    tick(session, at=slot.promised_by)

    assert sent(session) == []
    (update,) = sent(session, UpdateKind.REGULAR)
    assert [delay.now.starts_on for delay in delays(update)] == [date(2026, 4, 27)]


def test_a_small_move_of_what_is_due_within_five_working_days_goes_at_once(
    session: Session, world: World, cupboards: Milestone
) -> None:
    near = datetime(2026, 4, 15, 9, tzinfo=UTC)
    move(world, cupboards, date(2026, 4, 21), at=near)
    tick(session, at=near + QUARTER)

    assert len(sent(session)) == 1


def test_a_move_on_the_day_of_an_update_waits_for_it(session: Session, world: World, work: Engagement) -> None:
    slot = slot_of(session, work)
    morning = slot.send_at - timedelta(hours=5)
    move(world, work.milestones[0], LATER, at=morning)
    tick(session, at=morning + 2 * QUARTER)

    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=morning)
    planning.advance(session, slot.id, now=slot.send_at)

    assert sent(session) == []
    assert [delay.now.starts_on for delay in delays(sent(session, UpdateKind.REGULAR)[0])] == [LATER]


def test_where_nobody_reports_on_that_day_the_notice_goes_instead_of_saying_no_news(
    session: Session, world: World, work: Engagement
) -> None:
    slot = slot_of(session, work)
    move(world, work.milestones[0], LATER, at=slot.send_at - timedelta(hours=5))

    planning.advance(session, slot.id, now=slot.promised_by)

    assert len(sent(session)) == 1
    assert sent(session, UpdateKind.NO_NEWS) == []


def test_an_earlier_date_needs_no_explanation_and_is_told(session: Session, world: World, cupboards: Milestone) -> None:
    move(world, cupboards, date(2026, 4, 14), at=world.now, why=Why(cause=Cause.US))
    tick(session, at=world.now + QUARTER)

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "delay_notice")).one()
    assert "sorry" not in mail.text
    assert "14 April" in mail.subject


def test_a_condition_that_is_met_becomes_a_day_and_is_no_second_move(
    session: Session, world: World, cupboards: Milestone
) -> None:
    plans = When(after_days=5, condition="your plans")
    move(world, cupboards, plans, at=world.now, why=Why(cause=Cause.YOU, why="We wait.", what_we_do="We prepare."))
    tick(session, at=world.now + QUARTER)

    promises.resolve(session, cupboards, date(2026, 4, 27), by=world.alice, now=world.now + 2 * QUARTER)
    tick(session, at=world.now + 3 * QUARTER)

    _, second = sent(session)
    (delay,) = delays(second)
    assert (delay.was.after_days, delay.now.starts_on, delay.moved) == (5, date(2026, 4, 27), 1)


def test_a_move_of_a_draft_is_said_by_its_welcome(session: Session, world: World) -> None:
    draft = world.engagement()
    move(world, draft.milestones[0], LATER, at=world.now)
    engagements.go_live(session, draft, by=world.dalia, now=world.now)

    tick(session, at=world.now + QUARTER)

    assert sent(session) == []


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
    assert len(sent(session)) == 1


def test_a_notice_made_in_quiet_hours_waits_for_the_morning_of_the_reader(
    session: Session, world: World, cupboards: Milestone
) -> None:
    world.firm.quiet_from, world.firm.quiet_until = time(20), time(8)
    night = datetime(2026, 4, 6, 22, tzinfo=UTC)
    move(world, cupboards, LATER, at=night)
    tick(session, at=night + QUARTER)

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "delay_notice")).one()
    assert mail.not_before == datetime(2026, 4, 7, 7, tzinfo=UTC) or mail.not_before.hour in (7, 8)


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
    work.service.managers_read_first = True
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)
    held = session.get_one(HeldNotice, work.id)
    work.title = "changed meanwhile"

    before = sent(session)
    tick(session, at=held.until - timedelta(seconds=1))
    still = sent(session)
    tick(session, at=held.until)

    assert (before, still) == ([], [])
    assert sent(session)[0].snapshot["title"] == "kitchen, Anfa"
    assert session.get(HeldNotice, work.id) is None
    assert session.scalars(select(Task).where(Task.kind == TaskKind.NOTICE_TO_READ)).one().done_at is not None


def test_a_manager_who_has_read_it_sends_it_on_at_once(session: Session, world: World, work: Engagement) -> None:
    work.service.managers_read_first = True
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    notices.send_held(session, work, by=world.dalia, now=world.now + 2 * QUARTER)

    assert len(sent(session)) == 1


def test_a_held_notice_that_was_taken_back_is_let_go(session: Session, world: World, work: Engagement) -> None:
    work.service.managers_read_first = True
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)
    move(world, work.milestones[0], date(2026, 4, 20), at=world.now + 2 * QUARTER)

    tick(session, at=world.now + timedelta(days=2))

    assert sent(session) == []
    assert session.get(HeldNotice, work.id) is None


def test_after_clients_were_told_a_form_cannot_silently_go_back_to_a_later_date(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, date(2026, 4, 14), at=world.now, why=Why(cause=Cause.US))
    tick(session, at=world.now + QUARTER)

    with pytest.raises(Refused):
        move(world, cupboards, date(2026, 4, 20), at=world.now + 2 * QUARTER, why=Why(cause=Cause.US))

    move(world, cupboards, date(2026, 4, 20), at=world.now + 2 * QUARTER, why=WHY)
    tick(session, at=world.now + 3 * QUARTER)
    assert [delay.now.starts_on for delay in delays(sent(session)[1])] == [date(2026, 4, 20)]


def test_a_firm_day_that_becomes_an_estimate_is_explained_even_where_it_is_earlier(
    world: World, cupboards: Milestone
) -> None:
    with pytest.raises(Refused):
        move(
            world, cupboards, When(starts_on=date(2026, 4, 17), is_estimate=True), at=world.now, why=Why(cause=Cause.US)
        )


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
    work.service.managers_read_first = True
    slot = slot_of(session, work)
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now)
    planning.advance(session, slot.id, now=slot.send_at)

    assert session.get(HeldNotice, work.id) is None
    assert session.scalars(select(Task).where(Task.kind == TaskKind.NOTICE_TO_READ)).one().done_at is not None


def test_a_promised_day_of_news_is_printed_where_it_comes_before_the_rhythm(
    session: Session, world: World, cupboards: Milestone
) -> None:
    news_at = datetime(2026, 4, 7, 10, tzinfo=UTC)
    move(world, cupboards, When(next_news_at=news_at), at=world.now)
    tick(session, at=world.now + QUARTER)

    assert sent(session)[0].next_news_at == news_at


def test_a_small_move_whose_update_would_come_after_the_date_goes_at_once(session: Session, world: World) -> None:
    rare = {**cadences.dump(TUESDAYS), "every": "monthly_day", "weekdays": [], "day": 28}
    work, _ = world.open_engagement("MA-9", cadence=rare)
    move(world, work.milestones[1], date(2026, 4, 27), at=world.now)
    tick(session, at=world.now + QUARTER)

    assert len(sent(session)) == 1


def test_work_is_not_closed_over_a_move_that_nobody_heard_of(session: Session, world: World, work: Engagement) -> None:
    move(world, work.milestones[0], LATER, at=world.now)

    with pytest.raises(Refused) as refusal:
        engagements.close(session, work, words="", by=world.alice, now=world.now)

    assert refusal.value.key == "engagement.untold_moves"


def test_a_mail_without_news_shows_no_date_before_its_explanation(
    session: Session, world: World, work: Engagement
) -> None:
    work.service.managers_read_first = True
    slot = slot_of(session, work)
    world.firm.hold_hours = 40
    move(world, work.milestones[0], LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    planning.advance(session, slot.id, now=slot.promised_by)

    (mail,) = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "no_news")).all()
    assert "28 April" not in mail.text
    assert "20 April" in mail.text
