"""When updates are due and when a reader may be written to: pure rules over dates, wall times and zones.

A slot comes from its cadence alone, never from when the last mail went: an early or late report shifts nothing.
"""

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from webapp.services.calendar.working_days import WorkingDays
from webapp.timezones import instant as instant
from webapp.timezones import is_zone

MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)
WEEKS_MAXIMUM = 4


class Every(StrEnum):
    """How often."""

    WEEKLY = "weekly"
    MONTHLY_DAY = "monthly_day"
    MONTHLY_WEEKDAY = "monthly_weekday"


class OnDayOff(StrEnum):
    """What a planned update does on a day off: comes on the working day before, on the one after, or all the same."""

    BEFORE = "before"
    AFTER = "after"
    SEND = "send"


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """The rhythm of an engagement, in local wall time and its zone.

    WEEKLY: on each of `weekdays` (0 is Monday), every week or every two, three or four `weeks`, counted from the
    anchor's week.
    MONTHLY_DAY: on `day`, in a shorter month on its last day. MONTHLY_WEEKDAY: on the `nth` (1 to 4, -1 the last)
    of the one weekday.
    """

    every: Every
    weeks: int = 1
    weekdays: tuple[int, ...] = ()
    day: int | None = None
    nth: int | None = None
    anchor: date
    zone: str
    send_at: time
    promised_by: time
    day_off: OnDayOff = OnDayOff.BEFORE

    def __post_init__(self) -> None:
        if any(weekday not in range(7) for weekday in self.weekdays) or len(set(self.weekdays)) < len(self.weekdays):
            raise ValueError("Weekdays are numbered from 0 for Monday to 6 for Sunday, each named once.")
        if self.every is Every.WEEKLY and not self.weekdays:
            raise ValueError("A rhythm of weeks needs at least one weekday.")
        if self.weeks not in range(1, WEEKS_MAXIMUM + 1):
            raise ValueError(f"A rhythm comes every 1 to {WEEKS_MAXIMUM} weeks.")
        if self.every is Every.MONTHLY_DAY and self.day not in range(1, 32):
            raise ValueError("A monthly rhythm needs a day from 1 to 31.")
        if self.every is Every.MONTHLY_WEEKDAY and (len(self.weekdays) != 1 or self.nth not in (1, 2, 3, 4, -1)):
            raise ValueError("A monthly weekday needs one weekday and which of the month: 1 to 4, or -1 for the last.")
        if not is_zone(self.zone):
            raise ValueError(f"There is no time zone called {self.zone!r}.")
        if self.send_at.tzinfo or self.promised_by.tzinfo:
            raise ValueError("The times of a rhythm are wall times without a zone of their own.")
        if self.promised_by <= self.send_at:
            raise ValueError("The promised time must be later than the time of sending.")


@dataclass(frozen=True)
class SlotTimes:
    """One promised local date, with its two moments in UTC, and the date of the rule that it stands for; None outside
    the rhythm."""

    on: date
    send_at: datetime
    promised_by: datetime
    rule_on: date | None


@dataclass(frozen=True, kw_only=True)
class Reader:
    """When one participation may be written to.

    Quiet hours run from `quiet_from` up to, not including, `quiet_until` in the reader's zone and may pass midnight;
    both None is no quiet hours. `paused_until` is the first day on which mail may come again.
    """

    zone: str
    quiet_from: time | None = None
    quiet_until: time | None = None
    paused_until: date | None = None
    working_days: WorkingDays | None = None

    def __post_init__(self) -> None:
        if not is_zone(self.zone):
            raise ValueError(f"There is no time zone called {self.zone!r}.")
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("Quiet hours need both a start and an end.")
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise ValueError("Quiet hours cannot start and end at the same time.")


def next_day(cadence: Cadence, *, after: date, calendar: WorkingDays | None = None) -> date:
    """The first local date after `after` on which the cadence has a slot.

    A date of the rule that is a day off in `calendar` is moved as the cadence says; two that meet on one working day
    are one slot. The answer depends on the rule, the calendar and `after` only.
    """
    if calendar is None or cadence.day_off is OnDayOff.SEND:
        return _rule_day(cadence, since=after + ONE_DAY)
    if cadence.day_off is OnDayOff.BEFORE:
        # Rule dates before the next working day were moved to `after` or earlier.
        next_working = calendar.on_or_after(after + ONE_DAY)
        return calendar.on_or_before(_rule_day(cadence, since=next_working))
    # Rule dates since the last working day, even those up to `after`, are moved beyond `after`.
    last_working = calendar.on_or_before(after)
    return calendar.on_or_after(_rule_day(cadence, since=last_working + ONE_DAY))


def days(cadence: Cadence, *, after: date, count: int, calendar: WorkingDays | None = None) -> list[date]:
    """The next `count` slot dates after `after`, in order."""
    found: list[date] = []
    for _ in range(count):
        after = next_day(cadence, after=after, calendar=calendar)
        found.append(after)
    return found


def rule_date(cadence: Cadence, on: date, *, calendar: WorkingDays) -> date:
    """The date of the rule that the slot of `on` stands for: `on` itself, or the day off it was moved away from."""
    if _rule_day(cadence, since=on) == on:
        return on
    if cadence.day_off is OnDayOff.BEFORE:
        meant = _rule_day(cadence, since=on + ONE_DAY)
        if calendar.on_or_before(meant) == on:
            return meant
    meant = _rule_day(cadence, since=calendar.on_or_before(on - ONE_DAY) + ONE_DAY)
    return min(meant, on)


def following(cadence: Cadence, *, after: date, rule_after: date | None = None, calendar: WorkingDays) -> SlotTimes:
    """The slot that comes next after the one of `after`. `rule_after` is the date of the rule which that one stood for:
    whatever a changed calendar did to its day, no date of the rule is left out and none has two slots."""
    if rule_after is None:
        day = next_day(cadence, after=after, calendar=calendar)
        return slot_times(cadence, day, rule_on=rule_date(cadence, day, calendar=calendar), calendar=calendar)
    while True:
        rule_after = _rule_day(cadence, since=rule_after + ONE_DAY)
        day = _moved(cadence, rule_after, calendar)
        if day > after:
            return slot_times(cadence, day, rule_on=rule_after, calendar=calendar)


def first_ahead(cadence: Cadence, *, had: date | None, now: datetime, calendar: WorkingDays) -> SlotTimes:
    """Where a planned slot belongs in a new rhythm: the first one after `had`, the last day that had its slot, whose
    promised time is still ahead."""
    rule_on = calendar.on_or_before(now.astimezone(ZoneInfo(cadence.zone)).date()) - ONE_DAY
    while True:
        rule_on = _rule_day(cadence, since=rule_on + ONE_DAY)
        days = [_moved(cadence, rule_on, calendar), calendar.on_or_after(rule_on)]
        found = _first_of(cadence, rule_on, days, had, now, calendar)
        if found is not None:
            return found


def put_again(
    cadence: Cadence, *, rule_on: date, planned: date, had: date | None, now: datetime, calendar: WorkingDays
) -> SlotTimes:
    """Where the slot of a date of the rule, `planned` for a day, belongs after the calendar changed.

    Where the rule puts it; else where it was, if that is worked; else on the first working day whose promised time is
    still ahead. So a day off that was told too late for the working day before moves the slot to the one after: nobody
    who was promised news waits for the next date of the rule.
    """
    days = [_moved(cadence, rule_on, calendar)]
    if calendar.is_working(planned):
        days.append(planned)
    found = _first_of(cadence, rule_on, days, had, now, calendar)
    day = rule_on if had is None else max(rule_on, had + ONE_DAY)
    while found is None:
        day = calendar.on_or_after(day)
        found = _first_of(cadence, rule_on, [day], had, now, calendar)
        day = max(day + ONE_DAY, now.astimezone(ZoneInfo(cadence.zone)).date())
    return found


def slot_times(
    cadence: Cadence, on: date, *, rule_on: date | None = None, calendar: WorkingDays | None = None
) -> SlotTimes:
    """When the slot of a local date goes out, and by when it is promised; `rule_on` is the date of the rule that it
    stands for, where that is another one. A season of the calendar may have hours of its own for both.

    Both are the first existing minute of their wall time. Where clocks skip the last hour of a day, the slot goes out
    in the minute before, so that it never falls on the next date. Where clocks skip both times, the promise keeps its
    distance from the sending.
    """
    sending, promised = _hours_on(cadence, on, calendar)
    send_at = instant(on, sending, cadence.zone)
    if send_at.astimezone(ZoneInfo(cadence.zone)).date() != on:
        send_at -= timedelta(minutes=1)
    promised_by = instant(on, promised, cadence.zone)
    if promised_by <= send_at:
        promised_by = send_at + (datetime.combine(on, promised) - datetime.combine(on, sending))
    return SlotTimes(on, send_at, promised_by, rule_on or on)


def _hours_on(cadence: Cadence, on: date, calendar: WorkingDays | None) -> tuple[time, time]:
    season = calendar.season_on(on) if calendar is not None else None
    if season is None or season.send_at is None or season.promised_by is None:
        return cadence.send_at, cadence.promised_by
    return season.send_at, season.promised_by


def deliver_at(at: datetime, reader: Reader) -> datetime:
    """The first moment, in UTC, at or after `at` when the reader may be written to.

    That is a moment outside quiet hours by the reader's own clock, on a working day if the reader has a calendar, and
    not before a pause is over. It is `at` itself where that is allowed.
    """
    at = at.astimezone(UTC)
    # A day off, then quiet hours, then perhaps a clock change on that very morning: three or four steps at most.
    for _ in range(10):
        later = _not_before(at, reader)
        if later is None:
            return at
        at = later
    raise ValueError("The reader's quiet hours leave no time in which to write.")


def next_news_at(cadence: Cadence, *, after: date, reader: Reader, calendar: WorkingDays | None = None) -> datetime:
    """The moment, in UTC, to print for a reader as the time of the next news after the slot of `after`.

    It is when the next slot is promised, or the first moment after that at which this reader may be written to.
    """
    on = next_day(cadence, after=after, calendar=calendar)
    return deliver_at(slot_times(cadence, on, calendar=calendar).promised_by, reader)


def _first_of(
    cadence: Cadence, rule_on: date, days: Sequence[date], had: date | None, now: datetime, calendar: WorkingDays
) -> SlotTimes | None:
    """The first of these days that is after `had` and whose promised time is ahead."""
    for day in days:
        times = slot_times(cadence, day, rule_on=rule_on, calendar=calendar)
        if (had is None or day > had) and times.promised_by > now:
            return times
    return None


def _moved(cadence: Cadence, rule_on: date, calendar: WorkingDays) -> date:
    """Where the rhythm puts a date of its rule: on it, or on the working day before or after a day off."""
    if cadence.day_off is OnDayOff.SEND:
        return rule_on
    return calendar.on_or_before(rule_on) if cadence.day_off is OnDayOff.BEFORE else calendar.on_or_after(rule_on)


def _rule_day(cadence: Cadence, *, since: date) -> date:
    if cadence.every is Every.WEEKLY:
        ahead = (since + timedelta(days=step) for step in range(7 * (cadence.weeks + 1)))
        return next(day for day in ahead if _in_weeks(cadence, day))
    this_month = _in_month(cadence, since.year, since.month)
    if this_month >= since:
        return this_month
    return _in_month(cadence, since.year + since.month // 12, since.month % 12 + 1)


def _in_weeks(cadence: Cadence, day: date) -> bool:
    return (
        day.weekday() in cadence.weekdays and (_monday(day) - _monday(cadence.anchor)).days % (7 * cadence.weeks) == 0
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _in_month(cadence: Cadence, year: int, month: int) -> date:
    length = months.monthrange(year, month)[1]
    if cadence.every is Every.MONTHLY_DAY:
        return date(year, month, min(cadence.day or length, length))
    weekday, nth = cadence.weekdays[0], cadence.nth or 1
    if nth == -1:
        last = date(year, month, length)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _not_before(at: datetime, reader: Reader) -> datetime | None:
    """None if the reader may be written to at this moment, else a later moment to try."""
    local = at.astimezone(ZoneInfo(reader.zone))
    today = local.date()
    first_day = max(today, reader.paused_until or today)
    if reader.working_days is not None:
        first_day = reader.working_days.on_or_after(first_day)
    if first_day > today:
        return _coming(at, first_day, MIDNIGHT, reader.zone)

    if reader.quiet_from is None or reader.quiet_until is None:
        return None
    wall = local.time()
    if reader.quiet_from < reader.quiet_until:
        is_quiet, ends_on = reader.quiet_from <= wall < reader.quiet_until, today
    else:
        is_quiet = wall >= reader.quiet_from or wall < reader.quiet_until
        ends_on = today if wall < reader.quiet_until else today + ONE_DAY
    return _coming(at, ends_on, reader.quiet_until, reader.zone) if is_quiet else None


def _coming(at: datetime, on: date, wall: time, zone: str) -> datetime:
    """When clocks show this wall time after `at`: the second time, if they went back in between."""
    first = instant(on, wall, zone)
    if first > at:
        return first
    return datetime.combine(on, wall, tzinfo=ZoneInfo(zone)).replace(fold=1).astimezone(UTC)
