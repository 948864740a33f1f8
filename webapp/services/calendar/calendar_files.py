"""Days off out of a calendar file (iCalendar, RFC 5545), as other programs export it."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar, Component

from webapp.services.core.errors import Refused

SIZE_MAXIMUM = 512 * 1024
EVENTS_MAXIMUM = 5000
DAYS_MAXIMUM = 400
LENGTH_MAXIMUM = 92
NAME_MAXIMUM = 200
BACK, AHEAD = timedelta(days=31), timedelta(days=3 * 365)
ONE_DAY = timedelta(days=1)
BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)
_BIDI_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


@dataclass(frozen=True)
class FileDay:
    on: date
    name: str | None


@dataclass(frozen=True, kw_only=True)
class FileDays:
    """The days off a file names, in order, each once; `left_out` counts events that are no day off from now on."""

    days: tuple[FileDay, ...]
    left_out: int


def read(content: bytes, *, today: date) -> FileDays:
    """Whole days from a month ago to three years ahead.

    An event without hours counts from its first day up to, not including, its end (RFC 5545 3.6.1); one with hours
    counts on the days it covers from midnight to midnight, by the clock it was written in. Yearly events repeat. Left
    out are events that are cancelled, shown as free, shorter than a day, longer than three months, or repeated in
    another way than yearly. Raises Refused for what is no calendar, or far too much.
    """
    if len(content) > SIZE_MAXIMUM:
        raise Refused("calendar.fault.file_size", field="file")
    events = _events(content)
    if len(events) > EVENTS_MAXIMUM:
        raise Refused("calendar.fault.file_many", field="file")
    names, left_out = _named(events, today=today)
    if len(names) > DAYS_MAXIMUM:
        raise Refused("calendar.fault.file_many", field="file")
    return FileDays(days=tuple(FileDay(on, names[on]) for on in sorted(names)), left_out=left_out)


def _named(events: list[Component], *, today: date) -> tuple[dict[date, str | None], int]:
    """The name of each day within reach, and how many events gave none."""
    moved = _moved(events)
    names: dict[date, str | None] = {}
    left_out = 0
    for event in events:
        found = _within_reach(event, moved, today=today)
        left_out += not found
        for day in found:
            names[day] = names.get(day) or _name(event)
    return names, left_out


def _within_reach(event: Component, moved: set[tuple[str, date]], *, today: date) -> list[date]:
    """The days of one event; none of one that is written wrongly, which spoils no other."""
    try:
        return [day for day in _days(event, moved, today=today) if today - BACK <= day <= today + AHEAD]
    except BROKEN:
        return []


def _events(content: bytes) -> list[Component]:
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except BROKEN:
        raise Refused("calendar.fault.file", field="file") from None
    if not any(calendar.name == "VCALENDAR" for calendar in calendars):
        raise Refused("calendar.fault.file", field="file")
    return events


def _moved(events: list[Component]) -> set[tuple[str, date]]:
    """Single repetitions that an event of their own replaces, by the event's identity."""
    found = set()
    for event in events:
        with suppress(*BROKEN):
            instead_of = _moment(event, "RECURRENCE-ID")
            if instead_of is not None:
                found.add((str(event.get("UID", "")), _date(instead_of)))
    return found


def _days(event: Component, moved: set[tuple[str, date]], *, today: date) -> Iterator[date]:
    if str(event.get("STATUS", "")).strip() == "CANCELLED" or str(event.get("TRANSP", "")).strip() == "TRANSPARENT":
        return
    span = _span(event)
    if span is None:
        return
    first, length = span
    uid = str(event.get("UID", "")) if "RECURRENCE-ID" not in event else ""
    without = {_date(moment) for moment in _moments(event, "EXDATE")}
    for start in _starts(event, first, today=today):
        if start in without or (uid, start) in moved:
            continue
        yield from (start + timedelta(days=step) for step in range(length))


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


def _starts(event: Component, first: date, *, today: date) -> Iterator[date]:
    """The first day of each repetition within reach. A yearly rule repeats the date itself; 29 February only in leap
    years. Any other rule counts once."""
    rule = event.get("RRULE")
    if not rule or _one(rule, "FREQ") != "YEARLY" or not _repeats_its_date(rule, first):
        yield first
        return
    step, count, until = int(_one(rule, "INTERVAL") or 1), _one(rule, "COUNT"), _one(rule, "UNTIL")
    last = min(today + AHEAD, _date(until)) if until else today + AHEAD
    made = 0
    for year in range(first.year, last.year + 1, max(step, 1)):
        try:
            start = first.replace(year=year)
        except ValueError:
            continue
        made += 1
        if start > last or (count and made > int(count)):
            return
        yield start


def _repeats_its_date(rule: Any, first: date) -> bool:
    finer = {str(part) for part in rule} - {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY"}
    months, days = rule.get("BYMONTH", [first.month]), rule.get("BYMONTHDAY", [first.day])
    return not finer and [int(month) for month in months] == [first.month] and [int(day) for day in days] == [first.day]


def _one(rule: Any, part: str) -> Any:
    found = rule.get(part)
    return found[0] if isinstance(found, list) and found else found


def _moment(event: Component, name: str) -> Any:
    """The date, moment or length of a property, or None where it is missing or written wrongly."""
    found = event.get(name)
    return getattr(found, "dt", None) if not isinstance(found, list) else None


def _moments(event: Component, name: str) -> Iterator[Any]:
    found = event.get(name)
    for entry in found if isinstance(found, list) else [found] if found is not None else []:
        yield from (one.dt for one in getattr(entry, "dts", []))


def _date(moment: Any) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _name(event: Component) -> str | None:
    """The event's title as one line of text without control characters or direction overrides."""
    text = unicodedata.normalize("NFC", str(event.get("SUMMARY", "")).translate(_BIDI_OVERRIDES))
    kept = "".join(character if unicodedata.category(character)[0] != "C" else " " for character in text)
    return re.sub(r"\s+", " ", kept).strip()[:NAME_MAXIMUM] or None
