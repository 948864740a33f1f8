"""Days off out of a calendar file (iCalendar, RFC 5545), as other programs export it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar, Component

from emails.cleaning import clean_line
from webapp.services.calendar import repeats
from webapp.services.calendar.repeats import BROKEN
from webapp.services.core.errors import Refused

SIZE_MAXIMUM = 512 * 1024
EVENTS_MAXIMUM = 5000
DAYS_MAXIMUM = 400
ROUNDS_MAXIMUM = 20_000
LENGTH_MAXIMUM = 92
NAME_MAXIMUM = 200
BACK, AHEAD = timedelta(days=31), timedelta(days=3 * 365)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class FileDay:
    on: date
    name: str | None


@dataclass(frozen=True, kw_only=True)
class FileDays:
    """The days off a file names, in order, each once; `left_out` counts events that are no day off from now on."""

    days: tuple[FileDay, ...]
    left_out: int


def read(content: bytes, *, today: date, takes_free: bool = False) -> FileDays:
    """Whole days from a month ago to three years ahead.

    An event without hours counts from its first day up to, not including, its end (RFC 5545 3.6.1); one with hours
    counts on the days it covers from midnight to midnight, by the clock it was written in. Events repeat as their rule
    says (RFC 5545 3.8.5). Left out are events that are cancelled, shown as free, shorter than a day, longer than three
    months, or repeated by a rule that might never end. Most published calendars of holidays show all their days as
    free: where no other day is left, that is asked about, and `takes_free` is the answer. Raises Refused for what is no
    calendar, or far too much.
    """
    if len(content) > SIZE_MAXIMUM:
        raise Refused("calendar.fault.file_size", field="file")
    events = _events(content)
    if takes_free:
        for event in events:
            event.pop("TRANSP", None)
    if len(events) > EVENTS_MAXIMUM:
        raise Refused("calendar.fault.file_many", field="file")
    names, left_out = _named(events, today=today)
    if len(names) > DAYS_MAXIMUM:
        raise Refused("calendar.fault.file_many", field="file")
    if not names and not takes_free and any(_is_free(event) for event in events):
        days = read(content, today=today, takes_free=True).days
        if days:
            raise Refused("calendar.fault.file_free", field="takes_free", count=len(days))
    return FileDays(days=tuple(FileDay(on, names[on]) for on in sorted(names)), left_out=left_out)


def _named(events: list[Component], *, today: date) -> tuple[dict[date, str | None], int]:
    """The name of each day within reach, and how many events gave none."""
    names: dict[date, str | None] = {}
    left_out = rounds = 0
    for series in _series(events):
        rounds += sum(repeats.rounds(event, until=today + AHEAD) for event in series)
        if rounds > ROUNDS_MAXIMUM:
            raise Refused("calendar.fault.file_many", field="file")
        if not all(any(_days(event)) for event in series if repeats.is_repeating(event)):
            left_out += len(series)
            continue
        found = {day: _name(event) for event in repeats.occurrences(series, *_reach(today)) for day in _days(event)}
        within = {day: name for day, name in found.items() if today - BACK <= day <= today + AHEAD}
        left_out += 0 if within else len(series)
        for day, name in within.items():
            names[day] = names.get(day) or name
    return names, left_out


def _series(events: list[Component]) -> list[list[Component]]:
    """What belongs together: an event that repeats with those that stand for single
    repetitions of it."""
    repeating = {str(event["UID"]) for event in events if "UID" in event and repeats.is_repeating(event)}
    together: dict[object, list[Component]] = {}
    for number, event in enumerate(events):
        uid = str(event.get("UID", ""))
        together.setdefault(uid if uid in repeating else number, []).append(event)
    return list(together.values())


def _reach(today: date) -> tuple[date, date]:
    """From when on, and up to which day, an event may begin whose days count."""
    return today - BACK - timedelta(days=LENGTH_MAXIMUM), today + AHEAD + ONE_DAY


def _events(content: bytes) -> list[Component]:
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except BROKEN:
        raise Refused("calendar.fault.file", field="file") from None
    if not any(calendar.name == "VCALENDAR" for calendar in calendars):
        raise Refused("calendar.fault.file", field="file")
    return events


def _is_free(event: Component) -> bool:
    return str(event.get("TRANSP", "")).strip() == "TRANSPARENT"


def _days(event: Component) -> Iterator[date]:
    """The whole days of one event; none of one that is written wrongly, which spoils no other."""
    if str(event.get("STATUS", "")).strip() == "CANCELLED" or _is_free(event):
        return
    with suppress(*BROKEN):
        first, length = _span(event) or (None, 0)
        if first is not None:
            yield from (first + timedelta(days=step) for step in range(length))


def _span(event: Component) -> tuple[date, int] | None:
    """The first whole day of an event, and how many there are; None where there is none, or far too many."""
    starts, ends = _moment(event, "DTSTART"), _moment(event, "DTEND")
    if starts is None:
        return None
    if ends is None:
        lasts = _moment(event, "DURATION")
        default = timedelta(0) if isinstance(starts, datetime) else ONE_DAY
        ends = starts + (lasts if isinstance(lasts, timedelta) else default)
    first, until = _date(starts), _date(ends)
    if isinstance(starts, datetime) and starts.time() > time(0):
        first += ONE_DAY
    if not isinstance(starts, datetime) and until == first:
        until += ONE_DAY
    length = (until - first).days
    return (first, length) if 1 <= length <= LENGTH_MAXIMUM else None


def _moment(event: Component, name: str) -> Any:
    """The date, moment or length of a property, or None where it is missing or written wrongly."""
    found = event.get(name)
    return getattr(found, "dt", None) if not isinstance(found, list) else None


def _date(moment: Any) -> date:
    if not isinstance(moment, date):
        raise TypeError("no date")
    return moment.date() if isinstance(moment, datetime) else moment


def _name(event: Component) -> str | None:
    return clean_line(str(event.get("SUMMARY", "")))[:NAME_MAXIMUM].strip() or None
