"""A report grows old: what nobody confirmed for long is not shown as sure."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.support.factories import World, answers
from webapp.models import DateAnswered, Engagement, EngagementState, Slot
from webapp.services.dates import questions, staleness
from webapp.services.reports import checkpoints
from webapp.services.rhythm import cadences

MONDAY = date(2026, 4, 6)
OLD = datetime(2026, 4, 16, 9, 0, tzinfo=UTC)
"""Eight working days after the start: one more than a weekly rhythm and two days allow."""


@pytest.fixture
def opened(world: World) -> tuple[Engagement, Slot]:
    return world.open_engagement()


def since(session: Session, world: World, work: Engagement, now: datetime) -> date | None:
    return staleness.stale_since(session, work, world.firm, now=now)


def test_a_weekly_report_stays_fresh_for_a_week_and_two_working_days(
    session: Session, world: World, opened: tuple[Engagement, Slot]
) -> None:
    work, _ = opened

    assert since(session, world, work, OLD - timedelta(days=1)) is None
    assert since(session, world, work, OLD) == MONDAY


def test_days_off_do_not_age_a_report(session: Session, world: World, opened: tuple[Engagement, Slot]) -> None:
    work, _ = opened
    world.firm.days_off = ["2026-04-14"]

    assert since(session, world, work, OLD) is None


def test_a_slower_rhythm_lets_a_report_stay_fresh_longer(session: Session, world: World) -> None:
    cadence = {**cadences.dump(cadences.load(world.playbook.cadence)), "weeks": 2}
    work, _ = world.open_engagement(cadence=cadence)

    assert since(session, world, work, OLD) is None
    assert since(session, world, work, datetime(2026, 4, 23, 9, 0, tzinfo=UTC)) == MONDAY


def test_the_playbook_can_say_after_how_many_days(
    session: Session, world: World, opened: tuple[Engagement, Slot]
) -> None:
    work, _ = opened
    work.playbook.stale_days = 2

    assert since(session, world, work, datetime(2026, 4, 8, 9, 0, tzinfo=UTC)) is None
    assert since(session, world, work, datetime(2026, 4, 9, 9, 0, tzinfo=UTC)) == MONDAY


def test_a_report_makes_it_fresh(session: Session, world: World, opened: tuple[Engagement, Slot]) -> None:
    work, slot = opened
    checkpoints.submit(
        session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=slot.send_at - timedelta(hours=2)
    )

    assert since(session, world, work, OLD) is None
    assert since(session, world, work, OLD + timedelta(days=1)) == date(2026, 4, 7)


@pytest.mark.parametrize(("said", "is_fresh"), [(DateAnswered.YES, True), (DateAnswered.NOT_SURE, False)])
def test_a_date_answered_with_yes_confirms_and_doubt_does_not(
    session: Session, world: World, opened: tuple[Engagement, Slot], said: DateAnswered, *, is_fresh: bool
) -> None:
    work, _ = opened
    at = OLD - timedelta(days=1)
    questions.ask(session, now=at)

    questions.answer(session, questions.waiting(session)[0], said, by=world.alice, now=at)

    assert (since(session, world, work, OLD) is None) == is_fresh


def test_work_that_is_closed_or_not_begun_does_not_grow_old(session: Session, world: World) -> None:
    draft = world.engagement("MA-1")
    closed, _ = world.open_engagement("MA-2")
    paused, _ = world.open_engagement("MA-3")
    closed.state, paused.state = EngagementState.CLOSED, EngagementState.PAUSED

    found = staleness.stale(session, [draft, closed, paused], world.firm, now=OLD)

    assert found == {paused.id: MONDAY}
