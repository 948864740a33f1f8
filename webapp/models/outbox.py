"""Every e-mail we owe somebody: one message to one recipient, and where it stands."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.client import Contact
from webapp.models.engagement import Engagement
from webapp.models.update import Telling
from webapp.models.user import User


class MailState(StrEnum):
    """`unknown`: sent whole, and the server never answered; it is never sent again by itself."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    HELD = "held"


UNWRITTEN = text("says IS NOT NULL")


class OutboxEmail(Identified):
    """Written once and stored with placeholders for links; until then `says` keeps what is to be said. Message-ID, date
    and boundary are made once, so every attempt has the same bytes. `dedupe_key` makes a second row for the same
    telling impossible; `attempt` fences every later change to the worker that made that attempt."""

    __tablename__ = "outbox_email"
    __table_args__ = (
        # In the order in which mails leave, with all that is asked of a row before it is read: its body may be large.
        Index("ix_outbox_email_leaving", "state", "priority", "not_before", "id", "expires_at"),
        Index("ix_outbox_email_to_address", "to_address"),
        Index("ix_outbox_email_unwritten", "state", "not_before", sqlite_where=UNWRITTEN, postgresql_where=UNWRITTEN),
    )

    kind: Mapped[str]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    priority: Mapped[int]
    to_name: Mapped[str]
    to_address: Mapped[str]
    reply_to_name: Mapped[str | None]
    reply_to_address: Mapped[str | None]
    language: Mapped[str]
    says: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str] = mapped_column(unique=True)
    thread_id: Mapped[str | None]
    dated_at: Mapped[datetime]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    engagement_id: Mapped[int | None] = mapped_column(ForeignKey("engagement.id"), index=True)
    challenge_id: Mapped[int | None] = mapped_column(ForeignKey("sign_in_challenge.id"))
    state: Mapped[MailState] = mapped_column(default=MailState.QUEUED)
    attempt: Mapped[int] = mapped_column(default=0)
    refusals: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    transmitting_at: Mapped[datetime | None]
    first_refused_at: Mapped[datetime | None]
    queued_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    contact: Mapped[Contact | None] = relationship()
    user: Mapped[User | None] = relationship()
    engagement: Mapped[Engagement | None] = relationship()
    tellings: Mapped[list[Telling]] = relationship(secondary="outbox_telling", viewonly=True)


class OutboxTelling(Identified):
    """Which tellings a mail carries."""

    __tablename__ = "outbox_telling"
    __table_args__ = (UniqueConstraint("outbox_email_id", "telling_id"),)

    outbox_email_id: Mapped[int] = mapped_column(ForeignKey("outbox_email.id"))
    telling_id: Mapped[int] = mapped_column(ForeignKey("telling.id"), index=True)
