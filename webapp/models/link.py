"""Capability URLs: one row per mail and purpose; the secret half is never stored."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.client import Contact
from webapp.models.engagement import Engagement
from webapp.models.user import User


class Purpose(StrEnum):
    PAGE = "page"
    UNSUBSCRIBE = "unsubscribe"
    FORMS = "forms"
    INVITATION = "invitation"
    SIGN_IN = "sign_in"


class Link(Identified):
    """The public half (`nonce`), the key that signs it and the contact's epoch when it was made."""

    __tablename__ = "link"

    nonce: Mapped[bytes] = mapped_column(unique=True)
    key_number: Mapped[int]
    purpose: Mapped[Purpose]
    epoch: Mapped[int] = mapped_column(default=0)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    engagement_id: Mapped[int | None] = mapped_column(ForeignKey("engagement.id"), index=True)
    outbox_email_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_email.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    contact: Mapped[Contact | None] = relationship()
    user: Mapped[User | None] = relationship()
    engagement: Mapped[Engagement | None] = relationship()
