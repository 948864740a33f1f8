"""Agreed steps as people use them: added, ordered, done, dropped, taken up again, and moved together for one cause."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.support.factories import World
from webapp.models import Act, Engagement, Milestone
from webapp.services.core.errors import NotFound, Refused
from webapp.services.dates import milestones
from webapp.services.dates.ledger import When
from webapp.services.updates import status
from webapp.services.work import engagements

TODAY = date(2026, 4, 6)
QUARTER = timedelta(minutes=15)
WAITS = When(after_days=5, condition="your plans")


def names(work: Engagement) -> list[str]:
    return [step.labels["en"] for step in work.milestones]


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

    assert milestones.standing_for_staff(step) == "holds"
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
    assert milestones.standing_for_staff(cupboards) == standing


def test_an_estimate_cannot_be_missed(session: Session, world: World, work: Engagement) -> None:
    step = milestones.add(
        session, work, {"en": "Lamps"}, When(starts_on=TODAY, is_estimate=True), by=world.alice, now=world.now
    )
    milestones.done(session, step, date(2026, 4, 9), today=date(2026, 4, 9), by=world.alice, now=world.now)

    assert milestones.standing_for_staff(step) == "done"


def test_nothing_is_done_ahead_of_time(session: Session, world: World, cupboards: Milestone) -> None:
    with pytest.raises(Refused) as refusal:
        milestones.done(session, cupboards, date(2026, 4, 7), today=TODAY, by=world.alice, now=world.now)

    assert refusal.value.field == "done_on"
    assert cupboards.done_on is None


def test_a_step_marked_as_done_by_mistake_is_open_again(session: Session, world: World, cupboards: Milestone) -> None:
    milestones.done(session, cupboards, TODAY, today=TODAY, by=world.alice, now=world.now)

    milestones.undo(session, cupboards, by=world.alice, now=world.now)

    assert milestones.standing_for_staff(cupboards) == "holds"
    assert cupboards.done_recorded_at is None


def test_a_step_falls_away_with_a_reason_and_its_promises_stay(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    milestones.drop(session, cupboards, " You keep the old ones. ", language="en", by=world.alice, now=world.now)

    line = status.date_lines(work)[0]
    assert (line.standing, line.dropped_why and line.dropped_why.text) == ("dropped", "You keep the old ones.")
    assert status.progress(work) == (0, 1)
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

    assert milestones.standing_for_staff(cupboards) == "holds"
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


def test_open_steps_are_those_of_live_work_that_are_due(session: Session, world: World, work: Engagement) -> None:
    world.engagement("MA-1")
    other = world.open_engagement("BA-118", owner=world.bob)[0]
    closed = world.open_engagement("BA-119")[0]
    engagements.close(session, closed, words="", by=world.dalia, now=world.now)
    milestones.done(session, work.milestones[0], TODAY, today=TODAY, by=world.alice, now=world.now)

    everybodys = milestones.open_ones(session, owners=None, playbook_id=None, until=None)
    bobs = milestones.open_ones(session, owners={world.bob.id}, playbook_id=world.playbook.id, until=date(2026, 4, 20))

    assert [(step.engagement.id, step.on) for step in everybodys] == [
        (other.id, date(2026, 4, 20)),
        (work.id, date(2026, 4, 24)),
        (other.id, date(2026, 4, 24)),
    ]
    assert [step.engagement.id for step in bobs] == [other.id]
    assert milestones.open_ones(session, owners=None, playbook_id=world.playbook.id + 1, until=None) == []
    assert milestones.later_by(world.firm, bobs[0], 5) == date(2026, 4, 27)
