"""What clients wrote on their page."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.ask import Ask
from webapp.models.base import Identified
from webapp.models.client import Contact
from webapp.models.engagement import Engagement
from webapp.models.user import User


class ReplyKind(StrEnum):
    QUESTION = "question"
    WRONG = "wrong"
    ANSWER = "answer"
    DATE_UNSUITABLE = "date_unsuitable"


class Reply(Identified):
    """One message of a client, with the link and browser it came through. `once` stops a double press."""

    __tablename__ = "reply"

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"))
    ask_id: Mapped[int | None] = mapped_column(ForeignKey("ask.id"))
    once: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[ReplyKind]
    text: Mapped[str]
    language: Mapped[str | None]
    written_as: Mapped[str | None]
    browser: Mapped[str | None]
    written_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answer: Mapped[str | None]
    answered_how: Mapped[str | None]
    """"mail" or "phone"."""
    engagement: Mapped[Engagement] = relationship()
    contact: Mapped[Contact] = relationship()
    ask: Mapped[Ask | None] = relationship()
    answered_by: Mapped[User | None] = relationship()
