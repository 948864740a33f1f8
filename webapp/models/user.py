"""Who works here."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified


class Role(StrEnum):
    """What a staff user may do; each includes the ones before it."""

    VIEWER = "viewer"
    STAFF = "staff"
    MANAGER = "manager"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class User(Identified):
    """A staff user. Signs in by mail; the address is kept in lower case and is unique."""

    __tablename__ = "user"

    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str | None]
    role: Mapped[Role]
    language: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    joined_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class UserSession(Identified):
    """One signed-in browser. The cookie's secret is kept as a hash only."""

    __tablename__ = "user_session"

    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    browser: Mapped[str | None]
    user: Mapped[User] = relationship()


class SignInChallenge(Identified):
    """One asked-for sign-in: ten minutes, once, bound to the browser that asked."""

    __tablename__ = "sign_in_challenge"

    nonce: Mapped[bytes] = mapped_column(unique=True)
    key_number: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    browser_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    user: Mapped[User] = relationship()
