"""The ledger of agreed dates: rows are added, never changed, and both databases refuse anything else."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emails.pieces import Who
from webapp.models.base import Base, Identified


class Act(StrEnum):
    """What an entry does: the first promise, a move of it, the day it became once its condition was met, or the
    withdrawal of a wrong entry."""

    FIRST = "first"
    MOVE = "move"
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"


class Promise(Identified):
    """One entry. A day: `starts_on`; a range: `starts_on`..`ends_on`; `after_days` working days after a condition;
    or no date yet, with `next_news_at`. A wrong entry is superseded by a later one, never changed."""

    __tablename__ = "promise"
    __table_args__ = (
        UniqueConstraint("milestone_id", "number"),
        CheckConstraint("act != 'move' OR (cause IS NOT NULL)", name="move_has_cause"),
        CheckConstraint(
            "act = 'withdraw' OR starts_on IS NOT NULL OR after_days IS NOT NULL OR next_news_at IS NOT NULL",
            name="says_when",
        ),
    )

    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    number: Mapped[int]
    act: Mapped[Act]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    is_estimate: Mapped[bool] = mapped_column(default=False)
    after_days: Mapped[int | None]
    next_news_at: Mapped[datetime | None]
    cause: Mapped[Who | None]
    reason_key: Mapped[str | None]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))
    checkpoint_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoint.id"), index=True)
    agreed_on: Mapped[date | None]
    """The day the client agreed, where it is known to be another day than the entry's."""
    origin: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    words: Mapped["PromiseWords | None"] = relationship(back_populates="promise")


class PromiseWords(Base):
    """A person's words about an entry, apart from it so that they can be erased."""

    __tablename__ = "promise_words"

    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"), primary_key=True)
    why: Mapped[str | None]
    what_we_do: Mapped[str | None]
    condition: Mapped[str | None]
    other_name: Mapped[str | None]
    language: Mapped[str | None]
    translations: Mapped[dict[str, Any] | None]
    """Of why, what_we_do and condition in further languages: {"why": {"az": "Material gecikir"}}."""
    promise: Mapped[Promise] = relationship(back_populates="words")
