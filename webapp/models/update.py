"""What clients are told, frozen; and who must be, or was, told it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.client import Contact
from webapp.models.engagement import Engagement


class UpdateKind(StrEnum):
    REGULAR = "regular"
    DELAY_NOTICE = "delay_notice"
    NO_NEWS = "no_news"
    NEWS_MOVED = "news_moved"
    WELCOME = "welcome"
    CHANGED = "changed"
    CORRECTION = "correction"
    CLOSING = "closing"


class TellingState(StrEnum):
    DUE = "due"
    BY_PHONE = "by_phone"
    TOLD = "told"
    SKIPPED = "skipped"


class Update(Identified):
    """One frozen, language-neutral snapshot. `key` makes each update unique: `slot:7`, `no_news:7`, `welcome:3`."""

    __tablename__ = "update"
    __table_args__ = (Index("ix_update_engagement_id_released_at", "engagement_id", "released_at"),)

    key: Mapped[str] = mapped_column(unique=True)
    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"))
    kind: Mapped[UpdateKind]
    snapshot: Mapped[dict[str, Any]]
    released_at: Mapped[datetime]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("update.id"))
    next_news_at: Mapped[datetime | None]
    engagement: Mapped[Engagement] = relationship()
    tellings: Mapped[list["Telling"]] = relationship(back_populates="update")


KNOWN, TAKEN_BACK = "known", "taken_back"
"""Why a telling was passed over that says nothing its reader lacks: they have it in writing, or it is not so."""


class Telling(Identified):
    """That one contact must be, or was, told one update: by a mail, or by phone and by whom."""

    __tablename__ = "telling"
    __table_args__ = (UniqueConstraint("update_id", "contact_id"),)

    update_id: Mapped[int] = mapped_column(ForeignKey("update.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    state: Mapped[TellingState] = mapped_column(default=TellingState.DUE)
    skipped_why: Mapped[str | None]
    told_at: Mapped[datetime | None]
    told_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    own: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Fields of the snapshot that are others for this reader, who knew more or less before."""
    stated: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What it says, in the shape of `word.Says`: the reader has it in writing once they were told."""
    next_news_at: Mapped[datetime | None]
    """The time of the next news as it is printed for this reader."""
    update: Mapped[Update] = relationship(back_populates="tellings")
    contact: Mapped[Contact] = relationship()
