"""News that was promised with a date that is not known yet comes at its hour, and the rhythm goes on after it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import deliver
from tests.support.factories import World, answers
from tests.support.moving import move
from tests.support.moving import tick as tell_moves
from webapp.models import Commitment, CommitmentState, Engagement, Milestone, Slot, SlotState, Update, UpdateKind
from webapp.services.dates.ledger import When
from webapp.services.promised import planning, redating
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates import next_news

NOON = datetime(2026, 4, 9, 11, tzinfo=UTC)
"""Thursday at twelve in Casablanca, after the Tuesday whose news has gone out."""
AFTERWARDS = datetime(2026, 4, 7, 20, tzinfo=UTC)


def planned(session: Session, engagement: Engagement) -> Slot:
    slot = slots.current(session, engagement)
    assert slot is not None
    return slot


@pytest.fixture
def promised(session: Session, world: World, work: Engagement, cupboards: Milestone) -> Engagement:
    """Tuesday's news went out; in the evening a date became unknown, with news of it promised for Thursday noon."""
    planning.advance(session, planned(session, work).id, now=planned(session, work).promised_by)
    move(world, cupboards, When(next_news_at=NOON), at=AFTERWARDS)
    tell_moves(session, at=AFTERWARDS + timedelta(minutes=15))
    assert planning.bring_forward(session, now=AFTERWARDS + timedelta(minutes=16)) == 1
    return work


def test_the_planned_update_is_brought_forward_once(session: Session, promised: Engagement) -> None:
    slot = planned(session, promised)

    assert (slot.local_on, slot.promised_by, slot.rule_on) == (date(2026, 4, 9), NOON, None)
    assert slot.send_at < NOON
    assert planning.bring_forward(session, now=AFTERWARDS + timedelta(minutes=17)) == 0


def test_what_is_filed_goes_out_at_the_promised_hour(session: Session, world: World, promised: Engagement) -> None:
    slot = planned(session, promised)
    checkpoints.submit(
        session, slot.checkpoint, answers(done="They come on the 30th."), note="", based_on=0, by=world.alice,
        now=AFTERWARDS + timedelta(hours=12),
    )  # fmt: skip

    planning.advance(session, slot.id, now=slot.send_at)

    newest = session.scalars(select(Update).order_by(Update.id.desc())).first()
    assert newest is not None
    assert (newest.kind, newest.released_at) == (UpdateKind.REGULAR, slot.send_at)


def test_where_nobody_writes_that_is_said_at_the_promised_hour(session: Session, promised: Engagement) -> None:
    deliver(session, now=AFTERWARDS + timedelta(hours=1))
    planning.advance(session, planned(session, promised).id, now=NOON)

    newest = session.scalars(select(Update).order_by(Update.id.desc())).first()
    assert newest is not None
    assert newest.kind is UpdateKind.NO_NEWS


def test_the_rhythm_goes_on_after_it(session: Session, promised: Engagement) -> None:
    planning.advance(session, planned(session, promised).id, now=NOON)

    slot = planned(session, promised)
    assert (slot.local_on, slot.rule_on) == (date(2026, 4, 14), date(2026, 4, 14))
    states = session.scalars(select(Slot.state).where(Slot.engagement_id == promised.id)).all()
    assert list(states).count(SlotState.PLANNED) == 1


def test_the_promise_is_kept_by_the_news_of_that_hour(session: Session, world: World, promised: Engagement) -> None:
    slot = planned(session, promised)
    checkpoints.submit(
        session, slot.checkpoint, answers(done="They come on the 30th."), note="", based_on=0, by=world.alice,
        now=AFTERWARDS + timedelta(hours=12),
    )  # fmt: skip
    planning.advance(session, slot.id, now=slot.send_at)

    next_news.score(session, now=NOON + timedelta(hours=3))

    given = session.scalars(select(Commitment).where(Commitment.promised_at == NOON)).one()
    assert given.state is not CommitmentState.OPEN
    assert given.cause != next_news.NOTHING_CAME


def test_a_changed_calendar_leaves_that_hour_alone(session: Session, promised: Engagement) -> None:
    assert redating.redate(session, promised, now=AFTERWARDS + timedelta(hours=1), is_rhythm_new=False) is None
    assert planned(session, promised).promised_by == NOON
