"""What clients must hear of the ledger: each move of an agreed date, told once, by a notice or leading an update."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Identified
from webapp.models.promise import Promise


class Announcement(Identified):
    """That one entry of the ledger must be, or was, told. `release_at` is when a notice of its own goes out unless an
    update carries it before; `tell_by` is when the working hours end in which everybody should have heard.
    `settled_why`: told, or undone before anybody was told."""

    __tablename__ = "announcement"
    __table_args__ = (Index("ix_announcement_settled_at_release_at", "settled_at", "release_at"),)

    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"), unique=True)
    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), index=True)
    known_at: Mapped[datetime]
    release_at: Mapped[datetime]
    tell_by: Mapped[datetime]
    update_id: Mapped[int | None] = mapped_column(ForeignKey("update.id"), index=True)
    settled_at: Mapped[datetime | None]
    settled_why: Mapped[str | None]
    promise: Mapped[Promise] = relationship()


class NoticeToRead(Base):
    """The exact text of a delay notice that a manager reads first; it goes out at `until` all the same. One an
    engagement."""

    __tablename__ = "notice_to_read"

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), primary_key=True)
    snapshot: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime]
    until: Mapped[datetime]
