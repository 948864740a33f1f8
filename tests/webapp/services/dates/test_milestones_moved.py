"""Steps that move: later ones along with them, several for one cause, and a date that waited for something."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.support.factories import World
from tests.support.moving import WHY, delays, move, sent, tick
from webapp.models import Announcement, Engagement, Milestone, Promise
from webapp.services.core.errors import Refused
from webapp.services.dates import ledger, milestones
from webapp.services.dates.ledger import When
from webapp.services.dates.milestones import Moved
from webapp.services.updates import notices

TODAY = date(2026, 4, 6)
QUARTER = timedelta(minutes=15)
WAITS = When(after_days=5, condition="your plans")


def came(world: World, step: Milestone, on: date, *, came_on: date, now: datetime) -> None:
    milestones.came(world.session, world.firm, step, on, came_on=came_on, today=TODAY, by=world.alice, now=now)


def test_later_steps_are_offered_with_the_same_shift_in_working_days(
    world: World, work: Engagement, cupboards: Milestone, handover: Milestone
) -> None:
    offered = milestones.later_ones(world.firm, cupboards, date(2026, 4, 23), work)

    assert [(shift.milestone.id, shift.was, shift.to) for shift in offered] == [
        (handover.id, date(2026, 4, 24), date(2026, 4, 29))
    ]
    assert milestones.later_ones(world.firm, handover, date(2026, 4, 29), work) == []
    assert milestones.later_ones(world.firm, cupboards, date(2026, 4, 16), work) == []


def test_what_is_done_or_fell_away_is_not_offered(
    session: Session, world: World, work: Engagement, cupboards: Milestone, handover: Milestone
) -> None:
    milestones.drop(session, handover, "Not wanted.", language="en", by=world.alice, now=world.now)

    assert milestones.later_ones(world.firm, cupboards, date(2026, 4, 23), work) == []


def test_a_range_that_moves_along_keeps_its_length(session: Session, world: World, work: Engagement) -> None:
    first = When(starts_on=date(2026, 4, 27), ends_on=date(2026, 4, 29))
    step = milestones.add(session, work, {"en": "Lamps"}, first, by=world.alice, now=world.now)

    to = milestones.ending_on(world.firm, step, date(2026, 5, 4))

    assert to == When(starts_on=date(2026, 4, 30), ends_on=date(2026, 5, 4))


def test_steps_that_move_for_one_cause_make_one_notice(
    session: Session, world: World, cupboards: Milestone, handover: Milestone
) -> None:
    both = [
        Moved(milestone=cupboards, to=When(starts_on=date(2026, 4, 28))),
        Moved(milestone=handover, to=When(starts_on=date(2026, 5, 4))),
    ]
    cupboards.is_at_risk = True

    milestones.move_together(session, both, WHY, by=world.alice, now=world.now, origin="test")
    tick(session, at=world.now + QUARTER)

    (notice,) = sent(session)
    assert [delay.now.starts_on for delay in delays(notice)] == [date(2026, 4, 28), date(2026, 5, 4)]
    assert not cupboards.is_at_risk


def test_one_that_is_refused_keeps_all_where_they_were(
    session: Session, world: World, cupboards: Milestone, handover: Milestone
) -> None:
    for wrong in (
        Moved(milestone=handover, to=When(starts_on=date(2026, 4, 24))),
        Moved(milestone=handover, to=When(after_days=3)),
    ):
        trial = session.begin_nested()
        with pytest.raises(Refused):
            milestones.move_together(
                session,
                [Moved(milestone=cupboards, to=When(starts_on=date(2026, 4, 28))), wrong],
                WHY,
                by=world.alice,
                now=world.now,
                origin="test",
            )
        trial.rollback()
        session.expire_all()

        assert len(cupboards.promises) == 1


def test_a_delay_without_its_explanation_moves_nothing(session: Session, world: World, cupboards: Milestone) -> None:
    moved = [Moved(milestone=cupboards, to=When(starts_on=date(2026, 4, 28)))]

    for why, field in ((replace(WHY, reason_key=None, why=""), "why"), (replace(WHY, what_we_do=" "), "what_we_do")):
        with pytest.raises(Refused) as refusal:
            milestones.move_together(session, moved, why, by=world.alice, now=world.now, origin="test")
        assert refusal.value.field == field


def test_what_is_done_fell_away_or_stays_where_it_was_does_not_move(
    session: Session, world: World, cupboards: Milestone, handover: Milestone
) -> None:
    same = [Moved(milestone=handover, to=When(starts_on=date(2026, 4, 24)))]
    milestones.done(session, cupboards, TODAY, today=TODAY, by=world.alice, now=world.now)

    for moved, key in (
        (same, "delay.same_date"),
        ([Moved(milestone=cupboards, to=When(starts_on=date(2026, 5, 1)))], "milestone.is_done"),
        ([], "delay.nothing_chosen"),
    ):
        with pytest.raises(Refused) as refusal:
            milestones.move_together(session, moved, WHY, by=world.alice, now=world.now, origin="test")
        assert refusal.value.key == key


def test_what_a_date_waited_for_makes_it_a_day_so_many_working_days_later(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, WAITS, at=world.now)
    tick(session, at=world.now + QUARTER)
    on = milestones.comes_to(world.firm, cupboards, date(2026, 4, 10))

    came(world, cupboards, on, came_on=date(2026, 4, 10), now=world.now + 2 * QUARTER)
    tick(session, at=world.now + 3 * QUARTER)

    assert on == date(2026, 4, 17)
    assert ledger.when(ledger.effective(cupboards)[-1]) == When(starts_on=on)
    assert ledger.moves(ledger.effective(cupboards)) == 1
    assert [delay.now.starts_on for delay in delays(sent(session)[-1])] == [on]


def test_a_date_that_waits_for_nothing_cannot_come(session: Session, world: World, cupboards: Milestone) -> None:
    with pytest.raises(Refused):
        milestones.comes_to(world.firm, cupboards, TODAY)
    with pytest.raises(Refused):
        came(world, cupboards, date(2026, 4, 10), came_on=TODAY, now=world.now)


def test_a_date_that_comes_to_a_day_which_has_passed_is_refused(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, WAITS, at=world.now)

    with pytest.raises(Refused) as refusal:
        came(world, cupboards, date(2026, 4, 3), came_on=TODAY, now=world.now)

    assert refusal.value.field == "on"


def test_a_day_later_than_was_promised_from_the_day_it_came_is_a_move_and_refused(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, WAITS, at=world.now)
    promised = milestones.comes_to(world.firm, cupboards, TODAY)

    with pytest.raises(Refused) as refusal:
        came(world, cupboards, promised + timedelta(days=1), came_on=TODAY, now=world.now)

    assert refusal.value.key == "promise.later_than_said"


def test_a_step_that_is_open_again_after_all_has_its_move_told(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, date(2026, 4, 28), at=world.now)
    milestones.done(session, cupboards, TODAY, today=TODAY, by=world.alice, now=world.now)
    tick(session, at=world.now + QUARTER)
    before = sent(session)

    milestones.undo(session, cupboards, by=world.alice, now=world.now + 2 * QUARTER)
    tick(session, at=world.now + 3 * QUARTER)

    assert before == []
    assert [delay.now.starts_on for delay in delays(sent(session)[0])] == [date(2026, 4, 28)]


def test_a_preview_says_what_would_be_told_and_leaves_nothing_behind(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    moved = [Moved(milestone=cupboards, to=When(starts_on=date(2026, 4, 28)))]
    same = [Moved(milestone=cupboards, to=When(starts_on=date(2026, 4, 20)))]
    session.flush()

    frozen = notices.preview(session, work.participations[0], moved, WHY, by=world.alice, now=world.now)
    nothing = notices.preview(session, work.participations[0], same, WHY, by=world.alice, now=world.now)

    assert frozen is not None
    assert [delay.now.starts_on for delay in frozen.delays] == [date(2026, 4, 28)]
    assert nothing is None
    assert len(cupboards.promises) == 1
    assert session.query(Announcement).count() == 0
    assert session.query(Promise).count() == 2
