"""Before an agreed date its owner is asked whether it holds, and no other time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World, answers
from tests.support.moving import move
from webapp.models import DateAnswered, DateQuestion, Engagement, EngagementState, Slot
from webapp.services.dates import milestones, questions
from webapp.services.dates.ledger import When
from webapp.services.reports import checkpoints
from webapp.services.updates.answers import DateAnswer, Holds

WEDNESDAY = datetime(2026, 4, 15, 9, 0, tzinfo=UTC)
"""Three working days before the cupboards on Monday 20 April."""


def asked(session: Session) -> list[tuple[str, int]]:
    """What was asked about, and for which time."""
    found = session.scalars(select(DateQuestion).order_by(DateQuestion.id))
    return [(question.milestone.labels["en"], question.number) for question in found]


def waiting(session: Session) -> list[str]:
    return [question.milestone.labels["en"] for question in questions.waiting(session)]


def test_a_date_is_asked_about_three_working_days_before_and_not_sooner(session: Session, work: Engagement) -> None:
    questions.ask(session, now=WEDNESDAY - timedelta(days=1))
    before = asked(session)
    questions.ask(session, now=WEDNESDAY)
    questions.ask(session, now=WEDNESDAY + timedelta(hours=3))

    assert before == []
    assert asked(session) == [("Cupboards", 1)]


def test_the_firm_says_how_many_days_before(session: Session, world: World, work: Engagement) -> None:
    world.firm.ask_days = 7

    questions.ask(session, now=WEDNESDAY)

    assert asked(session) == [("Cupboards", 1), ("Handover", 1)]


@pytest.mark.parametrize(
    "at", [datetime(2026, 4, 18, 9, 0, tzinfo=UTC), datetime(2026, 4, 15, 6, 59, tzinfo=UTC)], ids=["weekend", "night"]
)
def test_nobody_is_asked_on_a_day_off_or_before_the_hour_of_the_days_mail(
    session: Session, work: Engagement, at: datetime
) -> None:
    questions.ask(session, now=at)

    assert asked(session) == []


def test_only_open_work_is_asked_about(session: Session, work: Engagement) -> None:
    work.state = EngagementState.PAUSED

    questions.ask(session, now=WEDNESDAY)

    assert asked(session) == []


def test_yes_confirms_and_is_not_asked_again_before_the_day_has_passed(
    session: Session, world: World, work: Engagement
) -> None:
    work.milestones[0].is_at_risk = True
    questions.ask(session, now=WEDNESDAY)
    questions.answer(session, questions.waiting(session)[0], DateAnswered.YES, by=world.alice, now=WEDNESDAY)
    questions.ask(session, now=WEDNESDAY + timedelta(days=1))
    until_then = asked(session)
    questions.ask(session, now=datetime(2026, 4, 20, 9, 0, tzinfo=UTC))
    on_the_day = [label for label, _ in asked(session)].count("Cupboards")

    questions.ask(session, now=datetime(2026, 4, 21, 9, 0, tzinfo=UTC))

    assert work.milestones[0].is_at_risk is False
    assert until_then == [("Cupboards", 1)]
    assert on_the_day == 1
    assert ("Cupboards", 2) in asked(session)


def test_doubt_marks_the_date_and_is_asked_about_again_on_the_next_working_day(
    session: Session, world: World, work: Engagement
) -> None:
    friday = WEDNESDAY + timedelta(days=2)
    questions.ask(session, now=friday)
    questions.answer(session, questions.waiting(session)[0], DateAnswered.NOT_SURE, by=world.alice, now=friday)

    for days in (0, 1, 2):
        questions.ask(session, now=friday + timedelta(days=days))
    over_the_weekend = asked(session)
    questions.ask(session, now=friday + timedelta(days=3))

    assert work.milestones[0].is_at_risk is True
    assert over_the_weekend == [("Cupboards", 1)]
    assert ("Cupboards", 2) in asked(session)


def test_no_marks_the_date_until_it_is_moved_and_the_new_date_is_asked_about_anew(
    session: Session, world: World, work: Engagement
) -> None:
    cupboards = work.milestones[0]
    questions.ask(session, now=WEDNESDAY)
    questions.answer(session, questions.waiting(session)[0], DateAnswered.NO, by=world.alice, now=WEDNESDAY)
    marked = cupboards.is_at_risk
    move(world, cupboards, date(2026, 4, 30), at=WEDNESDAY)

    questions.ask(session, now=WEDNESDAY + timedelta(days=1))
    soon_after = waiting(session)
    questions.ask(session, now=datetime(2026, 4, 27, 9, 0, tzinfo=UTC))

    assert marked is True
    assert soon_after == []
    assert "Cupboards" in waiting(session)


def test_a_question_about_a_date_that_moved_or_a_step_that_is_done_waits_no_more(
    session: Session, world: World, work: Engagement
) -> None:
    cupboards, handover = work.milestones
    world.firm.ask_days = 7
    questions.ask(session, now=WEDNESDAY)
    both = waiting(session)
    move(world, cupboards, When(starts_on=date(2026, 5, 11)), at=WEDNESDAY)
    milestones.done(session, handover, WEDNESDAY.date(), today=WEDNESDAY.date(), by=world.alice, now=WEDNESDAY)
    at_once = waiting(session)
    late = session.scalars(select(DateQuestion)).all()
    for question in late:
        questions.answer(session, question, DateAnswered.NOT_SURE, by=world.alice, now=WEDNESDAY)

    questions.ask(session, now=WEDNESDAY)

    assert both == ["Cupboards", "Handover"]
    assert at_once == []
    assert not any(step.is_at_risk for step in work.milestones)
    assert all(question.closed_at == WEDNESDAY for question in late)


@pytest.mark.parametrize(("holds", "is_asked_again"), [(Holds.YES, False), (Holds.NOT_SURE, True)])
def test_a_report_answers_too_and_what_it_doubts_is_asked_about_again(
    session: Session, world: World, work: Engagement, holds: Holds, *, is_asked_again: bool
) -> None:
    slot = session.scalars(select(Slot).where(Slot.engagement_id == work.id)).one()
    questions.ask(session, now=WEDNESDAY)
    at = WEDNESDAY + timedelta(hours=1)
    report = answers(dates=(DateAnswer(milestone_id=work.milestones[0].id, holds=holds),))

    checkpoints.submit(session, slot.checkpoint, report, note="", based_on=0, by=world.alice, now=at)
    at_once = waiting(session)
    questions.ask(session, now=WEDNESDAY + timedelta(days=1))

    assert at_once == []
    assert (waiting(session) == ["Cupboards"]) == is_asked_again


def test_the_first_answer_stays(session: Session, world: World, work: Engagement) -> None:
    questions.ask(session, now=WEDNESDAY)
    (question,) = questions.waiting(session)

    questions.answer(session, question, DateAnswered.YES, by=world.alice, now=WEDNESDAY)
    questions.answer(session, question, DateAnswered.NO, by=world.bob, now=WEDNESDAY)

    assert (question.answer, question.answered_by_id) == (DateAnswered.YES, world.alice.id)
    assert work.milestones[0].is_at_risk is False


def test_questions_are_those_of_the_owners_one_looks_after(session: Session, world: World, work: Engagement) -> None:
    world.open_engagement("MA-2", owner=world.bob)
    questions.ask(session, now=WEDNESDAY)

    shown = questions.shown(session, [world.bob.id])

    assert len(questions.waiting(session)) == 2
    assert [(each.engagement.reference, each.on) for each in shown] == [("MA-2", date(2026, 4, 20))]
