"""The rhythm of an engagement as it is stored, and as words."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from emails.languages import Language
from webapp.services.rhythm.schedule import Cadence, Every, OnDayOff

WEEKS = {1: "weekly", 2: "fortnightly", 3: "three_weeks", 4: "four_weeks"}
"""What a rhythm of so many weeks is called, in the catalogue and in forms."""


def dump(cadence: Cadence) -> dict[str, Any]:
    """The stored shape: plain JSON, wall times as HH:MM or HH:MM:SS."""
    return {
        "every": cadence.every.value,
        "weeks": cadence.weeks,
        "weekdays": list(cadence.weekdays),
        "day": cadence.day,
        "nth": cadence.nth,
        "anchor": cadence.anchor.isoformat(),
        "zone": cadence.zone,
        "send_at": cadence.send_at.isoformat(),
        "promised_by": cadence.promised_by.isoformat(),
        "day_off": cadence.day_off.value,
    }


def load(stored: dict[str, Any]) -> Cadence:
    """The rule as `schedule` wants it; raises ValueError for a rule that cannot be."""
    return Cadence(
        every=Every(stored["every"]),
        weeks=stored["weeks"],
        weekdays=tuple(stored["weekdays"]),
        day=stored["day"],
        nth=stored["nth"],
        anchor=date.fromisoformat(stored["anchor"]),
        zone=stored["zone"],
        send_at=time.fromisoformat(stored["send_at"]),
        promised_by=time.fromisoformat(stored["promised_by"]),
        day_off=OnDayOff(stored["day_off"]),
    )


def in_words(
    cadence: Cadence, language: Language, *, promised_at: datetime | None = None, comes_at: datetime | None = None
) -> str:
    """The rhythm as it is read: "Tuesdays by 18:00". Where a slot that is promised for one moment comes to the reader
    at another, by other clocks or after quiet hours, the days and the hour are theirs; a day of the month cannot be,
    and stays that of the firm."""
    if promised_at is None or comes_at is None:
        return _in_words(cadence, language, cadence.weekdays, cadence.promised_by)
    moved_by = (comes_at.date() - promised_at.date()).days
    if moved_by and cadence.every is not Every.WEEKLY:
        return language.by_clock(_in_words(cadence, language, cadence.weekdays, cadence.promised_by), promised_at)
    days = sorted((day + moved_by) % 7 for day in cadence.weekdays)
    return language.by_clock(_in_words(cadence, language, days, comes_at.time()), comes_at)


def _in_words(cadence: Cadence, language: Language, weekdays: Sequence[int], promised_by: time) -> str:
    by = language.time(promised_by)
    if cadence.every is Every.MONTHLY_DAY:
        return language.text("rhythm.monthly_day", day=language.day_of_month(cadence.day or 1), time=by)
    days = language.listing([language.text(f"rhythm.weekday.d{number}") for number in weekdays])
    if cadence.every is Every.MONTHLY_WEEKDAY:
        nth = language.text(f"rhythm.nth.n{'last' if cadence.nth == -1 else cadence.nth}")
        return language.text("rhythm.monthly_weekday", nth=nth, days=days, time=by)
    return language.text(f"rhythm.{WEEKS[cadence.weeks]}", days=days, time=by)
