"""The audit trail: who did what, when, without the words of mails."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.models import AuditEntry, Base, User


def note(
    session: Session,
    act: str,
    subject: Base,
    *,
    now: datetime,
    by: User | None = None,
    actor: str | None = None,
    **details: Any,
) -> None:
    """Add an entry. `act` is a verb in the past ("submitted"), `details` hold ids and states, never words of people."""
    session.add(
        AuditEntry(
            at=now,
            user_id=by.id if by else None,
            actor=actor,
            act=act,
            subject=subject.__tablename__,
            subject_id=getattr(subject, "id", None),
            details=details,
        )
    )
