"""Counts the works that one transaction changes: nobody waits for the lock while sixty of them are gone through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from webapp.models import Engagement, Milestone, Promise, Slot, Update

MOST = 50
CHANGED = "works_changed"


@contextmanager
def counted() -> Iterator[None]:
    """Within, a transaction that changes more than fifty works fails the test."""
    listeners: list[tuple[str, Callable[..., None]]] = [
        ("after_flush", _count),
        ("after_commit", _forget),
        ("after_rollback", _forget),
    ]
    for name, listener in listeners:
        event.listen(Session, name, listener)
    yield
    for name, listener in listeners:
        event.remove(Session, name, listener)


def _count(session: Session, _context: UOWTransaction) -> None:
    changed: set[int] = session.info.setdefault(CHANGED, set())
    for row in {*session.new, *session.dirty, *session.deleted}:
        work = _work_of(session, row)
        if work is not None and (row in session.new or session.is_modified(row)):
            changed.add(work)
    assert len(changed) <= MOST, f"one transaction changes {len(changed)} works"


def _work_of(session: Session, row: object) -> int | None:
    if isinstance(row, Engagement):
        return row.id
    if isinstance(row, Slot | Update | Milestone):
        return row.engagement_id
    if isinstance(row, Promise):
        milestone = session.get(Milestone, row.milestone_id)
        return milestone.engagement_id if milestone else None
    return None


def _forget(session: Session) -> None:
    session.info.pop(CHANGED, None)
