"""Who did what, when: append-only, without the words of mails."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.user import User


class AuditEntry(Identified):
    """`actor` says in words who acted where it was no staff user: a contact's link, the clock, a command."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject", "subject_id"),)

    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor: Mapped[str | None]
    act: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    user: Mapped[User | None] = relationship()
