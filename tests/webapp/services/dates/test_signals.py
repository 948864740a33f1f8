"""What speaks against a date is found early, and each reason is one that a person can check."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World, answers
from tests.support.moving import WHY, move
from webapp.models import Announcement, Ask, Engagement, EngagementState, Slot, SlotState
from webapp.services.dates import ledger, milestones, signals
from webapp.services.dates.ledger import When
from webapp.services.dates.signals import Sign, Signal
from webapp.services.reports import checkpoints
from webapp.services.work import engagements

TUESDAY = datetime(2026, 4, 7, 9, 0, tzinfo=UTC)


def found(session: Session, world: World, work: Engagement, now: datetime) -> list[Signal]:
    """Of this work, the only one; that of all works, which is narrowed by a query, finds the same."""
    session.flush()
    of_work = signals.of(session, work, world.firm, now=now)
    assert signals.pressing(session, world.firm, now=now) == ([of_work] if of_work else [])
    return of_work


def signs(session: Session, world: World, work: Engagement, now: datetime) -> list[Sign]:
    return [signal.sign for signal in found(session, world, work, now)]


def closed_slot(session: Session, work: Engagement, on: date, state: SlotState) -> None:
    at = datetime(on.year, on.month, on.day, 15, 0, tzinfo=UTC)
    session.add(Slot(engagement_id=work.id, local_on=on, rule_on=on, send_at=at, promised_by=at, state=state))
    session.flush()


def ask(session: Session, work: Engagement, **given: Any) -> None:
    fields = {"text": "The plans", "language": "en", "asked_at": TUESDAY, "due_on": TUESDAY.date(), **given}
    session.add(Ask(engagement_id=work.id, **fields))
    session.flush()


def test_work_on_its_way_gives_no_signal(session: Session, world: World, work: Engagement) -> None:
    assert found(session, world, work, TUESDAY) == []


def test_a_day_that_passed_without_the_step_being_done_is_the_first_signal(
    session: Session, world: World, work: Engagement
) -> None:
    on_the_day = signs(session, world, work, datetime(2026, 4, 20, 9, 0, tzinfo=UTC))

    first, *_ = found(session, world, work, datetime(2026, 4, 21, 9, 0, tzinfo=UTC))

    assert Sign.PAST not in on_the_day
    assert (first.sign, first.milestone, first.on) == (Sign.PAST, work.milestones[0], date(2026, 4, 20))


def test_a_date_in_doubt_is_a_signal(session: Session, world: World, work: Engagement) -> None:
    work.milestones[1].is_at_risk = True

    (signal,) = found(session, world, work, TUESDAY)

    assert (signal.sign, signal.milestone) == (Sign.AT_RISK, work.milestones[1])


def test_a_date_that_is_near_while_nothing_was_reported_is_a_signal(
    session: Session, world: World, work: Engagement
) -> None:
    at = datetime(2026, 4, 14, 9, 0, tzinfo=UTC)
    slot = session.scalars(select(Slot)).one()

    (signal,) = found(session, world, work, at)
    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=at)

    assert (signal.sign, signal.on, signal.since) == (Sign.UNREPORTED, date(2026, 4, 20), date(2026, 4, 6))
    assert found(session, world, work, at) == []


def test_a_date_that_moved_twice_is_a_signal_and_one_that_moved_once_is_not(
    session: Session, world: World, work: Engagement
) -> None:
    cupboards = work.milestones[0]
    move(world, cupboards, date(2026, 4, 28), at=TUESDAY)
    session.scalars(select(Announcement)).one().settled_at = TUESDAY
    once = signs(session, world, work, TUESDAY)
    move(world, cupboards, date(2026, 5, 12), at=TUESDAY + timedelta(hours=1))

    (signal,) = found(session, world, work, TUESDAY + timedelta(hours=1))

    assert once == []
    assert (signal.sign, signal.facts) == (Sign.MOVED_OFTEN, {"count": 2})


def test_something_we_need_that_is_overdue_is_a_signal_with_the_next_date(
    session: Session, world: World, work: Engagement
) -> None:
    ask(session, work)
    ask(session, work, text="The keys", due_on=None)

    on_the_day = found(session, world, work, TUESDAY)
    (signal,) = found(session, world, work, TUESDAY + timedelta(days=1))

    assert on_the_day == []
    assert (signal.sign, signal.since, signal.on) == (Sign.WAITS, date(2026, 4, 7), date(2026, 4, 20))
    assert signal.facts == {"what": "The plans", "language": "en"}


def test_a_stage_that_takes_longer_than_usual_is_a_signal(session: Session, world: World, work: Engagement) -> None:
    stage = world.playbook.stages[1]
    engagements.enter_stage(session, work, stage, by=world.alice, now=TUESDAY)
    at = TUESDAY + timedelta(days=1)
    unknown = found(session, world, work, at)
    stage.usual_days = 1
    usual = found(session, world, work, at)

    # While every date is far away, so that nothing else speaks for it.
    (signal,) = found(session, world, work, TUESDAY + timedelta(days=2))

    assert unknown == usual == []
    assert (signal.sign, signal.since) == (Sign.LONG_STAGE, date(2026, 4, 7))
    assert signal.facts == {"labels": stage.labels, "count": 2, "usual": 1}


def test_an_owner_who_was_silent_twice_in_a_row_is_a_signal_since_the_first_time(
    session: Session, world: World, work: Engagement
) -> None:
    closed_slot(session, work, date(2026, 3, 10), SlotState.NO_NEWS)
    closed_slot(session, work, date(2026, 3, 17), SlotState.RELEASED)
    closed_slot(session, work, date(2026, 3, 24), SlotState.NO_NEWS)
    once = found(session, world, work, TUESDAY)
    closed_slot(session, work, date(2026, 3, 31), SlotState.NO_NEWS)

    (signal,) = found(session, world, work, TUESDAY)

    assert once == []
    assert (signal.sign, signal.since) == (Sign.SILENT, date(2026, 3, 24))


def test_steps_that_are_done_or_fell_away_give_no_signal(session: Session, world: World, work: Engagement) -> None:
    cupboards, handover = work.milestones
    late = datetime(2026, 4, 28, 9, 0, tzinfo=UTC)
    before = signs(session, world, work, late)

    milestones.done(session, cupboards, date(2026, 4, 22), today=late.date(), by=world.alice, now=late)
    milestones.drop(session, handover, "Not wanted any more", language="en", by=world.alice, now=late)

    assert before == [Sign.PAST, Sign.PAST]
    assert found(session, world, work, late) == []


@pytest.mark.parametrize("state", [EngagementState.DRAFT, EngagementState.PAUSED, EngagementState.CLOSED])
def test_only_open_work_gives_signals(session: Session, world: World, work: Engagement, state: EngagementState) -> None:
    work.state = state

    assert found(session, world, work, datetime(2026, 5, 4, 9, 0, tzinfo=UTC)) == []


def test_the_most_pressing_work_comes_first_and_work_without_a_reason_is_left_out(
    session: Session, world: World, work: Engagement
) -> None:
    doubtful, _ = world.open_engagement("MA-2")
    twice, _ = world.open_engagement("MA-3")
    doubtful.milestones[0].is_at_risk = True
    twice.milestones[0].is_at_risk = twice.milestones[1].is_at_risk = True
    waits, _ = world.open_engagement("MA-4")
    ask(session, waits, due_on=date(2026, 4, 1))

    ordered = signals.pressing(session, world.firm, now=TUESDAY)

    assert [each[0].engagement.reference for each in ordered] == ["MA-3", "MA-2", "MA-4"]


def test_who_moved_a_date_just_now_has_said_how_it_stands(session: Session, world: World, work: Engagement) -> None:
    at = datetime(2026, 4, 14, 9, 0, tzinfo=UTC)
    assert [signal.sign for signal in found(session, world, work, at)] == [Sign.UNREPORTED]

    ledger.move(
        session, work.milestones[0], When(starts_on=date(2026, 4, 21)), WHY, by=world.alice, now=at, origin="test"
    )

    assert Sign.UNREPORTED not in [signal.sign for signal in found(session, world, work, at)]
