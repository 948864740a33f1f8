"""When a reader may be written to: `schedule.deliver_at` and what is printed from it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import strategies
from tests.support.examples import many
from webapp import timezones
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.rhythm import schedule
from webapp.services.rhythm.schedule import Cadence, Every, Reader

TUESDAYS = Cadence(
    every=Every.WEEKLY,
    weekdays=(1,),
    anchor=date(2027, 4, 6),
    zone="Africa/Casablanca",
    send_at=time(16),
    promised_by=time(18),
)
MONDAY_TO_FRIDAY = WorkingDays(weekdays=frozenset(range(5)))
NIGHTS = Reader(zone="Asia/Baku", quiet_from=time(20), quiet_until=time(8))

properties = settings(max_examples=many(150), deadline=None)


@pytest.fixture(autouse=True, scope="module")
def pinned_rules() -> None:
    timezones.force_pinned_tzdata()


def at_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"zone": "Baku"}, "no time zone"),
        ({"quiet_until": None}, "both a start and an end"),
        ({"quiet_until": time(20)}, "at the same time"),
    ],
)
def test_a_reader_that_makes_no_sense_is_refused_in_a_sentence(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(NIGHTS, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2027-04-20T14:00", "2027-04-20T14:00"),
        ("2027-04-20T15:59", "2027-04-20T15:59"),
        ("2027-04-20T16:00", "2027-04-21T04:00"),
        ("2027-04-20T22:00", "2027-04-21T04:00"),
        ("2027-04-21T03:59", "2027-04-21T04:00"),
        ("2027-04-21T04:00", "2027-04-21T04:00"),
    ],
)
def test_a_mail_in_quiet_hours_waits_for_the_reader_s_morning(at: str, expected: str) -> None:
    assert schedule.deliver_at(at_utc(at), NIGHTS) == at_utc(expected)


def test_quiet_hours_within_a_day_wait_for_their_end() -> None:
    siesta = Reader(zone="UTC", quiet_from=time(12), quiet_until=time(15))

    assert schedule.deliver_at(at_utc("2027-04-20T13:00"), siesta) == at_utc("2027-04-20T15:00")
    assert schedule.deliver_at(at_utc("2027-04-20T23:00"), siesta) == at_utc("2027-04-20T23:00")


def test_a_night_and_a_holiday_hold_a_mail_until_the_next_working_morning() -> None:
    calendar = replace(MONDAY_TO_FRIDAY, days_off=frozenset({date(2027, 4, 19)}))
    reader = replace(NIGHTS, working_days=calendar)

    assert schedule.deliver_at(at_utc("2027-04-16T17:00"), reader) == at_utc("2027-04-20T04:00")


def test_a_reader_without_quiet_hours_is_written_to_from_the_first_minute_of_a_working_day() -> None:
    reader = Reader(zone="Asia/Baku", working_days=MONDAY_TO_FRIDAY)

    assert schedule.deliver_at(at_utc("2027-04-17T12:00"), reader) == at_utc("2027-04-18T20:00")


def test_a_pause_holds_mail_until_the_morning_of_the_day_it_names() -> None:
    reader = replace(NIGHTS, paused_until=date(2027, 5, 5))

    assert schedule.deliver_at(at_utc("2027-04-20T12:00"), reader) == at_utc("2027-05-05T04:00")
    assert schedule.deliver_at(at_utc("2027-05-06T12:00"), reader) == at_utc("2027-05-06T12:00")


def test_quiet_hours_that_come_twice_are_kept_twice() -> None:
    reader = Reader(zone="Europe/London", quiet_from=time(23), quiet_until=time(1, 30))
    second_ten_past_one = at_utc("2026-10-25T01:10")

    assert schedule.deliver_at(second_ten_past_one, reader) == at_utc("2026-10-25T01:30")


def test_quiet_hours_that_end_in_a_skipped_hour_end_with_it() -> None:
    reader = Reader(zone="Europe/London", quiet_from=time(23), quiet_until=time(1, 30))

    assert schedule.deliver_at(at_utc("2027-03-28T00:10"), reader) == at_utc("2027-03-28T01:00")


def test_next_news_is_printed_for_the_morning_of_a_reader_who_sleeps_when_it_is_promised() -> None:
    in_auckland = Reader(zone="Pacific/Auckland", quiet_from=time(20), quiet_until=time(8))

    printed = schedule.next_news_at(TUESDAYS, after=date(2027, 4, 13), reader=in_auckland)

    assert printed.astimezone(ZoneInfo("Pacific/Auckland")).isoformat() == "2027-04-21T08:00:00+12:00"


def may_write(reader: Reader, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(reader.zone))
    if reader.paused_until and local.date() < reader.paused_until:
        return False
    if reader.working_days and not reader.working_days.is_working(local.date()):
        return False
    if reader.quiet_from is None or reader.quiet_until is None:
        return True
    minutes_into_quiet, length = (
        (wall.hour * 60 + wall.minute - reader.quiet_from.hour * 60 - reader.quiet_from.minute) % 1440
        for wall in (local.time(), reader.quiet_until)
    )
    return minutes_into_quiet >= length


@properties
@given(at=strategies.moments, reader=strategies.readers())
def test_nobody_is_written_to_outside_allowed_hours(at: datetime, reader: Reader) -> None:
    told_at = schedule.deliver_at(at, reader)

    assert told_at >= at
    assert may_write(reader, told_at)
    assert schedule.deliver_at(told_at, reader) == told_at


@properties
@given(at=strategies.moments, reader=strategies.readers(), share=st.floats(0, 1, exclude_max=True))
def test_a_mail_waits_no_longer_than_it_must(at: datetime, reader: Reader, share: float) -> None:
    told_at = schedule.deliver_at(at, reader)

    while_waiting = at + (told_at - at) * share
    assert while_waiting == told_at or not may_write(reader, while_waiting)
