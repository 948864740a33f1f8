"""A working calendar: which days are worked, at which hours, and how to count in them.

Pure: it is handed its holidays, own days and seasons, and reads neither the clock nor the database.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.timezones import instant

Hours = tuple[tuple[time, time], ...]

USUAL_HOURS: Hours = ((time(9), time(18)),)
MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Season:
    """Other hours from one date to another, both included, such as Ramadan 9 to 15.

    `hours` are those of the weekdays it names, `usual_hours` those of the rest. Where `send_at` and `promised_by` are
    given, updates go out, and are promised, at these hours while it lasts.
    """

    starts_on: date
    ends_on: date
    usual_hours: Hours
    hours: Mapping[int, Hours] = field(default_factory=dict, hash=False)
    name: str = ""
    send_at: time | None = None
    promised_by: time | None = None

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise ValueError("A season cannot end before it starts.")
        _check_hours(self.usual_hours, self.hours)

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, kw_only=True)
class WorkingDays:
    """The days and hours somebody works.

    A day is worked if it is one of `weekdays` (0 is Monday) and not in `days_off`, or if it is in `extra_days`, which
    wins over both: a Saturday worked for a Monday, or a public holiday on which the firm is open.
    Hours are pairs of local opening and closing times with the breaks between them; closing at 00:00 is midnight at the
    day's end. `hours` are those of the weekdays it names, `usual_hours` those of the rest; a season puts its own in
    their place, the first season that covers the day.
    """

    weekdays: frozenset[int]
    days_off: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()
    usual_hours: Hours = USUAL_HOURS
    hours: Mapping[int, Hours] = field(default_factory=dict, hash=False)
    seasons: tuple[Season, ...] = ()

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise ValueError("A calendar needs at least one working weekday.")
        if not self.weekdays <= set(range(7)):
            raise ValueError("Weekdays are numbered from 0 for Monday to 6 for Sunday.")
        _check_hours(self.usual_hours, self.hours)

    def is_working(self, day: date) -> bool:
        return day in self.extra_days or (day.weekday() in self.weekdays and day not in self.days_off)

    def on_or_after(self, day: date) -> date:
        """The day itself if it is worked, else the next one that is."""
        # Ends after a week and the days off at the latest: at least one weekday is worked and days off are finite.
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def on_or_before(self, day: date) -> date:
        """The day itself if it is worked, else the last one before that is."""
        while not self.is_working(day):
            day -= ONE_DAY
        return day

    def add(self, day: date, n: int) -> date:
        """The nth working day after `day`, or before it if n is negative. With n = 0: the day or the next working one.

        The day itself never counts, worked or not: one working day after a Saturday is Monday.
        """
        if n == 0:
            return self.on_or_after(day)
        for _ in range(abs(n)):
            day = self.on_or_after(day + ONE_DAY) if n > 0 else self.on_or_before(day - ONE_DAY)
        return day

    def between(self, a: date, b: date) -> int:
        """How many working days lie after `a` up to and including `b`; below zero if b is before a.

        So for worked days `add(a, between(a, b)) == b`.
        """
        if b < a:
            return -self.between(b, a)
        return sum(self.is_working(a + timedelta(days=step)) for step in range(1, (b - a).days + 1))

    def hours_on(self, day: date) -> Hours:
        """The hours worked on a day, in order; none on a day off."""
        if not self.is_working(day):
            return ()
        season = self.season_on(day)
        usual_hours, hours = (season.usual_hours, season.hours) if season else (self.usual_hours, self.hours)
        return hours.get(day.weekday(), usual_hours)

    def season_on(self, day: date) -> Season | None:
        """The season that covers a day, or None in ordinary weeks."""
        return next((season for season in self.seasons if season.covers(day)), None)

    def add_hours(self, at: datetime, hours: timedelta, zone: str) -> datetime:
        """The first moment, in UTC, by which so much working time has passed since `at` in the zone.

        No time at all gives `at` itself. Four hours from Friday 16:00 with work from 9 to 18 end on Monday at 11:00.
        """
        if hours < timedelta(0):
            raise ValueError("Working hours can only be counted forward.")
        at = at.astimezone(UTC)
        if not hours:
            return at
        # Every working day has hours, so what is left shrinks with each.
        day = self.on_or_after(at.astimezone(ZoneInfo(zone)).date())
        while True:
            for opens_at, closes_at in self._open(day, zone):
                starts_at = max(opens_at, at)
                worked = max(closes_at - starts_at, timedelta(0))
                if hours <= worked:
                    return starts_at + hours
                hours -= worked
            day = self.add(day, 1)

    def hours_between(self, a: datetime, b: datetime, zone: str) -> timedelta:
        """The working time from `a` to `b` in the zone; below zero if b is before a."""
        if b < a:
            return -self.hours_between(b, a, zone)
        a, b = a.astimezone(UTC), b.astimezone(UTC)
        first, last = a.astimezone(ZoneInfo(zone)).date(), b.astimezone(ZoneInfo(zone)).date()
        worked = timedelta(0)
        for step in range((last - first).days + 1):
            for opens_at, closes_at in self._open(first + timedelta(days=step), zone):
                worked += max(min(closes_at, b) - max(opens_at, a), timedelta(0))
        return worked

    def _open(self, day: date, zone: str) -> Iterator[tuple[datetime, datetime]]:
        for opens, closes in self.hours_on(day):
            closes_on = day + ONE_DAY if closes == MIDNIGHT else day
            yield instant(day, opens, zone), instant(closes_on, closes, zone)


def _check_hours(usual_hours: Hours, hours: Mapping[int, Hours]) -> None:
    if not set(hours) <= set(range(7)):
        raise ValueError("Weekdays are numbered from 0 for Monday to 6 for Sunday.")
    for spans in (usual_hours, *hours.values()):
        if not spans:
            raise ValueError("A working day needs at least one pair of hours; a day without is a day off.")
        closed_since = None
        for opens, closes in spans:
            if closed_since is not None and (closed_since == MIDNIGHT or opens < closed_since):
                raise ValueError("Working hours must follow one another and cannot overlap.")
            if closes != MIDNIGHT and closes <= opens:
                raise ValueError("Working hours must end after they start.")
            closed_since = closes
