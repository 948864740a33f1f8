"""Who works here."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Identified


class Role(StrEnum):
    """What a staff user may do; each includes the ones before it."""

    VIEWER = "viewer"
    STAFF = "staff"
    MANAGER = "manager"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    @property
    def acts(self) -> bool:
        """May do more than look: own work, stand in for a colleague, write."""
        return self is not Role.VIEWER

    @property
    def leads(self) -> bool:
        """Looks after everybody's work: managers and admins."""
        return self.rank >= Role.MANAGER.rank

    @property
    def sees_own_first(self) -> bool:
        """Begins with their own work, where those who lead, and those who only look, begin with everybody's."""
        return self.acts and not self.leads


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
    absences: Mapped[list["Absence"]] = relationship(back_populates="user", order_by="Absence.starts_on")
    stands_in: Mapped["StandIn | None"] = relationship(foreign_keys="StandIn.user_id")

    @property
    def may_own_work(self) -> bool:
        """Whether work may be theirs, or a colleague's while that one is away: they work here and may do more than
        look."""
        return self.is_active and self.role.acts

    @property
    def stand_in(self) -> "User | None":
        """Who does the user's duties while they are away, and hears when they forget one."""
        return self.stands_in.stand_in if self.stands_in else None


class StandIn(Base):
    """Who stands in for a user."""

    __tablename__ = "stand_in"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    stand_in: Mapped[User] = relationship(foreign_keys=[stand_in_id])


class Absence(Identified):
    """Days away, from the first to the last, both included."""

    __tablename__ = "absence"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    user: Mapped[User] = relationship(back_populates="absences")


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
