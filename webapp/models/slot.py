"""One promised day of one engagement, and the short form that goes with it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.engagement import Engagement
from webapp.models.user import User


class SlotState(StrEnum):
    PLANNED = "planned"
    RELEASED = "released"
    NO_NEWS = "no_news"
    SKIPPED = "skipped"


class CheckpointState(StrEnum):
    DUE = "due"
    SUBMITTED = "submitted"
    MISSED = "missed"


class Slot(Identified):
    """Unique by engagement and local date. `rule_on` is the date of the rhythm that it stands for, from which a day off
    may have moved it; None where news was promised outside the rhythm."""

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("engagement_id", "local_on"),
        Index("ix_slot_state_send_at", "state", "send_at"),
    )

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"))
    local_on: Mapped[date]
    rule_on: Mapped[date | None]
    send_at: Mapped[datetime]
    promised_by: Mapped[datetime]
    state: Mapped[SlotState] = mapped_column(default=SlotState.PLANNED)
    last_call_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    skipped_why: Mapped[str | None]
    engagement: Mapped[Engagement] = relationship()
    checkpoint: Mapped["Checkpoint"] = relationship(back_populates="slot")


class Checkpoint(Identified):
    """The form of one slot. `revision` counts what was submitted; zero means nothing yet."""

    __tablename__ = "checkpoint"

    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), unique=True)
    state: Mapped[CheckpointState] = mapped_column(default=CheckpointState.DUE)
    revision: Mapped[int] = mapped_column(default=0)
    slot: Mapped[Slot] = relationship(back_populates="checkpoint")
    revisions: Mapped[list["CheckpointRevision"]] = relationship(order_by="CheckpointRevision.number")


class CheckpointRevision(Identified):
    """What was submitted, as often as it was; `answers` has the shape of `updates.answers.Answers`."""

    __tablename__ = "checkpoint_revision"
    __table_args__ = (UniqueConstraint("checkpoint_id", "number"),)

    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"))
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    submitted_by: Mapped[User] = relationship()


class CheckpointDraft(Identified):
    """What one user typed and did not submit yet, field by field as the form sends it."""

    __tablename__ = "checkpoint_draft"
    __table_args__ = (UniqueConstraint("checkpoint_id", "user_id"),)

    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    fields: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime]
    user: Mapped[User] = relationship()


class InternalNote(Identified):
    """Only for us, never sent: a type of its own that no client context can hold."""

    __tablename__ = "internal_note"

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), index=True)
    checkpoint_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoint.id"))
    text: Mapped[str]
    written_at: Mapped[datetime]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    written_by: Mapped[User] = relationship()
