from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import strategies
from tests.support.examples import many
from webapp import timezones
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.rhythm import schedule
from webapp.services.rhythm.schedule import Cadence, Every, OnDayOff

TUESDAYS = Cadence(
    every=Every.WEEKLY,
    weekdays=(1,),
    anchor=date(2027, 4, 6),
    zone="Africa/Casablanca",
    send_at=time(16),
    promised_by=time(18),
)
MONDAY_TO_FRIDAY = WorkingDays(weekdays=frozenset(range(5)))

properties = settings(max_examples=many(150), deadline=None)


@pytest.fixture(autouse=True, scope="module")
def pinned_rules() -> None:
    timezones.force_pinned_tzdata()


def at_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"weekdays": ()}, "at least one weekday"),
        ({"weekdays": (7,)}, "0 for Monday"),
        ({"weekdays": (1, 1)}, "each named once"),
        ({"weeks": 0}, "every 1 to 4 weeks"),
        ({"weeks": 5}, "every 1 to 4 weeks"),
        ({"every": Every.MONTHLY_DAY}, "day from 1 to 31"),
        ({"every": Every.MONTHLY_DAY, "day": 32}, "day from 1 to 31"),
        ({"every": Every.MONTHLY_WEEKDAY, "nth": 5}, "which of the month"),
        ({"every": Every.MONTHLY_WEEKDAY, "nth": 1, "weekdays": (1, 2)}, "which of the month"),
        ({"zone": "Africa/Anfa"}, "no time zone called 'Africa/Anfa'"),
        ({"promised_by": time(16)}, "later than the time of sending"),
        ({"send_at": time(16, tzinfo=UTC)}, "without a zone of their own"),
    ],
)
def test_a_rhythm_that_makes_no_sense_is_refused_in_a_sentence(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(TUESDAYS, **change)  # type: ignore[arg-type]


def test_a_weekly_slot_comes_on_the_next_of_its_weekdays() -> None:
    twice_a_week = replace(TUESDAYS, weekdays=(1, 3))

    found = schedule.days(twice_a_week, after=date(2027, 4, 13), count=3)

    assert found == [date(2027, 4, 15), date(2027, 4, 20), date(2027, 4, 22)]


def test_a_fortnight_counts_from_the_week_of_its_anchor_even_backward() -> None:
    fortnightly = replace(TUESDAYS, weeks=2, weekdays=(0, 4), anchor=date(2027, 4, 7))

    assert schedule.days(fortnightly, after=date(2027, 4, 9), count=2) == [date(2027, 4, 19), date(2027, 4, 23)]
    assert schedule.next_day(fortnightly, after=date(2027, 3, 20)) == date(2027, 3, 22)


def test_every_third_week_counts_from_the_week_of_its_anchor() -> None:
    third = replace(TUESDAYS, weeks=3)

    assert schedule.days(third, after=date(2027, 4, 6), count=2) == [date(2027, 4, 27), date(2027, 5, 18)]


@given(cadence=strategies.cadences(day_off=OnDayOff.SEND), after=strategies.dates)
@properties
def test_dates_are_those_of_the_standard_for_calendars(cadence: Cadence, after: date) -> None:
    """RFC 5545 3.3.10, as dateutil reads it."""
    found = schedule.days(cadence, after=after, count=6)

    assert found == [at.date() for at in islice(_standard(cadence).xafter(_midnight(after)), 6)]


def _standard(cadence: Cadence) -> rrule.rrule:
    """The same rhythm as a rule of the standard, which begins early enough for every date of these tests."""
    if cadence.every is Every.WEEKLY:
        monday = cadence.anchor - timedelta(days=cadence.anchor.weekday())
        begin = monday - timedelta(weeks=cadence.weeks * 400)
        return rrule.rrule(
            rrule.WEEKLY, dtstart=_midnight(begin), interval=cadence.weeks, byweekday=cadence.weekdays, wkst=rrule.MO
        )
    if cadence.every is Every.MONTHLY_DAY:
        day = cadence.day or 0
        last_of = {"bymonthday": range(28, day + 1), "bysetpos": -1} if day > 28 else {"bymonthday": day}
        return rrule.rrule(rrule.MONTHLY, dtstart=datetime(2020, 1, 1), **last_of)  # noqa: DTZ001 - a date of no zone
    weekday = rrule.weekday(cadence.weekdays[0], cadence.nth)
    return rrule.rrule(rrule.MONTHLY, dtstart=datetime(2020, 1, 1), byweekday=weekday)  # noqa: DTZ001


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(0))


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    monthly = replace(TUESDAYS, every=Every.MONTHLY_DAY, day=31)

    found = schedule.days(monthly, after=date(2027, 12, 31), count=4)

    assert found == [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]


@pytest.mark.parametrize(
    ("nth", "expected"),
    [(1, [date(2027, 6, 1), date(2027, 7, 6)]), (4, [date(2027, 5, 25), date(2027, 6, 22)])],
)
def test_an_nth_weekday_is_counted_in_its_month(nth: int, expected: list[date]) -> None:
    monthly = replace(TUESDAYS, every=Every.MONTHLY_WEEKDAY, nth=nth)

    assert schedule.days(monthly, after=date(2027, 5, 24), count=2) == expected


def test_the_last_weekday_may_be_the_fourth_or_the_fifth() -> None:
    last_tuesdays = replace(TUESDAYS, every=Every.MONTHLY_WEEKDAY, nth=-1)

    found = schedule.days(last_tuesdays, after=date(2027, 4, 27), count=3)

    assert found == [date(2027, 5, 25), date(2027, 6, 29), date(2027, 7, 27)]


@pytest.mark.parametrize(
    ("day_off", "expected"),
    [
        (OnDayOff.BEFORE, date(2027, 4, 16)),
        (OnDayOff.AFTER, date(2027, 4, 21)),
        (OnDayOff.SEND, date(2027, 4, 20)),
    ],
)
def test_a_slot_on_a_day_off_moves_as_the_rhythm_says(day_off: OnDayOff, expected: date) -> None:
    closed = frozenset({date(2027, 4, 19), date(2027, 4, 20)})
    calendar = replace(MONDAY_TO_FRIDAY, days_off=closed)

    found = schedule.next_day(replace(TUESDAYS, day_off=day_off), after=date(2027, 4, 13), calendar=calendar)

    assert found == expected


def test_slots_that_meet_on_one_working_day_are_one() -> None:
    daily = replace(TUESDAYS, weekdays=(0, 1, 2, 3, 4, 5, 6), day_off=OnDayOff.BEFORE)

    found = schedule.days(daily, after=date(2027, 4, 15), count=3, calendar=MONDAY_TO_FRIDAY)

    assert found == [date(2027, 4, 16), date(2027, 4, 19), date(2027, 4, 20)]


def test_a_slot_before_a_long_closure_does_not_come_back_after_it() -> None:
    august = frozenset(date(2027, 8, 1) + timedelta(days=n) for n in range(31))
    calendar = replace(MONDAY_TO_FRIDAY, days_off=august)

    found = schedule.days(TUESDAYS, after=date(2027, 7, 27), count=2, calendar=calendar)

    assert found == [date(2027, 7, 30), date(2027, 9, 7)]


def test_a_slot_after_a_long_closure_comes_on_its_first_working_day() -> None:
    august = frozenset(date(2027, 8, 1) + timedelta(days=n) for n in range(31))
    calendar = replace(MONDAY_TO_FRIDAY, days_off=august)

    found = schedule.days(
        replace(TUESDAYS, day_off=OnDayOff.AFTER), after=date(2027, 8, 15), count=2, calendar=calendar
    )

    assert found == [date(2027, 9, 1), date(2027, 9, 7)]


def test_tuesday_at_four_stays_at_four_when_morocco_leaves_summer_time() -> None:
    before, after = (schedule.slot_times(TUESDAYS, on) for on in (date(2026, 9, 15), date(2026, 9, 22)))

    assert (before.send_at, before.promised_by) == (at_utc("2026-09-15T15:00"), at_utc("2026-09-15T17:00"))
    assert (after.send_at, after.promised_by) == (at_utc("2026-09-22T16:00"), at_utc("2026-09-22T18:00"))


def test_a_gap_at_midnight_moves_to_the_first_existing_minute() -> None:
    at_midnight = replace(TUESDAYS, zone="Africa/Cairo", send_at=time(0), promised_by=time(2))

    slot = schedule.slot_times(at_midnight, date(2027, 4, 30))

    assert slot.send_at.astimezone(ZoneInfo("Africa/Cairo")).time() == time(1)


def test_a_promise_in_the_same_gap_keeps_its_distance() -> None:
    at_night = replace(TUESDAYS, zone="Europe/London", send_at=time(1), promised_by=time(1, 30))

    slot = schedule.slot_times(at_night, date(2027, 3, 28))

    assert slot.send_at == at_utc("2027-03-28T01:00")
    assert slot.promised_by == at_utc("2027-03-28T01:30")


def test_a_slot_in_a_skipped_last_hour_goes_out_before_it_on_the_same_date() -> None:
    late = replace(TUESDAYS, zone="America/Nuuk", send_at=time(23, 30), promised_by=time(23, 45))

    slot = schedule.slot_times(late, date(2027, 3, 27))

    shown = slot.send_at.astimezone(ZoneInfo("America/Nuuk"))
    assert (shown.date(), shown.time()) == (date(2027, 3, 27), time(22, 59))


@properties
@given(
    cadence=strategies.cadences(),
    after=strategies.dates,
    calendar=st.none() | strategies.calendars,
    read_on=st.integers(0, 200),
)
def test_the_next_slot_is_the_same_whenever_one_asks(
    cadence: Cadence, after: date, calendar: WorkingDays | None, read_on: int
) -> None:
    found = schedule.days(cadence, after=after, count=8, calendar=calendar)
    asked_on = min(after + timedelta(days=read_on), found[-1] - timedelta(days=1))

    assert [after, *found] == sorted({after, *found})
    assert schedule.next_day(cadence, after=asked_on, calendar=calendar) == next(on for on in found if on > asked_on)


@properties
@given(cadence=strategies.cadences(), after=strategies.dates, calendar=strategies.calendars)
def test_slots_are_exactly_the_moved_dates_of_the_rule(cadence: Cadence, after: date, calendar: WorkingDays) -> None:
    moves = {
        OnDayOff.SEND: lambda day: day,
        OnDayOff.BEFORE: calendar.on_or_before,
        OnDayOff.AFTER: calendar.on_or_after,
    }
    far = timedelta(days=150)
    rule = [on for on in schedule.days(cadence, after=after - far, count=450) if on <= after + 2 * far]

    found = schedule.days(cadence, after=after, count=3, calendar=calendar)

    assert found == [on for on in sorted({moves[cadence.day_off](on) for on in rule}) if on > after][:3]


@properties
@given(cadence=strategies.cadences(), on=strategies.dates)
def test_a_slot_goes_out_on_its_own_local_date_at_its_wall_time(cadence: Cadence, on: date) -> None:
    slot = schedule.slot_times(cadence, on)

    shown = slot.send_at.astimezone(ZoneInfo(cadence.zone))
    assert shown.date() == on
    assert slot.promised_by > slot.send_at
    if on not in strategies.CLOCK_CHANGES:
        assert shown.time() == cadence.send_at
        assert slot.promised_by.astimezone(ZoneInfo(cadence.zone)).time() == cadence.promised_by


@properties
@given(cadence=strategies.cadences(), after=strategies.near_traps, calendar=st.none() | strategies.calendars)
def test_there_is_one_slot_for_each_local_date(cadence: Cadence, after: date, calendar: WorkingDays | None) -> None:
    found = schedule.days(cadence, after=after, count=8, calendar=calendar)

    sent_at = [schedule.slot_times(cadence, on).send_at for on in found]

    assert [at.astimezone(ZoneInfo(cadence.zone)).date() for at in sent_at] == found
    assert sent_at == sorted(set(sent_at))
