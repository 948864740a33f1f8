"""Somebody must hear where a client has not: from the moment a date moved, a clock in working hours runs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.models import (
    Announcement,
    Engagement,
    EngagementState,
    MailState,
    OutboxEmail,
    OutboxTelling,
    Task,
    TaskKind,
    Telling,
    TellingState,
)
from webapp.services.calendar import firm_calendar
from webapp.services.core import tasks
from webapp.services.core.firm import clock_jumped, the_firm

WAITING = (TellingState.DUE, TellingState.BY_PHONE)
KINDS = (TaskKind.NOT_TOLD, TaskKind.NOT_TOLD_LONG)


def look(session: Session, *, now: datetime) -> int:
    """Raise what is late: at the end of the working hours in which everybody should have heard, for the owner; after
    as many again, for the managers. What was told meanwhile is done. The number of moves somebody still waits for."""
    firm = the_firm(session)
    if firm is None or clock_jumped(session):
        return 0
    calendar = firm_calendar.of_firm(firm)
    late = _late(session, now=now)
    known = {task.key: task for task in session.scalars(select(Task).where(Task.kind.in_(KINDS)))}
    wanted: dict[str, tuple[TaskKind, Announcement]] = {}
    for announcement in late:
        again = calendar.add_hours(announcement.tell_by, timedelta(hours=firm.tell_hours), firm.zone)
        for kind in KINDS if again <= now else KINDS[:1]:
            wanted[f"{kind}:{announcement.id}"] = (kind, announcement)
    for key, (kind, announcement) in wanted.items():
        if key not in known or known[key].done_at is not None:
            engagement = session.get_one(Engagement, announcement.engagement_id)
            tasks.raise_once(session, kind, str(announcement.id), now=now, engagement=engagement)
    for key, task in known.items():
        if task.done_at is None and key not in wanted:
            tasks.done(task, now=now)
    return len(late)


def unheard(session: Session, engagement: Engagement, *, now: datetime) -> Sequence[Telling]:
    """The tellings of late moves that wait for a mail to arrive or for somebody to phone; none before a move was told
    at all, for then nobody has heard."""
    late = select(Announcement.update_id).where(
        Announcement.engagement_id == engagement.id,
        Announcement.tell_by <= now,
        Announcement.update_id.is_not(None),
    )
    return session.scalars(
        select(Telling).where(Telling.update_id.in_(late), Telling.state.in_(WAITING)).order_by(Telling.id)
    ).all()


def _late(session: Session, *, now: datetime) -> Sequence[Announcement]:
    """Moves whose time to be told is up, where somebody waits. A mail that rests until its reader may be written to is
    on its way, and nobody's fault."""
    on_its_way = (
        select(OutboxTelling.id)
        .join(OutboxEmail, OutboxTelling.outbox_email_id == OutboxEmail.id)
        .where(
            OutboxTelling.telling_id == Telling.id,
            OutboxEmail.state == MailState.QUEUED,
            OutboxEmail.not_before > now,
        )
    )
    someone_waits = select(Telling.id).where(
        Telling.update_id == Announcement.update_id, Telling.state.in_(WAITING), ~on_its_way.exists()
    )
    return session.scalars(
        select(Announcement)
        .join(Engagement, Announcement.engagement_id == Engagement.id)
        .where(
            Announcement.tell_by <= now,
            Engagement.state == EngagementState.OPEN,
            or_(Announcement.settled_at.is_(None), someone_waits.exists()),
        )
        .order_by(Announcement.id)
    ).all()
