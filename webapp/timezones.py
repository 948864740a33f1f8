"""Where time-zone rules come from, and how a wall time becomes an instant.

Python prefers the system's zone data, often a year old, to the pinned `tzdata` wheel. Morocco left +01 in 2026: with
old data every mail in Casablanca would go out an hour wrong.
"""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def force_pinned_tzdata() -> None:
    """Reads every zone from the pinned wheel from now on, also those already looked up. Call it once, at start."""
    zoneinfo.reset_tzpath(to=[])
    ZoneInfo.clear_cache()
    zone_names.cache_clear()
    _known_names.cache_clear()


def check() -> str | None:
    """None if the zone data is new enough, else one sentence for the operator.

    New enough means: it knows that Africa/Casablanca is at +00:00 from 20 September 2026 (tzdata 2026c).
    """
    try:
        casablanca = ZoneInfo("Africa/Casablanca")
    except ZoneInfoNotFoundError:
        return "No time-zone data was found: install the tzdata package from the lock file."

    if datetime(2026, 11, 15, 12, tzinfo=UTC).astimezone(casablanca).utcoffset() != timedelta(0):
        return (
            "The time-zone data is older than 2026c and puts Casablanca an hour wrong: "
            "install the tzdata package from the lock file."
        )
    return None


@cache
def zone_names() -> list[str]:
    """The zones to offer in a list, sorted: one for each region of each country, and UTC. No old or doubled names."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return sorted({"UTC", *(row[2] for row in rows)} & _known_names())


def is_zone(name: str) -> bool:
    """Whether rules exist under this exact name; older names such as Asia/Calcutta count too."""
    return name in _known_names()


def instant(on: date, at: time, zone: str) -> datetime:
    """The moment, in UTC, at which clocks in the zone first show this wall time on this date.

    A wall time that is skipped when clocks go forward becomes the first minute that exists after it. A wall time that
    comes twice when clocks go back is the first of the two. So a later wall time is never an earlier moment.
    """
    rules = ZoneInfo(zone)
    wall = datetime.combine(on, at.replace(tzinfo=None, fold=0))
    moment = wall.replace(tzinfo=rules).astimezone(UTC)
    if moment.astimezone(rules).replace(tzinfo=None) == wall:
        return moment
    return _end_of_gap(wall, rules)


def local(moment: datetime, zone: str) -> datetime:
    """The same moment as clocks in the zone show it."""
    return moment.astimezone(ZoneInfo(zone))


def _end_of_gap(wall: datetime, rules: ZoneInfo) -> datetime:
    # Inside a gap, fold=1 reads the wall time by the rule after it and so lies before the change; fold=0 lies after.
    before = int(wall.replace(tzinfo=rules, fold=1).timestamp()) - 1
    after = int(wall.replace(tzinfo=rules, fold=0).timestamp()) + 1
    offset_before = datetime.fromtimestamp(before, tz=rules).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, tz=rules).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return datetime.fromtimestamp(after, tz=UTC)


@cache
def _known_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - {"Factory", "localtime"})
