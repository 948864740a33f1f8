"""What we need from a contact, and what they already told us."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified, Labels
from webapp.models.client import Contact


class AskState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    RECEIVED = "received"
    WITHDRAWN = "withdrawn"


class Ask(Identified):
    """Something we need. A client's answer makes it `answered`; staff say when it is really received."""

    __tablename__ = "ask"

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    text: Mapped[str]
    language: Mapped[str | None]
    translations: Mapped[Labels | None]
    """The same words in further languages, where the writer gave them: {"az": "Açarları gətirin"}."""
    due_on: Mapped[date | None]
    state: Mapped[AskState] = mapped_column(default=AskState.OPEN)
    checkpoint_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoint.id"))
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    contact: Mapped[Contact | None] = relationship()


class Fact(Identified):
    """Something the client already gave, with its source, so that nobody asks twice."""

    __tablename__ = "fact"

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), index=True)
    text: Mapped[str]
    source: Mapped[str]
    known_at: Mapped[datetime]
