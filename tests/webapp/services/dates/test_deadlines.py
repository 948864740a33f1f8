"""From the moment a date moved, a clock in working hours runs until everybody has heard."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World
from tests.support.moving import move, tick
from webapp.models import Engagement, Participation, Task, TaskKind, Telling, TellingState
from webapp.services.dates import deadlines
from webapp.services.updates import telling

LATER = date(2026, 4, 30)
TEN = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
"""Monday, ten o'clock in Casablanca, where work is from nine to six."""


@pytest.fixture
def work(world: World) -> Engagement:
    """Nobody but Mrs Bennani reads it, and she has no mail."""
    engagement, _ = world.open_engagement()
    world.bennani.address = None
    return engagement


def raised(session: Session) -> list[TaskKind]:
    wanted = select(Task.kind).where(Task.kind.in_(deadlines.KINDS), Task.done_at.is_(None)).order_by(Task.id)
    return list(session.scalars(wanted))


def moved(session: Session, world: World, work: Engagement, at: datetime) -> None:
    """A date moves, and its notice becomes a phone call."""
    move(world, work.milestones[0], LATER, at=at)
    tick(session, at=at + timedelta(minutes=15))


def test_after_four_working_hours_the_owner_hears_and_after_eight_the_managers(
    session: Session, world: World, work: Engagement
) -> None:
    moved(session, world, work, TEN)

    deadlines.look(session, now=TEN + timedelta(hours=4) - timedelta(seconds=1))
    in_time = raised(session)
    deadlines.look(session, now=TEN + timedelta(hours=4))
    after_four = raised(session)
    deadlines.look(session, now=TEN + timedelta(hours=8) - timedelta(seconds=1))
    before_eight = raised(session)
    deadlines.look(session, now=TEN + timedelta(hours=8))

    assert in_time == []
    assert after_four == before_eight == [TaskKind.NOT_TOLD]
    assert raised(session) == [TaskKind.NOT_TOLD, TaskKind.NOT_TOLD_LONG]


def test_the_night_does_not_count(session: Session, world: World, work: Engagement) -> None:
    half_past_four = datetime(2026, 4, 6, 15, 30, tzinfo=UTC)
    moved(session, world, work, half_past_four)

    deadlines.look(session, now=datetime(2026, 4, 7, 10, 29, tzinfo=UTC))
    before = raised(session)
    deadlines.look(session, now=datetime(2026, 4, 7, 10, 30, tzinfo=UTC))

    assert before == []
    assert raised(session) == [TaskKind.NOT_TOLD]


def test_a_weekend_does_not_count(session: Session, world: World, work: Engagement) -> None:
    friday = datetime(2026, 4, 10, 16, 0, tzinfo=UTC)
    moved(session, world, work, friday)

    deadlines.look(session, now=datetime(2026, 4, 13, 10, 59, tzinfo=UTC))
    before = raised(session)
    deadlines.look(session, now=datetime(2026, 4, 13, 11, 0, tzinfo=UTC))

    assert before == []
    assert raised(session) == [TaskKind.NOT_TOLD]


def test_the_firm_says_how_many_hours(session: Session, world: World, work: Engagement) -> None:
    world.firm.tell_hours = 1
    moved(session, world, work, TEN)

    deadlines.look(session, now=TEN + timedelta(hours=1))
    after_one = raised(session)
    deadlines.look(session, now=TEN + timedelta(hours=2))

    assert after_one == [TaskKind.NOT_TOLD]
    assert raised(session) == [TaskKind.NOT_TOLD, TaskKind.NOT_TOLD_LONG]


def test_a_phone_call_that_is_noted_ends_it(session: Session, world: World, work: Engagement) -> None:
    moved(session, world, work, TEN)
    deadlines.look(session, now=TEN + timedelta(hours=8))
    call = session.scalars(select(Telling).where(Telling.state == TellingState.BY_PHONE).order_by(Telling.id.desc()))

    telling.by_phone(session, call.all()[0], by=world.alice, now=TEN + timedelta(hours=9))
    late = deadlines.look(session, now=TEN + timedelta(hours=9))

    assert late == 0
    assert raised(session) == []


def test_one_who_has_heard_does_not_speak_for_another(session: Session, world: World) -> None:
    work, _ = world.open_engagement()
    world.bennani.address = None
    brother = world.contact("Karim", address=None)
    work.participations.append(Participation(contact=brother, part=work.participations[0].part))
    session.flush()
    moved(session, world, work, TEN)
    late = TEN + timedelta(hours=4)
    in_time = deadlines.unheard(session, work, now=late - timedelta(seconds=1))
    first, second = deadlines.unheard(session, work, now=late)

    telling.by_phone(session, first, by=world.alice, now=TEN + timedelta(hours=1))
    deadlines.look(session, now=late)

    assert in_time == []
    assert deadlines.unheard(session, work, now=late) == [second]
    assert raised(session) == [TaskKind.NOT_TOLD]


def test_a_mail_that_only_waits_to_be_sent_tells_nobody(session: Session, world: World) -> None:
    work, _ = world.open_engagement()
    moved(session, world, work, TEN)
    told = session.scalars(select(Telling).order_by(Telling.id.desc())).first()

    deadlines.look(session, now=TEN + timedelta(hours=4))
    waiting = raised(session)
    assert told is not None
    told.state = TellingState.TOLD
    deadlines.look(session, now=TEN + timedelta(hours=4, minutes=1))

    assert waiting == [TaskKind.NOT_TOLD]
    assert raised(session) == []


def test_a_move_that_was_taken_back_before_it_was_told_is_owed_to_nobody(
    session: Session, world: World, work: Engagement
) -> None:
    move(world, work.milestones[0], LATER, at=TEN)
    move(world, work.milestones[0], date(2026, 4, 20), at=TEN + timedelta(minutes=5))
    tick(session, at=TEN + timedelta(minutes=15))

    deadlines.look(session, now=TEN + timedelta(hours=8))

    assert raised(session) == []
