"""Which dates are looked at: every one that wants it, and nearly none beside those."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.support.factories import World, answers
from webapp.models import DateAnswered, Engagement, Milestone
from webapp.services.calendar import firm_calendar
from webapp.services.core.firm import known_firm
from webapp.services.dates import ledger, questions
from webapp.services.dates.ledger import When, Why
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.work import steps

MONDAY = datetime(2026, 4, 6, 9, 30, tzinfo=UTC)
WHY = Why(cause=Who.OTHER, other_name="the joiner", why="The doors are late.", what_we_do="We do the rest.")


def overlooked(session: Session, now: datetime) -> int:
    """What a look at every date of every open work would still ask."""
    pairs = session.execute(select(Engagement, Milestone).join(Milestone, Milestone.engagement_id == Engagement.id))
    firm = known_firm(session)
    look = questions._Look(session, firm_calendar.of_firm(firm), now.date(), firm.ask_days, now)
    found = [(work, step) for work, step in pairs if work.state == "open"]
    look.read([step for _, step in found])
    return sum(look.at(work, step) for work, step in found)


def something_happens(session: Session, world: World, work: Engagement, chance: Random, now: datetime) -> None:
    """One of the things that change what is to be asked."""
    step = chance.choice(work.milestones)
    is_over = step.done_on is not None or step.dropped_at is not None
    today, by = now.date(), world.dalia
    what = chance.choice(["answer", "answer", "answer", "move", "unknown", "move", "done", "report", "nothing"])
    if what == "answer":
        for question in questions.waiting(session)[:2]:
            questions.answer(session, question, chance.choice(list(DateAnswered)), by=by, now=now)
    elif what == "report":
        slot = slots.current(session, work)
        if slot is not None and not slot.checkpoint.revision:
            checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=by, now=now)
    elif what in ("move", "unknown") and not is_over:
        to = When(starts_on=today + timedelta(days=chance.randint(1, 12)))
        if what == "unknown":
            to = When(next_news_at=now + timedelta(days=chance.randint(1, 9)))
        ledger.move(session, step, to, WHY, by=by, now=now, origin="test")
    elif what == "done" and not is_over:
        steps.done(session, work, step, today, today=today, by=by, now=now)


@pytest.mark.parametrize("seed", range(4))
def test_no_date_that_wants_a_question_is_overlooked(session: Session, world: World, seed: int) -> None:
    chance = Random(seed)
    works = [world.open_engagement(f"MA-{number}")[0] for number in range(3)]
    asked = 0
    for day in range(25):
        now = MONDAY + timedelta(days=day)
        for work in works:
            slot = slots.current(session, work)
            if slot is not None and slot.promised_by <= now:
                planning.advance(session, slot.id, now=now)
            something_happens(session, world, work, chance, now)
        session.flush()
        expected = questions.is_to_look(session, now=now)
        found = questions.ask(session, now=now)
        assert expected or not found
        asked += found
        if firm_calendar.of_firm(world.firm).is_working(now.date()):
            assert overlooked(session, now) == 0, now
    assert asked


def test_where_nothing_is_to_be_asked_no_step_is_read(session: Session, world: World) -> None:
    for number in range(5):
        world.open_engagement(f"MA-{number}")
    near = MONDAY + timedelta(days=9)
    assert questions.ask(session, now=near) == 5
    for question in questions.waiting(session):
        questions.answer(session, question, DateAnswered.YES, by=world.alice, now=near)
    session.commit()
    session.expunge_all()
    read: list[object] = []
    event.listen(Milestone, "load", lambda step, _: read.append(step))

    assert questions.ask(session, now=near + timedelta(days=1)) == 0
    assert not questions.is_to_look(session, now=near + timedelta(days=1))

    assert read == []
    assert date(2026, 4, 16) == (near + timedelta(days=1)).date()
