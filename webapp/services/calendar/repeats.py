"""Events of calendar files that repeat, by the rule that stands in them, bounded: a file may say anything."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import product
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Component, Event

BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)
DAYS_OF: dict[str, int] = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 30, "YEARLY": 365}
PLAIN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
FURTHER: dict[str, set[str]] = {"DAILY": set(), "WEEKLY": {"BYDAY"}, "MONTHLY": {"BYMONTHDAY", "BYDAY"}}
FURTHER_OF_A_YEAR = {"BYMONTH", "BYMONTHDAY", "BYDAY"}
LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
CYCLE_YEARS = 400
READ = {
    "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "UID", "SUMMARY", "STATUS", "TRANSP",
    "SEQUENCE",
}  # fmt: skip
"""What is looked at of an event."""


def is_repeating(event: Component) -> bool:
    return any(name in event for name in ("RRULE", "RDATE", "EXRULE"))


def occurrences(series: list[Component], since: date, until: date) -> Iterator[Component]:
    """The single events of a series that may touch the days from `since` to `until`. An event that does not repeat is
    its own. None of a series whose rule might never come to an end, or is written wrongly."""
    if not any(is_repeating(event) for event in series):
        yield from series
        return
    if not all(_ends(event) for event in series):
        return
    calendar = Calendar()
    for event in series:
        calendar.add_component(_bare(event))
    try:
        yield from recurring_ical_events.of(calendar, skip_bad_series=True).between(since, until)
    except BROKEN:
        return


def _bare(event: Component) -> Component:
    """An event with what its days and its name depend on: each repetition is a copy of it, whatever else it says."""
    bare = Event()
    for name in READ & set(event):
        bare[name] = event[name]
    return bare


def rounds(event: Component, *, until: date) -> int:
    """How many rounds of its rule lie between the first day of an event and a day: what reading it costs. None for a
    rule that is left out."""
    if not _ends(event):
        return 0
    try:
        rule, first = event.get("RRULE"), _first(event)
        length = DAYS_OF[_one(rule, "FREQ")] * max(_step(rule), 1) if rule is not None else 1
        by_rule = max((until - first).days, 0) // length if rule is not None else 0
        return by_rule + _dates_in(event.get("RDATE"))
    except BROKEN:
        return 0


def _dates_in(found: Any) -> int:
    """How many dates stand in a property that may stand several times."""
    each = found if isinstance(found, list) else [found] if found is not None else []
    return sum(len(getattr(one, "dts", ())) for one in each)


def _ends(event: Component) -> bool:
    """Whether looking for the next repetition is sure to find one soon. Rules of hours and less, and those of which no
    day may ever come (30 February), are looked for until the end of time."""
    rule = event.get("RRULE")
    if rule is None:
        return "EXRULE" not in event
    try:
        return "EXRULE" not in event and not isinstance(rule, list) and _comes(rule, _first(event))
    except BROKEN:
        return False


def _comes(rule: Any, first: date) -> bool:
    every, step = _one(rule, "FREQ"), _step(rule)
    further = {str(part) for part in rule} - PLAIN
    if every not in DAYS_OF or step < 1 or not further <= FURTHER.get(every, FURTHER_OF_A_YEAR):
        return False
    if "BYDAY" in further and "BYMONTHDAY" in further:
        return False
    weekdays = [str(day) for day in rule.get("BYDAY", [])]
    if any(len(day) > 2 and abs(int(day[:-2])) > 4 for day in weekdays):
        return False
    if every in ("DAILY", "WEEKLY") or weekdays:
        return True
    days = [int(day) for day in rule.get("BYMONTHDAY", [first.day])]
    return any(_has(day, *month) for day, month in product(days, _months(rule, every, step, first)))


def _months(rule: Any, every: str, step: int, first: date) -> set[tuple[int, bool]]:
    """The months a rule meets, each with whether that is ever in a leap year."""
    if every == "YEARLY":
        years = {(first.year + step * n) % CYCLE_YEARS for n in range(CYCLE_YEARS)}
        is_leap = any(year % 4 == 0 and (year % 100 != 0 or year == 0) for year in years)
        return {(int(month), is_leap) for month in rule.get("BYMONTH", [first.month])}
    return {((first.month - 1 + step * n) % 12 + 1, step < 12) for n in range(12)}


def _has(day: int, month: int, is_leap: bool) -> bool:
    longest = LONGEST_MONTHS[month - 1] if month != 2 or is_leap else 28
    return 1 <= abs(day) <= longest


def _first(event: Component) -> date:
    starts: Any = event["DTSTART"]
    first: date = starts.dt.date() if isinstance(starts.dt, datetime) else starts.dt
    return first


def _step(rule: Any) -> int:
    given = _one(rule, "INTERVAL")
    return 1 if given is None else int(given)


def _one(rule: Any, part: str) -> Any:
    found = rule.get(part)
    return found[0] if isinstance(found, list) and found else found
