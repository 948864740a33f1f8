from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import strategies
from tests.support.examples import many
from webapp.services.calendar.working_days import Season, WorkingDays

MONDAY_TO_FRIDAY = WorkingDays(weekdays=frozenset(range(5)))
FRIDAY = date(2027, 4, 16)
SATURDAY = date(2027, 4, 17)
MONDAY = date(2027, 4, 19)

properties = settings(max_examples=many(150), deadline=None)


def test_a_calendar_without_working_weekdays_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one working weekday"):
        WorkingDays(weekdays=frozenset())


def test_a_weekday_outside_the_week_is_refused() -> None:
    with pytest.raises(ValueError, match="0 for Monday"):
        WorkingDays(weekdays=frozenset({7}))


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(18), time(9)),),
        ((time(9), time(12)), (time(11), time(18))),
        ((time(9), time(0)), (time(10), time(18))),
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match=r"[Ww]orking (day|hours)"):
        WorkingDays(weekdays=frozenset({0}), usual_hours=hours)


def test_a_season_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end before it starts"):
        Season(starts_on=MONDAY, ends_on=FRIDAY, usual_hours=((time(9), time(15)),))


def test_one_working_day_after_friday_or_the_weekend_is_monday() -> None:
    assert MONDAY_TO_FRIDAY.add(FRIDAY, 1) == MONDAY
    assert MONDAY_TO_FRIDAY.add(SATURDAY, 1) == MONDAY


def test_one_working_day_before_monday_or_the_weekend_is_friday() -> None:
    assert MONDAY_TO_FRIDAY.add(MONDAY, -1) == FRIDAY
    assert MONDAY_TO_FRIDAY.add(SATURDAY, -1) == FRIDAY


def test_no_working_days_after_a_day_off_is_the_next_working_day() -> None:
    assert MONDAY_TO_FRIDAY.add(SATURDAY, 0) == MONDAY
    assert MONDAY_TO_FRIDAY.add(FRIDAY, 0) == FRIDAY


def test_a_holiday_is_not_counted() -> None:
    calendar = WorkingDays(weekdays=frozenset(range(5)), days_off=frozenset({MONDAY}))

    assert calendar.add(FRIDAY, 1) == date(2027, 4, 20)
    assert calendar.between(FRIDAY, date(2027, 4, 20)) == 1


def test_a_swapped_saturday_is_worked_at_the_usual_hours() -> None:
    calendar = WorkingDays(weekdays=frozenset(range(5)), days_off=frozenset({MONDAY}), extra_days=frozenset({SATURDAY}))

    assert calendar.add(FRIDAY, 1) == SATURDAY
    assert calendar.hours_on(SATURDAY) == ((time(9), time(18)),)
    assert calendar.hours_on(MONDAY) == ()


def test_an_extra_day_is_worked_though_it_is_a_holiday() -> None:
    calendar = WorkingDays(weekdays=frozenset({0}), days_off=frozenset({MONDAY}), extra_days=frozenset({MONDAY}))

    assert calendar.is_working(MONDAY)


def test_a_friday_may_have_its_own_hours_with_a_break() -> None:
    friday_hours = ((time(9), time(12)), (time(15), time(18)))
    calendar = WorkingDays(weekdays=frozenset(range(5)), hours={4: friday_hours})

    assert calendar.hours_on(FRIDAY) == friday_hours
    assert calendar.hours_on(MONDAY) == ((time(9), time(18)),)


def test_a_season_puts_its_hours_in_place_of_all_others_from_first_to_last_day() -> None:
    ramadan = Season(starts_on=date(2027, 2, 8), ends_on=date(2027, 3, 9), usual_hours=((time(9), time(15)),))
    calendar = WorkingDays(weekdays=frozenset(range(5)), hours={4: ((time(9), time(12)),)}, seasons=(ramadan,))

    assert calendar.hours_on(date(2027, 2, 5)) == ((time(9), time(12)),)
    assert calendar.hours_on(date(2027, 2, 8)) == ((time(9), time(15)),)
    assert calendar.hours_on(date(2027, 2, 12)) == ((time(9), time(15)),)
    assert calendar.hours_on(date(2027, 3, 9)) == ((time(9), time(15)),)
    assert calendar.hours_on(date(2027, 3, 10)) == ((time(9), time(18)),)


def test_of_two_seasons_on_one_day_the_first_counts() -> None:
    ramadan = Season(starts_on=FRIDAY, ends_on=MONDAY, usual_hours=((time(9), time(15)),))
    summer = Season(starts_on=FRIDAY, ends_on=MONDAY, usual_hours=((time(8), time(14)),))
    calendar = WorkingDays(weekdays=frozenset(range(5)), seasons=(ramadan, summer))

    assert calendar.hours_on(MONDAY) == ((time(9), time(15)),)


def test_four_working_hours_from_late_friday_end_on_monday_morning() -> None:
    friday_at_four = datetime(2027, 4, 16, 12, tzinfo=UTC)

    ends_at = MONDAY_TO_FRIDAY.add_hours(friday_at_four, timedelta(hours=4), "Asia/Baku")

    assert ends_at == datetime(2027, 4, 19, 7, tzinfo=UTC)


def test_working_hours_that_fill_the_day_end_with_it() -> None:
    friday_at_four = datetime(2027, 4, 16, 12, tzinfo=UTC)

    ends_at = MONDAY_TO_FRIDAY.add_hours(friday_at_four, timedelta(hours=2), "Asia/Baku")

    assert ends_at == datetime(2027, 4, 16, 14, tzinfo=UTC)


def test_a_break_does_not_count_as_working_time() -> None:
    calendar = WorkingDays(weekdays=frozenset(range(5)), hours={4: ((time(9), time(12)), (time(15), time(18)))})
    friday_at_eleven = datetime(2027, 4, 16, 11, tzinfo=UTC)

    assert calendar.add_hours(friday_at_eleven, timedelta(hours=2), "UTC") == datetime(2027, 4, 16, 16, tzinfo=UTC)


def test_a_night_shift_over_a_clock_change_counts_real_hours() -> None:
    sundays = WorkingDays(weekdays=frozenset({6}), usual_hours=((time(0), time(4)),))
    short, long = date(2027, 3, 28), date(2026, 10, 25)

    worked = [
        sundays.hours_between(
            datetime.combine(day, time(0), tzinfo=UTC) - timedelta(hours=2),
            datetime.combine(day, time(12), tzinfo=UTC),
            "Europe/London",
        )
        for day in (short, long)
    ]

    assert worked == [timedelta(hours=3), timedelta(hours=5)]


def test_working_hours_are_not_counted_backward() -> None:
    with pytest.raises(ValueError, match="only be counted forward"):
        MONDAY_TO_FRIDAY.add_hours(datetime(2027, 4, 16, tzinfo=UTC), timedelta(hours=-1), "UTC")


@properties
@given(calendar=strategies.calendars, day=strategies.dates, n=st.integers(-40, 40))
def test_counting_forth_and_back_comes_home(calendar: WorkingDays, day: date, n: int) -> None:
    worked = calendar.add(day, 0)

    there = calendar.add(worked, n)

    assert calendar.is_working(there)
    assert calendar.add(there, -n) == worked
    assert calendar.between(worked, there) == n
    assert calendar.between(there, worked) == -n


@properties
@given(calendar=strategies.calendars, a=strategies.dates, days=st.integers(-60, 60))
def test_the_count_between_two_worked_days_leads_from_one_to_the_other(
    calendar: WorkingDays, a: date, days: int
) -> None:
    a, b = calendar.on_or_after(a), calendar.on_or_before(a + timedelta(days=days))

    assert calendar.add(a, calendar.between(a, b)) == b


@properties
@given(calendar=strategies.calendars, day=strategies.dates)
def test_a_day_has_hours_exactly_if_it_is_worked(calendar: WorkingDays, day: date) -> None:
    assert bool(calendar.hours_on(day)) == calendar.is_working(day)


@properties
@given(
    calendar=strategies.calendars,
    at=strategies.moments,
    minutes=st.integers(0, 3_000),
    zone=strategies.zones,
)
def test_adding_working_hours_is_the_inverse_of_measuring_them(
    calendar: WorkingDays, at: datetime, minutes: int, zone: str
) -> None:
    hours = timedelta(minutes=minutes)

    ends_at = calendar.add_hours(at, hours, zone)

    assert calendar.hours_between(at, ends_at, zone) == hours
    assert calendar.hours_between(ends_at, at, zone) == -hours
    if hours:
        a_second_before = ends_at - timedelta(seconds=1)
        assert calendar.hours_between(at, a_second_before, zone) == hours - timedelta(seconds=1)
