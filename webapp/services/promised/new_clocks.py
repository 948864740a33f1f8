"""New rules of time zones: what is planned keeps the local hour that clients have in writing."""

from datetime import datetime, timedelta

import tzdata  # type: ignore[import-untyped]
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.models import Commitment, CommitmentState, Engagement, EngagementState, Slot, SlotState, Tick, Update
from webapp.services.calendar import firm_calendar
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.core.firm import the_firm
from webapp.services.core.locks import hold
from webapp.services.rhythm import cadences, schedule

FOLLOWED = "tzdata:"
AT_ONCE = 50


def follow(session: Session, *, now: datetime, after: int = 0) -> int:
    """Once for each version of the rules: put what is planned, and what was promised of it, on the moments at which
    clocks now show the hours they were planned for. Looks at fifty slots, those after a number, and returns the number
    of the last; 0 where none is left.

    Only what is off by the same time at both ends was moved by clocks; what differs otherwise is an hour of an older
    rhythm that clients have in writing, and stays.
    """
    name = f"{FOLLOWED}{tzdata.IANA_VERSION}"
    if session.get(Tick, name) is not None:
        return 0
    wanted = (
        select(Slot)
        .join(Engagement)
        .where(
            Engagement.state == EngagementState.OPEN,
            Slot.id > after,
            Slot.state == SlotState.PLANNED,
            Slot.rule_on.is_not(None),
            Slot.promised_by > now,
        )
        .order_by(Slot.id)
        .limit(AT_ONCE)
    )
    found = session.scalars(wanted).all()
    firm = the_firm(session)
    calendar = firm_calendar.of_firm(firm) if firm is not None else None
    for slot in found:
        _follow(session, slot, calendar)
    if len(found) == AT_ONCE:
        return found[-1].id
    session.execute(delete(Tick).where(Tick.name.startswith(FOLLOWED)))
    session.add(Tick(name=name, at=now))
    return 0


def _follow(session: Session, slot: Slot, calendar: WorkingDays | None) -> None:
    hold(session, slot.engagement_id)
    session.refresh(slot)
    if slot.state is not SlotState.PLANNED:
        return
    cadence = cadences.load(slot.engagement.cadence)
    # Planned by the hours of the rhythm, or by those of a season: what is off by less was moved by clocks.
    wanted = [schedule.slot_times(cadence, slot.local_on, calendar=each) for each in (None, calendar)]
    times = min(wanted, key=lambda each: abs(each.send_at - slot.send_at))
    shift = times.send_at - slot.send_at
    if not shift or shift != times.promised_by - slot.promised_by:
        return
    _promise_anew(session, slot, shift)
    slot.send_at, slot.promised_by = times.send_at, times.promised_by


def _promise_anew(session: Session, slot: Slot, shift: timedelta) -> None:
    printed = (
        select(Commitment)
        .join(Update, Commitment.update_id == Update.id)
        .where(
            Commitment.engagement_id == slot.engagement_id,
            Commitment.state == CommitmentState.OPEN,
            Update.next_news_at == slot.promised_by,
        )
    )
    for given in session.scalars(printed).all():
        given.promised_at += shift
        given.update.next_news_at = slot.promised_by + shift
