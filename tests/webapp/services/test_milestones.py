"""Agreed steps as people use them: added, ordered, done, dropped, taken up again, and moved together for one cause."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import World
from tests.webapp.services.moving import WHY, delays, move, sent, tick
from webapp.models import Act, Announcement, Engagement, Milestone, Promise
from webapp.services import engagement_facts, engagements, milestones, promises
from webapp.services.errors import NotFound, Refused
from webapp.services.milestones import Moved
from webapp.services.promises import When

TODAY = date(2026, 4, 6)
QUARTER = timedelta(minutes=15)
WAITS = When(after_days=5, condition="your plans")


@pytest.fixture
def handover(work: Engagement) -> Milestone:
    return work.milestones[1]


def names(work: Engagement) -> list[str]:
    return [step.labels["en"] for step in work.milestones]


def came(world: World, step: Milestone, on: date, *, came_on: date, now: datetime) -> None:
    milestones.came(world.session, world.firm, step, on, came_on=came_on, today=TODAY, by=world.alice, now=now)


def test_a_new_step_comes_last_with_its_first_promise(session: Session, world: World, work: Engagement) -> None:
    step = milestones.add(
        session, work, {"en": "Lamps"}, When(starts_on=date(2026, 4, 28)), by=world.alice, now=world.now
    )

    session.expire(work)
    assert names(work) == ["Cupboards", "Handover", "Lamps"]
    assert [(entry.act, entry.starts_on) for entry in step.promises] == [(Act.FIRST, date(2026, 4, 28))]


def test_a_step_without_a_name_is_refused(session: Session, world: World, work: Engagement) -> None:
    with pytest.raises(Refused) as refusal:
        milestones.add(session, work, {"en": " "}, When(starts_on=TODAY), by=world.alice, now=world.now)

    assert refusal.value.field == "labels"


def test_a_step_without_a_date_gets_its_first_one_and_never_a_second_first_one(
    session: Session, world: World, work: Engagement
) -> None:
    step = Milestone(engagement_id=work.id, position=3, labels={"en": "Lamps"})
    work.milestones.append(step)
    session.flush()

    milestones.agree(session, step, When(starts_on=date(2026, 4, 28)), by=world.alice, now=world.now)

    assert milestones.standing(step) == "holds"
    with pytest.raises(Refused):
        milestones.agree(session, step, When(starts_on=date(2026, 4, 29)), by=world.alice, now=world.now)


def test_a_step_of_other_work_is_not_found(session: Session, world: World, cupboards: Milestone) -> None:
    other = world.engagement("BA-118")

    with pytest.raises(NotFound):
        milestones.get(session, other, cupboards.id)


@pytest.mark.parametrize(
    ("done_on", "standing"),
    [(date(2026, 4, 20), "done"), (date(2026, 4, 17), "done_early"), (date(2026, 4, 21), "done_late")],
)
def test_a_step_is_done_on_the_day_it_was_done_early_or_late(
    session: Session, world: World, cupboards: Milestone, done_on: date, standing: str
) -> None:
    milestones.done(session, cupboards, done_on, today=date(2026, 4, 22), by=world.alice, now=world.now)

    assert cupboards.done_on == done_on
    assert milestones.standing(cupboards) == standing


def test_an_estimate_cannot_be_missed(session: Session, world: World, work: Engagement) -> None:
    step = milestones.add(
        session, work, {"en": "Lamps"}, When(starts_on=TODAY, is_estimate=True), by=world.alice, now=world.now
    )
    milestones.done(session, step, date(2026, 4, 9), today=date(2026, 4, 9), by=world.alice, now=world.now)

    assert milestones.standing(step) == "done"


def test_nothing_is_done_ahead_of_time(session: Session, world: World, cupboards: Milestone) -> None:
    with pytest.raises(Refused) as refusal:
        milestones.done(session, cupboards, date(2026, 4, 7), today=TODAY, by=world.alice, now=world.now)

    assert refusal.value.field == "done_on"
    assert cupboards.done_on is None


def test_a_step_marked_as_done_by_mistake_is_open_again(session: Session, world: World, cupboards: Milestone) -> None:
    milestones.done(session, cupboards, TODAY, today=TODAY, by=world.alice, now=world.now)

    milestones.undo(session, cupboards, by=world.alice, now=world.now)

    assert milestones.standing(cupboards) == "holds"
    assert cupboards.done_recorded_at is None


def test_a_step_falls_away_with_a_reason_and_its_promises_stay(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    milestones.drop(session, cupboards, " You keep the old ones. ", language="en", by=world.alice, now=world.now)

    line = engagement_facts.date_lines(work)[0]
    assert (line.standing, line.dropped_why and line.dropped_why.text) == ("dropped", "You keep the old ones.")
    assert engagement_facts.progress(work) == (0, 1)
    assert len(cupboards.promises) == 1


def test_nothing_falls_away_in_silence_nor_after_it_is_done(
    session: Session, world: World, cupboards: Milestone, handover: Milestone
) -> None:
    milestones.done(session, handover, TODAY, today=TODAY, by=world.alice, now=world.now)

    for step, why in ((cupboards, "  "), (handover, "Not wanted.")):
        with pytest.raises(Refused) as refusal:
            milestones.drop(session, step, why, language="en", by=world.alice, now=world.now)
        assert refusal.value.field == "why"
        assert step.dropped_at is None


def test_a_dropped_step_is_taken_up_again_and_is_not_done_before(
    session: Session, world: World, cupboards: Milestone
) -> None:
    milestones.drop(session, cupboards, "Not wanted.", language="en", by=world.alice, now=world.now)
    with pytest.raises(Refused):
        milestones.done(session, cupboards, TODAY, today=TODAY, by=world.alice, now=world.now)

    milestones.take_up(session, cupboards, by=world.alice, now=world.now)

    assert milestones.standing(cupboards) == "holds"
    assert cupboards.dropped_why is None


def test_steps_change_places_and_stay_at_the_ends(session: Session, work: Engagement) -> None:
    cupboards, handover = work.milestones

    milestones.shift(session, handover, up=True)
    assert names(work) == ["Handover", "Cupboards"]
    milestones.shift(session, handover, up=True)
    milestones.shift(session, cupboards, up=False)
    assert names(work) == ["Handover", "Cupboards"]
    milestones.shift(session, handover, up=False)

    assert names(work) == ["Cupboards", "Handover"]


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
    assert promises.when(promises.effective(cupboards)[-1]) == When(starts_on=on)
    assert promises.moves(promises.effective(cupboards)) == 1
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


def test_open_steps_are_those_of_live_work_that_are_due(session: Session, world: World, work: Engagement) -> None:
    world.engagement("MA-1")
    other = world.open_engagement("BA-118", owner=world.bob)[0]
    closed = world.open_engagement("BA-119")[0]
    engagements.close(session, closed, words="", by=world.dalia, now=world.now)
    milestones.done(session, work.milestones[0], TODAY, today=TODAY, by=world.alice, now=world.now)

    everybodys = milestones.open_ones(session, owners=None, service_id=None, until=None)
    bobs = milestones.open_ones(session, owners={world.bob.id}, service_id=world.service.id, until=date(2026, 4, 20))

    assert [(step.engagement.id, step.on) for step in everybodys] == [
        (other.id, date(2026, 4, 20)),
        (work.id, date(2026, 4, 24)),
        (other.id, date(2026, 4, 24)),
    ]
    assert [step.engagement.id for step in bobs] == [other.id]
    assert milestones.open_ones(session, owners=None, service_id=world.service.id + 1, until=None) == []
    assert milestones.later_by(world.firm, bobs[0], 5) == date(2026, 4, 27)


def test_a_preview_says_what_would_be_told_and_leaves_nothing_behind(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    moved = [Moved(milestone=cupboards, to=When(starts_on=date(2026, 4, 28)))]
    same = [Moved(milestone=cupboards, to=When(starts_on=date(2026, 4, 20)))]
    session.flush()

    frozen = milestones.preview(session, work, moved, WHY, by=world.alice, now=world.now)
    nothing = milestones.preview(session, work, same, WHY, by=world.alice, now=world.now)

    assert frozen is not None
    assert [delay.now.starts_on for delay in frozen.delays] == [date(2026, 4, 28)]
    assert nothing is None
    assert len(cupboards.promises) == 1
    assert session.query(Announcement).count() == 0
    assert session.query(Promise).count() == 2
