"""Where the properties of dates and times look: zones that break naive code, and the days around clock changes."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from webapp.services.calendar.working_days import Season, WorkingDays
from webapp.services.rhythm.schedule import Cadence, Every, OnDayOff, Reader

ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Nuuk",
    "America/Santiago",
    "Asia/Baku",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Chatham",
)

CLOCK_CHANGES = (
    date(2026, 9, 20),  # Casablanca leaves +01
    date(2026, 9, 27),  # Chatham forward
    date(2026, 10, 4),  # Lord Howe forward
    date(2026, 10, 25),  # London back
    date(2026, 10, 29),  # Cairo back, at midnight
    date(2027, 3, 27),  # Nuuk forward, over the last hour of the day
    date(2027, 3, 28),  # London forward
    date(2027, 4, 3),  # Santiago back, at midnight
    date(2027, 4, 4),  # Lord Howe and Chatham back
    date(2027, 4, 30),  # Cairo forward, from midnight
    date(2027, 9, 5),  # Santiago forward, from midnight
)
MONTH_ENDS = (date(2027, 1, 31), date(2027, 2, 28), date(2028, 2, 29), date(2028, 3, 31), date(2027, 12, 31))

zones = st.sampled_from(ZONES)
near_traps = st.builds(
    lambda day, shift: day + timedelta(days=shift), st.sampled_from(CLOCK_CHANGES + MONTH_ENDS), st.integers(-2, 2)
)
dates = near_traps | st.dates(date(2026, 1, 1), date(2032, 12, 31))
wall_times = st.sampled_from([time(0), time(0, 30), time(1, 30), time(2, 15), time(3), time(23, 30)]) | st.builds(
    time, st.integers(0, 23), st.integers(0, 59)
)
moments = st.builds(
    lambda day, seconds: datetime.combine(day, time(0), tzinfo=UTC) + timedelta(seconds=seconds),
    dates,
    st.integers(-86_400, 86_400),
)


@st.composite
def cadences(draw: st.DrawFn, *, day_off: OnDayOff | None = None) -> Cadence:
    send_at, promised_by = sorted(draw(st.lists(wall_times, min_size=2, max_size=2, unique=True)))
    every = draw(st.sampled_from(Every))
    most = 1 if every is Every.MONTHLY_WEEKDAY else 7
    return Cadence(
        every=every,
        weeks=draw(st.integers(1, 4)) if every is Every.WEEKLY else 1,
        weekdays=tuple(draw(st.lists(st.integers(0, 6), min_size=1, max_size=most, unique=True))),
        day=draw(st.integers(1, 31)),
        nth=draw(st.sampled_from([1, 2, 3, 4, -1])),
        anchor=draw(dates),
        zone=draw(zones),
        send_at=send_at,
        promised_by=promised_by,
        day_off=day_off or draw(st.sampled_from(OnDayOff)),
    )


hours = st.sampled_from(
    [
        ((time(9), time(18)),),
        ((time(9), time(12)), (time(15), time(18))),
        ((time(0), time(0)),),
        ((time(1, 30), time(2, 30)), (time(22), time(0))),
    ]
)
seasons = st.builds(
    lambda start, length, usual: Season(starts_on=start, ends_on=start + timedelta(days=length), usual_hours=usual),
    dates,
    st.integers(0, 40),
    hours,
)
calendars = st.builds(
    WorkingDays,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    days_off=st.frozensets(dates, max_size=25),
    extra_days=st.frozensets(dates, max_size=5),
    usual_hours=hours,
    hours=st.dictionaries(st.integers(0, 6), hours, max_size=2),
    seasons=st.lists(seasons, max_size=2).map(tuple),
)


@st.composite
def readers(draw: st.DrawFn) -> Reader:
    quiet = draw(st.none() | st.lists(wall_times, min_size=2, max_size=2, unique=True))
    return Reader(
        zone=draw(zones),
        quiet_from=quiet[0] if quiet else None,
        quiet_until=quiet[1] if quiet else None,
        paused_until=draw(st.none() | dates),
        working_days=draw(st.none() | calendars),
    )
