"""Days off out of a calendar file, as other programs export it."""

import tracemalloc
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import many
from webapp.services.calendar import calendar_files
from webapp.services.core.errors import Refused

TODAY = date(2026, 4, 6)


def file(*events: str) -> bytes:
    """A calendar with these events; each is a list of lines, parted by |."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}@x.example", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def days(*events: str) -> list[str]:
    return [day.on.isoformat() for day in calendar_files.read(file(*events), today=TODAY).days]


def test_a_day_without_an_end_is_one_day() -> None:
    assert days("DTSTART;VALUE=DATE:20260501") == ["2026-05-01"]


def test_the_end_is_not_part_of_it() -> None:
    assert days("DTSTART;VALUE=DATE:20260501|DTEND;VALUE=DATE:20260504") == ["2026-05-01", "2026-05-02", "2026-05-03"]


def test_an_end_on_the_same_day_is_that_day() -> None:
    assert days("DTSTART;VALUE=DATE:20260501|DTEND;VALUE=DATE:20260501") == ["2026-05-01"]


def test_a_length_counts_as_an_end() -> None:
    assert days("DTSTART;VALUE=DATE:20260501|DURATION:P2D") == ["2026-05-01", "2026-05-02"]


@pytest.mark.parametrize("zone", ["", ";TZID=America/New_York", "Z"])
def test_hours_count_by_the_clock_they_were_written_in_and_only_where_they_fill_a_day(zone: str) -> None:
    given, utc = ("", "Z") if zone == "Z" else (zone, "")

    found = days(
        f"DTSTART{given}:20260501T180000{utc}|DTEND{given}:20260504T120000{utc}",
        f"DTSTART{given}:20260601T000000{utc}|DTEND{given}:20260602T000000{utc}",
        f"DTSTART{given}:20260701T090000{utc}|DTEND{given}:20260701T180000{utc}",
        f"DTSTART{given}:20260801T090000{utc}",
    )

    assert found == ["2026-05-02", "2026-05-03", "2026-06-01"]


def test_a_year_comes_again_for_three_years_at_most() -> None:
    assert days("DTSTART;VALUE=DATE:20200501|RRULE:FREQ=YEARLY") == ["2026-05-01", "2027-05-01", "2028-05-01"]


@pytest.mark.parametrize(
    ("rule", "years"),
    [
        ("FREQ=YEARLY;COUNT=2", ["2026", "2027"]),
        ("FREQ=YEARLY;UNTIL=20270601", ["2026", "2027"]),
        ("FREQ=YEARLY;UNTIL=20270501T000000Z", ["2026", "2027"]),
        ("FREQ=YEARLY;INTERVAL=2", ["2026", "2028"]),
        ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1", ["2026", "2027", "2028"]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=1FR", ["2026", "2027", "2028"]),
        ("FREQ=WEEKLY;COUNT=3", ["2026", "2026", "2026"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20260701", ["2026", "2026", "2026"]),
    ],
)
def test_an_event_repeats_as_its_rule_says(rule: str, years: list[str]) -> None:
    assert [day[:4] for day in days(f"DTSTART;VALUE=DATE:20260501|RRULE:{rule}")] == years


def test_a_day_by_weekday_comes_on_its_date_of_each_year() -> None:
    thanksgiving = "DTSTART;VALUE=DATE:20201126|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"

    assert days(thanksgiving) == ["2026-11-26", "2027-11-25", "2028-11-23"]


def test_further_days_of_an_event_count_too() -> None:
    assert days("DTSTART;VALUE=DATE:20260501|RDATE;VALUE=DATE:20260612,20260713") == [
        "2026-05-01",
        "2026-06-12",
        "2026-07-13",
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=24",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=32",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
        "FREQ=YEARLY;INTERVAL=0",
    ],
)
def test_a_rule_that_might_look_for_a_day_until_the_end_of_time_is_left_out(rule: str) -> None:
    found = calendar_files.read(file(f"DTSTART;VALUE=DATE:19700101|RRULE:{rule}"), today=TODAY)

    assert (found.days, found.left_out) == ((), 1)


def test_a_leap_day_that_never_falls_into_its_rhythm_of_years_is_left_out() -> None:
    found = calendar_files.read(
        file("DTSTART;VALUE=DATE:20250301|RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29"), today=TODAY
    )

    assert (found.days, found.left_out) == ((), 1)


def test_rules_from_the_year_one_on_are_too_much() -> None:
    bomb = ["DTSTART;VALUE=DATE:00010101|RRULE:FREQ=YEARLY"] * 120

    with pytest.raises(Refused) as refusal:
        calendar_files.read(file(*bomb), today=TODAY)

    assert refusal.value.key == "calendar.fault.file_many"


def test_the_leap_day_comes_in_leap_years() -> None:
    assert days("DTSTART;VALUE=DATE:20240229|RRULE:FREQ=YEARLY") == ["2028-02-29"]


def test_a_year_that_was_taken_out_or_moved_does_not_come() -> None:
    moved = "DTSTART;VALUE=DATE:20280502|RECURRENCE-ID;VALUE=DATE:20280501"
    content = file("DTSTART;VALUE=DATE:20260501|RRULE:FREQ=YEARLY|EXDATE;VALUE=DATE:20270501", moved)

    found = calendar_files.read(content.replace(b"1@x.example", b"0@x.example"), today=TODAY)

    assert [day.on.isoformat() for day in found.days] == ["2026-05-01", "2028-05-02"]


def test_what_is_cancelled_free_past_far_or_endless_is_left_out_and_counted() -> None:
    content = file(
        "DTSTART;VALUE=DATE:20260501|STATUS:CANCELLED",
        "DTSTART;VALUE=DATE:20260502|TRANSP:TRANSPARENT",
        "DTSTART;VALUE=DATE:20250503",
        "DTSTART;VALUE=DATE:20400503",
        "DTSTART;VALUE=DATE:20260504|DTEND;VALUE=DATE:20270504",
        "DTSTART;VALUE=DATE:20260505|DTEND;VALUE=DATE:20260504",
        "SUMMARY:without a date",
        "DTSTART;VALUE=DATE:20260506|TRANSP:OPAQUE|STATUS:CONFIRMED",
    )

    found = calendar_files.read(content, today=TODAY)

    assert [day.on.isoformat() for day in found.days] == ["2026-05-06"]
    assert found.left_out == 7


def test_a_name_is_one_clean_line_of_a_bearable_length() -> None:
    found = calendar_files.read(
        file(
            "DTSTART;VALUE=DATE:20260501|SUMMARY:Fair\\n\u202eof \x07 <b>all</b>",
            "DTSTART;VALUE=DATE:20260502|SUMMARY:" + "x" * 900,
        ),
        today=TODAY,
    )

    assert found.days[0].name == "Fair of <b>all</b>"
    assert len(found.days[1].name or "") == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"BEGIN:VCALENDAR\r\n", b"\xff\xfe\x00", b"PK\x03\x04", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"],
    ids=["empty", "text", "cut off", "not text", "packed", "no calendar around it"],
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        calendar_files.read(content, today=TODAY)

    assert (refusal.value.key, refusal.value.field) == ("calendar.fault.file", "file")


def test_an_event_with_a_date_that_is_none_spoils_no_other() -> None:
    assert days("DTSTART;VALUE=DATE:2026", "DTSTART;VALUE=DATE:20260501") == ["2026-05-01"]


@pytest.mark.parametrize("freq", ["DAILY", "WEEKLY"])
def test_what_else_stands_in_an_event_is_not_copied_with_each_repetition(freq: str) -> None:
    def used(lines: int) -> int:
        further = [f"X-{number}:a" for number in range(lines)]
        event = "|".join(["DTSTART;VALUE=DATE:20260406", f"RRULE:FREQ={freq};COUNT=300", "SUMMARY:Fair", *further])
        tracemalloc.start()
        calendar_files.read(file(event), today=TODAY)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few, many = used(100), used(4000)

    assert many < few + 40_000_000


def test_dates_listed_one_by_one_are_counted_too() -> None:
    many = ",".join((TODAY + timedelta(days=number)).strftime("%Y%m%d") for number in range(25_000))

    with pytest.raises(Refused):
        calendar_files.read(file(f"DTSTART;VALUE=DATE:20260406|RDATE;VALUE=DATE:{many}|SUMMARY:Fair"), today=TODAY)


def test_a_file_beyond_all_measure_is_refused() -> None:
    large = file("DTSTART;VALUE=DATE:20260501|DESCRIPTION:" + "x" * calendar_files.SIZE_MAXIMUM)
    start = date(2026, 5, 1)
    many = [f"DTSTART;VALUE=DATE:{start + timedelta(days=n):%Y%m%d}" for n in range(calendar_files.DAYS_MAXIMUM + 1)]

    with pytest.raises(Refused) as too_large:
        calendar_files.read(large, today=TODAY)
    with pytest.raises(Refused) as too_many:
        calendar_files.read(file(*many), today=TODAY)

    assert too_large.value.key == "calendar.fault.file_size"
    assert too_many.value.key == "calendar.fault.file_many"


NAMES = ("DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RECURRENCE-ID", "SUMMARY", "STATUS", "BEGIN")
WAYS = ("", ";VALUE=DATE", ";TZID=Europe/Paris", ";TZID=Nowhere")
VALUES = (
    "20260501", "20260501T000000", "20260601T000000Z", "00010101", "99991231", "P1D", "-P9999999D", "x", "VEVENT",
    "FREQ=YEARLY", "FREQ=YEARLY;COUNT=0", "FREQ=YEARLY;INTERVAL=0", "FREQ=YEARLY;UNTIL=x", "CANCELLED",
)  # fmt: skip
LINES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(WAYS), st.sampled_from(VALUES)).map(
        lambda line: f"{line[0]}{line[1]}:{line[2]}"
    ),
    max_size=8,
)


@settings(max_examples=many(200), deadline=None)
@given(st.lists(LINES, max_size=3))
def test_no_file_breaks_the_reading(events: list[list[str]]) -> None:
    content = file(*("|".join(lines) or "SUMMARY:x" for lines in events))

    try:
        found = calendar_files.read(content, today=TODAY)
    except Refused:
        return

    assert all(abs((day.on - TODAY).days) <= 3 * 366 for day in found.days)


def test_a_calendar_whose_days_are_all_shown_as_free_is_asked_about() -> None:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{day}\r\nSUMMARY:Feast\r\nDTSTART;VALUE=DATE:202605{day}\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n"
        for day in (14, 25)
    )
    content = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n".encode()
    today = date(2026, 4, 6)

    with pytest.raises(Refused) as refused:
        calendar_files.read(content, today=today)

    assert (refused.value.key, refused.value.field) == ("calendar.fault.file_free", "takes_free")
    assert refused.value.values == {"count": 2}
    found = calendar_files.read(content, today=today, takes_free=True)
    assert [day.on for day in found.days] == [date(2026, 5, 14), date(2026, 5, 25)]
