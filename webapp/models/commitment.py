"""What a mail printed as the time of the next news, and whether it was kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.update import Update


class CommitmentState(StrEnum):
    """`settled`: the client was told that it ends, because the work rests or is closed."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    SETTLED = "settled"


class Commitment(Identified):
    """The next news that one update promised. `cause` says in a word why one was broken."""

    __tablename__ = "commitment"
    __table_args__ = (Index("ix_commitment_state_promised_at", "state", "promised_at"),)

    update_id: Mapped[int] = mapped_column(ForeignKey("update.id"), unique=True)
    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), index=True)
    promised_at: Mapped[datetime]
    state: Mapped[CommitmentState] = mapped_column(default=CommitmentState.OPEN)
    cause: Mapped[str | None]
    scored_at: Mapped[datetime | None]
    kept_by_id: Mapped[int | None] = mapped_column(ForeignKey("update.id"))
    update: Mapped[Update] = relationship(foreign_keys=[update_id])
