"""Before an agreed date its owner is asked whether it holds."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.milestone import Milestone


class DateAnswered(StrEnum):
    YES = "yes"
    NOT_SURE = "not_sure"
    NO = "no"


class DateQuestion(Identified):
    """One asking about one entry of the ledger. `number` counts the askings: after "not sure" it is asked again."""

    __tablename__ = "date_question"
    __table_args__ = (UniqueConstraint("promise_id", "number"),)

    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"))
    number: Mapped[int]
    asked_on: Mapped[date]
    asked_at: Mapped[datetime]
    answer: Mapped[DateAnswered | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[datetime | None]
    """When it needed no answer any more: the date moved, or the step was done."""
    milestone: Mapped[Milestone] = relationship()
