"""What was agreed with the client by a date."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified, Labels
from webapp.models.promise import Promise


class Milestone(Identified):
    """A step with an agreed date; the dates themselves are in the ledger of promises."""

    __tablename__ = "milestone"

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), index=True)
    position: Mapped[int]
    labels: Mapped[Labels]
    done_on: Mapped[date | None]
    done_recorded_at: Mapped[datetime | None]
    is_at_risk: Mapped[bool] = mapped_column(default=False)
    dropped_at: Mapped[datetime | None]
    dropped_why: Mapped[str | None]
    """Why the step fell away, in words for the client."""
    dropped_language: Mapped[str | None]
    promises: Mapped[list[Promise]] = relationship(order_by="Promise.number")
