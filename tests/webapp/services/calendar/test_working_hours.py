"""Working hours as people write them and as they are stored."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import strategies
from webapp.services.calendar import working_hours
from webapp.services.calendar.working_days import USUAL_HOURS, Hours

SPLIT = ((time(9), time(12)), (time(15), time(18)))


@pytest.mark.parametrize(
    "typed",
    ["9:00-12:00, 15:00-18:00", "9-12,15-18", "09.00 – 12.00; 15h-18h", "٩:٠٠-١٢:٠٠، ١٥:٠٠-١٨:٠٠", "۹-۱۲، ۱۵-۱۸"],
)
def test_hours_are_read_however_they_are_written(typed: str) -> None:
    assert working_hours.parse(typed) == SPLIT


def test_twenty_four_is_midnight_at_the_days_end() -> None:
    assert working_hours.parse("20-24") == ((time(20), time(0)),)
    assert working_hours.in_words(((time(20), time(0)),)) == "20:00-24:00"


@pytest.mark.parametrize("typed", ["", "nine", "9", "9-", "25-26", "9:70-10", "9-12 15-18", "9-12,", "²-5"])
def test_what_are_no_hours_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(working_hours.BadHours) as fault:
        working_hours.parse(typed)

    assert fault.value.key == "calendar.fault.hours"


@pytest.mark.parametrize("typed", ["12-9", "9-9", "9-12, 11-14", "15-18, 9-12", "9-24, 1-2"])
def test_hours_that_overlap_or_run_backwards_are_refused(typed: str) -> None:
    with pytest.raises(working_hours.BadHours) as fault:
        working_hours.parse(typed)

    assert fault.value.key == "calendar.fault.hours_order"


@given(strategies.hours)
def test_hours_come_back_from_words_and_from_store(hours: Hours) -> None:
    assert working_hours.parse(working_hours.in_words(hours)) == hours
    assert working_hours.by_weekday({"4": working_hours.dump(hours)}) == {4: hours}
    assert working_hours.usual({"usual": working_hours.dump(hours)}) == hours


@given(st.text(alphabet="0123456789:-,. h٣", max_size=20))
def test_nothing_that_is_typed_breaks_the_reading(typed: str) -> None:
    try:
        hours = working_hours.parse(typed)
    except working_hours.BadHours:
        return

    assert hours


def test_without_hours_of_ones_own_the_usual_ones_count() -> None:
    assert working_hours.usual({}) == USUAL_HOURS
    assert working_hours.by_weekday({}) == {}
