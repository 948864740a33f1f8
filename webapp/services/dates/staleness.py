"""A report grows old: after some working days without a word, "on track" reads "not confirmed since"."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import (
    Checkpoint,
    CheckpointRevision,
    DateAnswered,
    DateQuestion,
    Engagement,
    EngagementState,
    Firm,
    Milestone,
    Slot,
)
from webapp.services.calendar import firm_calendar
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import Every
from webapp.timezones import local

GRACE_DAYS = 2
DAYS_OF_A_WEEK, DAYS_OF_A_MONTH = 5, 22


def confirmed(session: Session, work: Iterable[Engagement]) -> dict[int, datetime]:
    """The last moment somebody said how things stand, by the number of the engagement: a report, a date answered with
    yes, or the start. None for what never started."""
    started = {engagement.id: engagement.opened_at for engagement in work}
    filed = (
        select(Slot.engagement_id, func.max(CheckpointRevision.submitted_at))
        .join(Checkpoint, CheckpointRevision.checkpoint_id == Checkpoint.id)
        .join(Slot, Checkpoint.slot_id == Slot.id)
        .where(Slot.engagement_id.in_(started))
        .group_by(Slot.engagement_id)
    )
    held = (
        select(Milestone.engagement_id, func.max(DateQuestion.answered_at))
        .join(Milestone, DateQuestion.milestone_id == Milestone.id)
        .where(Milestone.engagement_id.in_(started), DateQuestion.answer == DateAnswered.YES)
        .group_by(Milestone.engagement_id)
    )
    last = {number: at for number, at in started.items() if at is not None}
    for wanted in (filed, held):
        for number, at in session.execute(wanted):
            if at is not None:
                last[number] = max(at, last.get(number, at))
    return last


def stale(session: Session, work: Iterable[Engagement], firm: Firm, *, now: datetime) -> dict[int, date]:
    """The day of the last word where it is older than the playbook allows, by the number of the engagement; what is
    fresh enough, closed or not begun is not in it."""
    running = [each for each in work if each.state in (EngagementState.OPEN, EngagementState.PAUSED)]
    last = confirmed(session, running)
    calendar, today = firm_calendar.of_firm(firm), local(now, firm.zone).date()
    said_on = {each.id: local(last[each.id], firm.zone).date() for each in running if each.id in last}
    return {
        each.id: said_on[each.id]
        for each in running
        if each.id in said_on and calendar.between(said_on[each.id], today) > allowed_days(each)
    }


def stale_since(session: Session, engagement: Engagement, firm: Firm, *, now: datetime) -> date | None:
    """The same for one engagement; None while the last word is fresh enough."""
    return stale(session, [engagement], firm, now=now).get(engagement.id)


def allowed_days(engagement: Engagement) -> int:
    """How many working days a report stays fresh: as the playbook says, else one round of the rhythm and two days."""
    if engagement.playbook.stale_days is not None:
        return engagement.playbook.stale_days
    cadence = cadences.load(engagement.cadence)
    round_days = DAYS_OF_A_WEEK * cadence.weeks if cadence.every is Every.WEEKLY else DAYS_OF_A_MONTH
    return round_days + GRACE_DAYS
