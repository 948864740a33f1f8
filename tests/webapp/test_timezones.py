import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from tests.support import strategies
from tests.support.examples import many
from webapp import timezones


@pytest.fixture(autouse=True)
def pinned_rules() -> Iterator[None]:
    timezones.force_pinned_tzdata()
    yield
    timezones.force_pinned_tzdata()


@pytest.fixture
def old_system_rules(tmp_path: Path) -> None:
    """A system whose Casablanca is an hour ahead, looked up once before the application starts."""
    (tmp_path / "Africa").mkdir()
    with resources.as_file(resources.files("tzdata") / "zoneinfo" / "Etc" / "GMT-1") as one_hour_ahead:
        shutil.copy(one_hour_ahead, tmp_path / "Africa" / "Casablanca")
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    ZoneInfo.clear_cache()
    ZoneInfo("Africa/Casablanca")


def test_the_pinned_rules_know_that_morocco_left_summer_time() -> None:
    assert timezones.check() is None


@pytest.mark.usefixtures("old_system_rules")
def test_old_system_rules_are_named_in_a_sentence() -> None:
    fault = timezones.check()

    assert fault is not None
    assert "Casablanca an hour wrong" in fault


@pytest.mark.usefixtures("old_system_rules")
def test_the_pinned_rules_win_even_over_zones_already_looked_up() -> None:
    timezones.force_pinned_tzdata()

    assert timezones.check() is None


def test_a_list_of_zones_offers_today_s_names_once_and_sorted() -> None:
    names = timezones.zone_names()

    assert names == sorted(set(names))
    assert {"Africa/Casablanca", "Asia/Baku", "Asia/Kolkata", "Europe/London", "UTC"} <= set(names)
    assert not {"Asia/Calcutta", "US/Pacific", "Factory", "Etc/GMT+1"} & set(names)


@pytest.mark.parametrize("name", ["Asia/Baku", "Asia/Calcutta", "UTC"])
def test_a_name_with_rules_is_a_zone(name: str) -> None:
    assert timezones.is_zone(name)


@pytest.mark.parametrize(
    "name", ["", "Africa", "Casablanca", "asia/baku", "../../etc/passwd", "Asia/Baku\0", "Factory"]
)
def test_anything_else_is_no_zone(name: str) -> None:
    assert not timezones.is_zone(name)


def at_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "on", "at", "moment"),
    [
        ("Africa/Casablanca", date(2026, 9, 15), time(16), "2026-09-15T15:00"),
        ("Africa/Casablanca", date(2026, 9, 22), time(16), "2026-09-22T16:00"),
        ("Asia/Baku", date(2026, 11, 17), time(16), "2026-11-17T12:00"),
        ("Asia/Kathmandu", date(2026, 11, 17), time(16), "2026-11-17T10:15"),
    ],
)
def test_a_wall_time_is_read_by_the_rules_of_its_day(zone: str, on: date, at: time, moment: str) -> None:
    assert timezones.instant(on, at, zone) == at_utc(moment)


@pytest.mark.parametrize(
    ("zone", "on", "at", "first_minute"),
    [
        ("Europe/London", date(2027, 3, 28), time(1, 30), "2027-03-28T02:00+01:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-04T02:30+11:00"),
        ("Africa/Cairo", date(2027, 4, 30), time(0), "2027-04-30T01:00+03:00"),
        ("America/Santiago", date(2027, 9, 5), time(0, 30), "2027-09-05T01:00-03:00"),
        ("Pacific/Chatham", date(2026, 9, 27), time(3), "2026-09-27T03:45+13:45"),
    ],
)
def test_a_skipped_wall_time_moves_to_the_first_existing_minute(
    zone: str, on: date, at: time, first_minute: str
) -> None:
    moment = timezones.instant(on, at, zone)

    assert moment.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes") == first_minute


@pytest.mark.parametrize(
    ("zone", "on", "at", "first"),
    [
        ("Europe/London", date(2026, 10, 25), time(1, 30), "2026-10-25T00:30"),
        ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45), "2027-04-03T14:45"),
        ("America/Santiago", date(2027, 4, 3), time(23, 30), "2027-04-04T02:30"),
    ],
)
def test_a_wall_time_that_comes_twice_is_the_first(zone: str, on: date, at: time, first: str) -> None:
    assert timezones.instant(on, at, zone) == at_utc(first)


@settings(max_examples=many(150), deadline=None)
@given(on=strategies.dates, at=strategies.wall_times, zone=strategies.zones)
def test_wall_time_is_kept_but_for_skipped_hours(on: date, at: time, zone: str) -> None:
    moment = timezones.instant(on, at, zone)

    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wanted = datetime.combine(on, at)
    a_second_before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert shown == wanted or a_second_before < wanted < shown


@settings(max_examples=many(150), deadline=None)
@given(on=strategies.dates, at=strategies.wall_times, later=strategies.wall_times, zone=strategies.zones)
def test_a_later_wall_time_is_never_an_earlier_moment(on: date, at: time, later: time, zone: str) -> None:
    at, later = sorted([at, later])

    assert timezones.instant(on, at, zone) <= timezones.instant(on, later, zone)
