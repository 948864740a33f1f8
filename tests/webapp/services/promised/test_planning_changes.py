"""The rhythm when the plan changes: another cadence, rest, resumption, closing."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.support.factories import TUESDAYS, World, answers
from webapp.models import (
    CheckpointState,
    Engagement,
    OutboxEmail,
    Slot,
    SlotState,
    Update,
    UpdateKind,
    User,
)
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import cadences, slots
from webapp.services.rhythm.schedule import Cadence, Every, OnDayOff
from webapp.services.work import engagements

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


def tick(session: Session, now: datetime) -> int:
    """What the clock does with slots."""
    return sum(planning.advance(session, number, now=now) for number in planning.due_slots(session, now=now))


def file(session: Session, slot: Slot, by: User, *, now: datetime, text: str = "Tiles finished.") -> None:
    checkpoints.submit(
        session, slot.checkpoint, answers(done=text), note="", based_on=slot.checkpoint.revision, by=by, now=now
    )


def news(session: Session) -> list[UpdateKind]:
    """Kinds of what was released after the welcome, oldest first."""
    kinds = session.scalars(select(Update.kind).where(Update.kind != UpdateKind.WELCOME).order_by(Update.id))
    return list(kinds)


def all_slots(session: Session) -> Sequence[Slot]:
    return session.scalars(select(Slot).order_by(Slot.local_on)).all()


def planned(session: Session, engagement: Engagement) -> Slot:
    slot = slots.current(session, engagement)
    assert slot is not None
    return slot


def test_a_new_rhythm_redates_the_planned_slot_only(session: Session, world: World) -> None:
    engagement, first = world.open_engagement()
    tick(session, first.promised_by)
    moment = first.promised_by + timedelta(hours=1)
    second = planned(session, engagement)
    before = (first.local_on, first.send_at, first.promised_by)
    fridays = Cadence(
        every=Every.WEEKLY,
        weekdays=(4,),
        anchor=date(2026, 1, 5),
        zone="Asia/Baku",
        send_at=time(10, 0),
        promised_by=time(12, 0),
        day_off=OnDayOff.BEFORE,
    )

    engagements.change_rhythm(session, engagement, cadences.dump(fridays), by=world.dalia, now=moment)

    assert (first.local_on, first.send_at, first.promised_by) == before
    assert second.local_on == date(2026, 4, 10)
    assert second.send_at.isoformat() == "2026-04-10T06:00:00+00:00"
    assert len(all_slots(session)) == 2


def test_a_new_rhythm_never_puts_a_second_slot_on_a_day_that_had_one(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    file(session, slot, world.alice, now=world.now)
    tick(session, slot.send_at)
    later = TUESDAYS.__class__(**{**TUESDAYS.__dict__, "send_at": time(20, 0), "promised_by": time(21, 0)})

    engagements.change_rhythm(session, engagement, cadences.dump(later), by=world.dalia, now=slot.send_at + MINUTE)

    assert planned(session, engagement).local_on == date(2026, 4, 14)


def test_a_day_has_one_slot_of_an_engagement(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()

    session.add(
        Slot(
            engagement=engagement,
            local_on=slot.local_on,
            rule_on=slot.local_on,
            send_at=slot.send_at,
            promised_by=slot.promised_by,
        )
    )

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_planning_a_day_twice_returns_the_slot_that_is_there(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()

    again = planning.plan_next(session, engagement, after=slot.local_on - timedelta(days=1))

    assert again is slot


def test_resting_work_sends_nothing_and_tells_the_client_that_it_rests(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()

    engagements.rest(session, engagement, words="Until the permit.", by=world.dalia, now=world.now)

    assert tick(session, slot.promised_by) == 0
    assert (slot.state, slot.skipped_why) == (SlotState.SKIPPED, "paused")
    assert news(session) == [UpdateKind.CLOSING]


@pytest.mark.parametrize("days_of_rest", [0, 1, 3, 10])
def test_resumed_work_always_has_a_planned_slot(session: Session, world: World, days_of_rest: int) -> None:
    engagement, slot = world.open_engagement()
    engagements.rest(session, engagement, words="", by=world.dalia, now=world.now)
    moment = world.now + timedelta(days=days_of_rest)

    resumed = engagements.resume(session, engagement, by=world.dalia, now=moment)

    assert resumed.state is SlotState.PLANNED
    assert resumed.checkpoint.state is CheckpointState.DUE
    assert resumed.send_at > moment
    assert planned(session, engagement) is resumed
    assert (resumed is slot) == (days_of_rest <= 1)
    assert tick(session, resumed.promised_by) == 1


def test_work_resumed_on_a_day_that_had_its_news_goes_on_with_the_next(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    tick(session, slot.promised_by)
    moment = slot.promised_by + MINUTE
    engagements.rest(session, engagement, words="", by=world.dalia, now=moment)
    late = TUESDAYS.__class__(**{**TUESDAYS.__dict__, "send_at": time(22, 0), "promised_by": time(23, 0)})
    engagements.change_rhythm(session, engagement, cadences.dump(late), by=world.dalia, now=moment)

    resumed = engagements.resume(session, engagement, by=world.dalia, now=moment + MINUTE)

    assert resumed.state is SlotState.PLANNED
    assert resumed.local_on == date(2026, 4, 14)


def test_work_that_rested_and_then_closes_says_both(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()
    engagements.rest(session, engagement, words="", by=world.dalia, now=world.now)

    engagements.close(session, engagement, words="Thank you.", by=world.dalia, now=world.now + timedelta(days=1))

    closings = session.scalars(select(Update).where(Update.kind == UpdateKind.CLOSING).order_by(Update.id)).all()
    assert [update.snapshot["is_pause"] for update in closings] == [True, False]
    assert len(session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "closing")).all()) == 2


def test_closed_work_sends_nothing_more(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    file(session, slot, world.alice, now=world.now)
    engagements.close(session, engagement, words="", by=world.dalia, now=world.now)

    assert tick(session, slot.promised_by + WEEK) == 0
    assert planning.advance(session, slot.id, now=slot.promised_by) is False
    assert slots.current(session, engagement) is None


def test_work_switched_live_together_reports_on_different_days(session: Session, world: World) -> None:
    daily = TUESDAYS.__class__(**{**TUESDAYS.__dict__, "weekdays": (0, 1, 2, 3, 4)})
    drafts = [world.engagement(f"MA-{number}", cadence=cadences.dump(daily)) for number in range(6)]

    engagements.go_live_together(session, drafts, by=world.dalia, now=world.now)

    days = [planned(session, engagement).local_on for engagement in drafts]
    assert len(set(days)) >= 4
    assert all(day > world.now.date() for day in days)
