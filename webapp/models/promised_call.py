"""A call that a manager took on, because news failed to come twice."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.commitment import CommitmentState
from webapp.models.engagement import Engagement
from webapp.models.user import User


class PromisedCall(Identified):
    """Who phones the client, by the end of which working day, and who did. `said` is what came of it, for the next
    mail; `told_at` is when a mail told that, or that the call did not come. `ended_at`: news came, the work rests or is
    over, or the next call took its place."""

    __tablename__ = "promised_call"
    __table_args__ = (Index("ix_promised_call_state_promised_at", "state", "promised_at"),)

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    taken_on_at: Mapped[datetime]
    on: Mapped[date]
    promised_at: Mapped[datetime]
    state: Mapped[CommitmentState] = mapped_column(default=CommitmentState.OPEN)
    came_at: Mapped[datetime | None]
    came_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    said: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None]
    scored_at: Mapped[datetime | None]
    engagement: Mapped[Engagement] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    came_by: Mapped[User | None] = relationship(foreign_keys=[came_by_id])
