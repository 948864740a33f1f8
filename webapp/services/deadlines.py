"""Somebody must hear where a client has not: from the moment a date moved, a clock in working hours runs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.models import (
    Announcement,
    Engagement,
    EngagementState,
    Task,
    TaskKind,
    Telling,
    TellingState,
)
from webapp.services import calendars, tasks
from webapp.services.engagement_facts import the_firm

WAITING = (TellingState.DUE, TellingState.BY_PHONE)
KINDS = (TaskKind.NOT_TOLD, TaskKind.NOT_TOLD_LONG)
LOOK_BACK = timedelta(days=60)


def look(session: Session, *, now: datetime) -> int:
    """Raise what is late: at the end of the working hours in which everybody should have heard, for the owner; after
    as many again, for the managers. What was told meanwhile is done. The number of moves somebody still waits for."""
    firm = the_firm(session)
    if firm is None:
        return 0
    calendar = calendars.of_firm(firm)
    late = _late(session, now=now)
    for announcement in late:
        engagement = session.get_one(Engagement, announcement.engagement_id)
        tasks.raise_once(session, TaskKind.NOT_TOLD, str(announcement.id), now=now, engagement=engagement)
        again = calendar.add_hours(announcement.tell_by, timedelta(hours=firm.tell_hours), firm.zone)
        if again <= now:
            tasks.raise_once(session, TaskKind.NOT_TOLD_LONG, str(announcement.id), now=now, engagement=engagement)
    _close(session, {f"{kind}:{announcement.id}" for announcement in late for kind in KINDS}, now=now)
    return len(late)


def unheard(session: Session, engagement: Engagement, *, now: datetime) -> Sequence[Telling]:
    """The tellings of late moves that wait for a mail to arrive or for somebody to phone; none before a move was told
    at all, for then nobody has heard."""
    late = select(Announcement.update_id).where(
        Announcement.engagement_id == engagement.id,
        Announcement.tell_by <= now,
        Announcement.tell_by > now - LOOK_BACK,
        Announcement.update_id.is_not(None),
    )
    return session.scalars(
        select(Telling).where(Telling.update_id.in_(late), Telling.state.in_(WAITING)).order_by(Telling.id)
    ).all()


def _late(session: Session, *, now: datetime) -> Sequence[Announcement]:
    someone_waits = select(Telling.id).where(Telling.update_id == Announcement.update_id, Telling.state.in_(WAITING))
    return session.scalars(
        select(Announcement)
        .join(Engagement, Announcement.engagement_id == Engagement.id)
        .where(
            Announcement.tell_by <= now,
            Announcement.tell_by > now - LOOK_BACK,
            Engagement.state == EngagementState.OPEN,
            or_(Announcement.settled_at.is_(None), someone_waits.exists()),
        )
        .order_by(Announcement.id)
    ).all()


def _close(session: Session, still_late: set[str], *, now: datetime) -> None:
    for task in session.scalars(select(Task).where(Task.kind.in_(KINDS), Task.done_at.is_(None))):
        if task.key not in still_late:
            tasks.done(task, now=now)
