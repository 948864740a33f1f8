"""Things that need a person. Raising the same one twice makes one."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Engagement, OutboxEmail, Task, TaskKind, Telling, User

TOLD_AGAIN_AFTER = timedelta(hours=1)


def raise_once(
    session: Session,
    kind: TaskKind,
    key: str,
    *,
    now: datetime,
    engagement: Engagement | None = None,
    mail: OutboxEmail | None = None,
    telling: Telling | None = None,
    **details: Any,
) -> Task:
    """The task with this key, made where there is none yet. A task that was done is raised anew."""
    full_key = f"{kind}:{key}"
    task = session.scalars(select(Task).where(Task.key == full_key)).one_or_none()
    if task is not None:
        if task.done_at is not None:
            task.done_at, task.done_by_id, task.raised_at = None, None, now
            # Trouble that comes and goes is told once an hour, not each time it comes.
            if task.mailed_at is not None and now - task.mailed_at > TOLD_AGAIN_AFTER:
                task.mailed_at = None
        return task
    engagement_id = engagement.id if engagement else (mail.engagement_id if mail else None)
    task = Task(
        key=full_key,
        kind=kind,
        engagement_id=engagement_id,
        outbox_email_id=mail.id if mail else None,
        telling_id=telling.id if telling else None,
        details=details,
        raised_at=now,
    )
    session.add(task)
    session.flush()
    return task


def open_one(session: Session, kind: TaskKind, key: str) -> Task | None:
    """What was raised under this key and still waits, if it does."""
    return session.scalars(select(Task).where(Task.key == f"{kind}:{key}", Task.done_at.is_(None))).one_or_none()


def done(task: Task, *, now: datetime, by: User | None = None) -> None:
    if task.done_at is None:
        task.done_at = now
        task.done_by_id = by.id if by else None


def done_for_mail(session: Session, mail: OutboxEmail, *, now: datetime, by: User | None = None) -> None:
    """Close what was open about a mail, because it arrived or a person dealt with it."""
    for task in session.scalars(select(Task).where(Task.outbox_email_id == mail.id, Task.done_at.is_(None))):
        done(task, now=now, by=by)


def waiting(session: Session) -> list[Task]:
    """What waits for a person, oldest first."""
    return list(session.scalars(select(Task).where(Task.done_at.is_(None)).order_by(Task.raised_at, Task.id)))
