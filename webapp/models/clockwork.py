"""What the processes remember between ticks: when something last happened, counters that hold limits."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Identified


class Tick(Base):
    """The last time something happened, or until when something rests. A name belongs to the one module that writes
    it."""

    __tablename__ = "tick"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class LimitedAct(Identified):
    """One act that a limit counts, by a keyed hash of who did it."""

    __tablename__ = "limited_act"
    __table_args__ = (Index("ix_limited_act_key_at", "key", "at"),)

    key: Mapped[str]
    at: Mapped[datetime]
