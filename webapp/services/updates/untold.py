"""What changed in the ledger since clients were last told: several moves of one date are one piece of news."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Delay
from webapp.models import Announcement, Engagement, Milestone, NoticeToRead, Promise, Task, TaskKind, Update
from webapp.services.core import tasks
from webapp.services.dates import ledger, to_tell
from webapp.services.updates.status import date_of, delay


def untold(session: Session, engagement: Engagement) -> tuple[Delay, ...]:
    """The moves that clients have not heard of, each from the date they know to the present one."""
    waiting = to_tell.untold(session, engagement)
    return tuple(
        delay(milestone, date_of(was), ledger.effective(milestone)[-1], engagement.playbook)
        for milestone, was in _moved(engagement, _entries(waiting))
    )


def untold_entries(session: Session, engagement: Engagement) -> frozenset[int]:
    """The entries of the ledger that clients must not see yet: a page never shows a date before its explanation."""
    return frozenset(_entries(to_tell.untold(session, engagement)))


def told(session: Session, engagement: Engagement, by: Update, *, now: datetime) -> None:
    """An update told everything that waited. What was undone meanwhile needed no telling."""
    waiting = to_tell.untold(session, engagement)
    moved = {milestone.id for milestone, _ in _moved(engagement, _entries(waiting))}
    news = [announcement for announcement in waiting if announcement.promise.milestone_id in moved]
    to_tell.settle(news, to_tell.TOLD, now=now, by=by)
    to_tell.settle([row for row in waiting if row not in news], to_tell.UNDONE, now=now)
    let_go(session, engagement, now=now)


def forget(session: Session, engagement: Engagement, *, now: datetime) -> None:
    """The work is closed: its last mail says where it stands."""
    to_tell.settle(to_tell.untold(session, engagement), to_tell.CLOSED, now=now)
    let_go(session, engagement, now=now)


def let_go(session: Session, engagement: Engagement, *, now: datetime) -> None:
    """No text waits for a manager any more: it went out, another mail told it, or there is nothing left to tell."""
    to_read = session.get(NoticeToRead, engagement.id)
    if to_read is not None:
        session.delete(to_read)
    reading = select(Task).where(
        Task.kind == TaskKind.NOTICE_TO_READ, Task.engagement_id == engagement.id, Task.done_at.is_(None)
    )
    for task in session.scalars(reading):
        tasks.done(task, now=now)


def _entries(waiting: Sequence[Announcement]) -> set[int]:
    return {announcement.promise_id for announcement in waiting}


def _moved(engagement: Engagement, waiting: Collection[int]) -> list[tuple[Milestone, Promise]]:
    """Each step whose present date is not the one that clients know, with the entry they know."""
    moved = []
    for milestone in engagement.milestones:
        if milestone.done_on is not None or milestone.dropped_at is not None:
            continue
        entries = ledger.effective(milestone)
        known = ledger.effective_of([entry for entry in milestone.promises if entry.id not in waiting])
        if entries and known and ledger.when(known[-1]) != ledger.when(entries[-1]):
            moved.append((milestone, known[-1]))
    return moved
