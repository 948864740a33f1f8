"""The one business this installation serves."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, Time
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.calendar import CalendarDay, CalendarSeason


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
    weekly_hours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Working hours by weekday: {"usual": [["09:00", "18:00"]], "4": [["09:00", "12:00"], ["15:00", "18:00"]]}."""
    country: Mapped[str | None]
    """Two letters (ISO 3166-1): whose public holidays are days off."""
    notice_minutes: Mapped[int] = mapped_column(default=15)
    """Moves of dates within so many minutes make one notice, and one taken back meanwhile makes none."""
    tell_hours: Mapped[int] = mapped_column(default=4)
    """Working hours within which every contact should have heard of a moved date."""
    read_hours: Mapped[int] = mapped_column(default=2)
    """Working hours that a manager has to read a delay notice first, where the playbook wants it."""
    ask_days: Mapped[int] = mapped_column(default=3)
    """Working days before an agreed date on which its owner is asked whether it holds."""
    day_mail_at: Mapped[time] = mapped_column(Time, default=time(8, 0))
    last_call_minutes: Mapped[int] = mapped_column(default=120)
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_until: Mapped[time | None] = mapped_column(Time)
    answer_hours: Mapped[int] = mapped_column(default=9)
    sending_paused_at: Mapped[datetime | None]
    sending_paused_why: Mapped[str | None]
    calendar_days: Mapped[list[CalendarDay]] = relationship(order_by="CalendarDay.on")
    calendar_seasons: Mapped[list[CalendarSeason]] = relationship(order_by="CalendarSeason.starts_on")
