"""Days on which the firm works otherwise than its week says, and seasons with other hours."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Identified


class DaySource(StrEnum):
    """Where a day comes from: put in by a person, swapped for another, read from a file, or a word about a public
    holiday that the library only estimates."""

    OWN = "own"
    SWAP = "swap"
    FILE = "file"
    HOLIDAY = "holiday"


class CalendarDay(Identified):
    """One day that is off, or worked, whatever the week and the public holidays say. `country` is None for the firm's
    own days; for a word about a public holiday it is that holiday's country, and `moved_to` the day on which it really
    is."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("on", "source", "country"),)

    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), default=1)
    on: Mapped[date]
    is_working: Mapped[bool]
    name: Mapped[str | None]
    source: Mapped[DaySource]
    country: Mapped[str | None]
    moved_to: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class CalendarSeason(Identified):
    """Other hours from one date to another, both included. `hours` has the shape of `Firm.weekly_hours`; `send_at` and
    `promised_by` are those of updates while it lasts, both or neither."""

    __tablename__ = "calendar_season"

    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), default=1)
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    hours: Mapped[dict[str, Any]]
    send_at: Mapped[time | None]
    promised_by: Mapped[time | None]
