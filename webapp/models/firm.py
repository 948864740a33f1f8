"""The one business this installation serves."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, Time
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Identified


class Firm(Identified):
    """Name, brand, languages, zone and working days. There is exactly one row, number 1."""

    __tablename__ = "firm"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    name: Mapped[str]
    colour: Mapped[str] = mapped_column(default="#1f5f5b")
    phone: Mapped[str | None]
    mailbox: Mapped[str | None]
    postal_address: Mapped[str | None]
    hours: Mapped[str | None]
    logo_url: Mapped[str | None]
    languages: Mapped[list[str]]
    language: Mapped[str]
    zone: Mapped[str]
    working_days: Mapped[list[int]]
    days_off: Mapped[list[str]] = mapped_column(default=list)
    day_mail_at: Mapped[time] = mapped_column(Time, default=time(8, 0))
    last_call_minutes: Mapped[int] = mapped_column(default=120)
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_until: Mapped[time | None] = mapped_column(Time)
    answer_hours: Mapped[int] = mapped_column(default=24)
    sending_paused_at: Mapped[datetime | None]
    sending_paused_why: Mapped[str | None]
