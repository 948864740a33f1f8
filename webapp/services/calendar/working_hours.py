"""Working hours as they are stored, and as people write them: "9:00-12:00, 15:00-18:00"."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from webapp.services.calendar.working_days import MIDNIGHT, USUAL_HOURS, Hours

USUAL = "usual"
_SPAN = re.compile(r"(\d{1,2})(?:[:.h](\d{2})?)?\s*(?:-|\bto\b)\s*(\d{1,2})(?:[:.h](\d{2})?)?", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*[,;+\n]\s*")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_SIGNS = {ord("،"): ",", ord("؛"): ";", ord("\uff1a"): ":", ord("\u200e"): "", ord("\u200f"): ""}


class BadHours(ValueError):
    """What was written are no hours. `key` names the sentence that says so in the catalogue."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def parse(text: str) -> Hours:
    """Hours from "9-12, 15:00-18:00", with the digits of any script; "24:00" or "0:00" closes at midnight.

    Raises BadHours for what cannot be read, and for hours that overlap or end before they start.
    """
    spans = []
    for part in _SEPARATORS.split(text.translate(_DASHES).translate(_SIGNS).strip()):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise BadHours("calendar.fault.hours")
        opens, closes = _time(found[1], found[2]), _time(found[3], found[4], is_end=True)
        spans.append((opens, closes))
    since = MIDNIGHT
    for place, (opens, closes) in enumerate(spans):
        ends_day = closes == MIDNIGHT
        if opens < since or (not ends_day and closes <= opens) or (ends_day and place < len(spans) - 1):
            raise BadHours("calendar.fault.hours_order")
        since = closes
    return tuple(spans)


def in_words(hours: Hours) -> str:
    """The shape that `parse` reads: "09:00-12:00, 15:00-18:00"."""
    return ", ".join(
        f"{opens:%H:%M}-{'24:00' if closes == MIDNIGHT else format(closes, '%H:%M')}" for opens, closes in hours
    )


def dump(hours: Hours) -> list[list[str]]:
    """Plain JSON: pairs of HH:MM."""
    return [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in hours]


def usual(stored: Mapping[str, Any]) -> Hours:
    """The hours of the days that have none of their own."""
    return _load(stored[USUAL]) if stored.get(USUAL) else USUAL_HOURS


def by_weekday(stored: Mapping[str, Any]) -> dict[int, Hours]:
    """The hours of the weekdays that have their own (0 is Monday)."""
    return {int(day): _load(pairs) for day, pairs in stored.items() if day != USUAL and pairs}


def _load(pairs: list[list[str]]) -> Hours:
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)


def _time(hour: str, minute: str | None, *, is_end: bool = False) -> time:
    if is_end and int(hour) == 24 and not int(minute or 0):
        return MIDNIGHT
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise BadHours("calendar.fault.hours") from None
