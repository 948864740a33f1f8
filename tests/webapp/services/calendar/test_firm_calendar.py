"""The firm's calendar: its week, public holidays, words about them, and days of one's own."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from tests.support.factories import World
from webapp.models import DaySource, Firm
from webapp.services.calendar import firm_calendar, public_holidays
from webapp.services.calendar.calendar_files import FileDay
from webapp.services.core.errors import NotFound, Refused
from webapp.services.promised import calendar_changes
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at

LABOUR_DAY = date(2026, 5, 1)
EID_MONDAY = date(2027, 5, 17)
EID_SUNDAY = date(2027, 5, 16)
TUESDAY, SATURDAY = date(2026, 4, 7), date(2026, 4, 11)
HALF_DAYS = ((time(9), time(12)), (time(15), time(18)))
CASABLANCA = ZoneInfo("Africa/Casablanca")


@pytest.fixture
def firm(world: World) -> Firm:
    return world.firm


@pytest.fixture
def moroccan(firm: Firm) -> Firm:
    firm.country = "MA"
    return firm


def is_working(firm: Firm, on: date) -> bool:
    return firm_calendar.of_firm(firm).is_working(on)


def test_a_firm_without_a_country_has_no_public_holidays(firm: Firm) -> None:
    assert is_working(firm, LABOUR_DAY)
    assert firm_calendar.noted(firm, since=date(2026, 1, 1), until=date(2026, 12, 31), tag="en") == []


def test_the_public_holidays_of_its_country_are_days_off(moroccan: Firm) -> None:
    assert not is_working(moroccan, LABOUR_DAY)
    assert is_working(moroccan, LABOUR_DAY - timedelta(days=1))


def test_a_break_on_friday_takes_no_working_time(session: Session, world: World) -> None:
    week = {day: ((time(9), time(18)),) for day in range(4)} | {4: HALF_DAYS}
    friday = datetime(2026, 4, 10, 11, 0, tzinfo=CASABLANCA)

    calendar_changes.set_week(session, week, by=world.dalia, now=world.now)

    calendar = firm_calendar.of_firm(world.firm)
    assert calendar.add_hours(friday, timedelta(hours=2), "Africa/Casablanca").astimezone(CASABLANCA).hour == 16
    assert world.firm.weekly_hours == {"usual": [["09:00", "18:00"]], "4": [["09:00", "12:00"], ["15:00", "18:00"]]}


def test_a_week_without_a_working_day_is_refused(session: Session, world: World) -> None:
    with pytest.raises(Refused):
        calendar_changes.set_week(session, {}, by=world.dalia, now=world.now)


def test_a_season_puts_its_hours_in_place_of_the_weeks(session: Session, world: World) -> None:
    ramadan: dict[str, Any] = {"starts_on": date(2027, 2, 8), "ends_on": date(2027, 3, 8)}

    calendar_changes.add_season(
        session, "Ramadan", **ramadan, hours=((time(9), time(15)),), by=world.dalia, now=world.now
    )

    calendar = firm_calendar.of_firm(world.firm)
    assert calendar.hours_on(date(2027, 3, 8)) == ((time(9), time(15)),)
    assert calendar.hours_on(date(2027, 3, 9)) == ((time(9), time(18)),)
    with pytest.raises(Refused) as overlap:
        calendar_changes.add_season(session, "Again", **ramadan, hours=HALF_DAYS, by=world.dalia, now=world.now)
    assert overlap.value.field == "starts_on"


def test_an_estimated_holiday_is_marked_until_somebody_says_a_word(
    session: Session, world: World, moroccan: Firm
) -> None:
    def noted() -> firm_calendar.NotedDay:
        (day,) = firm_calendar.noted(moroccan, since=EID_MONDAY, until=EID_MONDAY, tag="en")
        return day

    before = noted()
    calendar_changes.say_holiday(session, "MA", EID_MONDAY, is_right=True, by=world.dalia, now=world.now)

    assert (before.needs_word, before.name, before.is_working) == (True, "Eid al-Adha", False)
    assert (noted().needs_word, noted().is_working) == (False, False)
    assert not is_working(moroccan, EID_MONDAY)


def test_a_holiday_that_falls_together_with_a_fixed_one_needs_no_word(moroccan: Firm) -> None:
    (day,) = firm_calendar.noted(moroccan, since=date(2027, 8, 14), until=date(2027, 8, 14), tag="en")

    assert "Prophet" in (day.name or "")
    assert not day.needs_word


def test_an_estimated_holiday_that_is_denied_is_an_ordinary_day(session: Session, world: World, moroccan: Firm) -> None:
    for on in (EID_SUNDAY, EID_MONDAY):
        calendar_changes.say_holiday(session, "MA", on, is_right=False, by=world.dalia, now=world.now)

    assert is_working(moroccan, EID_MONDAY)
    assert not is_working(moroccan, EID_SUNDAY)
    assert firm_calendar.of_reader(moroccan, world.client).is_working(EID_MONDAY)


def test_a_holiday_that_moved_keeps_its_name_and_closes_the_other_day(
    session: Session, world: World, moroccan: Firm
) -> None:
    moved = EID_MONDAY + timedelta(days=1)

    calendar_changes.say_holiday(
        session, "MA", EID_MONDAY, is_right=False, moved_to=moved, by=world.dalia, now=world.now
    )

    assert is_working(moroccan, EID_MONDAY)
    assert not is_working(moroccan, moved)
    assert not firm_calendar.of_reader(moroccan, world.client).is_working(moved)
    named = firm_calendar.name_on(moroccan, moved, tag="en")
    assert named is not None
    assert named.name == "Eid al-Adha"


@pytest.mark.parametrize("is_last_first", [False, True])
def test_two_days_of_a_feast_can_both_be_a_day_later(
    session: Session, world: World, moroccan: Firm, is_last_first: bool
) -> None:
    first, second = date(2026, 5, 27), date(2026, 5, 28)
    third = second + timedelta(days=1)
    days = [(second, third), (first, second)] if is_last_first else [(first, second), (second, third)]
    estimated = {day.on for day in firm_calendar.noted(moroccan, since=first, until=second, tag="en") if day.needs_word}

    for on, to in days:
        still_asked = [day.on for day in firm_calendar.noted(moroccan, since=on, until=on, tag="en") if day.needs_word]
        assert still_asked == [on]
        calendar_changes.say_holiday(session, "MA", on, is_right=False, moved_to=to, by=world.dalia, now=world.now)

    assert estimated == {first, second}
    for calendar in (firm_calendar.of_firm(moroccan), firm_calendar.of_reader(moroccan, world.client)):
        assert [calendar.is_working(on) for on in (first, second, third)] == [True, False, False]
    shown = {day.on: day.is_working for day in firm_calendar.noted(moroccan, since=first, until=third, tag="en")}
    assert shown == {first: True, second: False, third: False}


def test_a_second_word_takes_the_place_of_the_first(session: Session, world: World, moroccan: Firm) -> None:
    for is_right in (False, True, False):
        calendar_changes.say_holiday(session, "MA", EID_MONDAY, is_right=is_right, by=world.dalia, now=world.now)

    assert [(day.on, day.is_working) for day in moroccan.calendar_days] == [(EID_MONDAY, True)]


def test_words_are_about_holidays_only(session: Session, world: World) -> None:
    for country, on in (("MA", TUESDAY), ("ZZ", EID_MONDAY), ("../etc", EID_MONDAY)):
        with pytest.raises(NotFound):
            calendar_changes.say_holiday(session, country, on, is_right=True, by=world.dalia, now=world.now)


def test_clients_keep_a_fixed_holiday_on_which_the_firm_works(session: Session, world: World, moroccan: Firm) -> None:
    calendar_changes.say_holiday(session, "MA", LABOUR_DAY, is_right=False, by=world.dalia, now=world.now)

    assert is_working(moroccan, LABOUR_DAY)
    assert not firm_calendar.of_reader(moroccan, world.client).is_working(LABOUR_DAY)


def test_a_day_of_ones_own_wins_over_a_public_holiday_and_the_later_word_over_the_earlier(
    session: Session, world: World, moroccan: Firm
) -> None:
    calendar_changes.add_own(session, LABOUR_DAY, is_working=True, by=world.dalia, now=world.now)
    is_open = is_working(moroccan, LABOUR_DAY)

    calendar_changes.add_own(session, LABOUR_DAY, name="Outing", by=world.dalia, now=world.now)

    assert is_open
    assert not is_working(moroccan, LABOUR_DAY)
    assert len(moroccan.calendar_days) == 1


def test_a_file_says_nothing_about_a_day_a_person_spoke_of(session: Session, world: World, firm: Firm) -> None:
    calendar_changes.add_own(session, TUESDAY, is_working=True, by=world.dalia, now=world.now)

    calendar_changes.take_in(session, [FileDay(TUESDAY, "Fair")], by=world.dalia, now=world.now + timedelta(hours=1))

    assert is_working(firm, TUESDAY)


def test_two_days_change_places_and_go_back_together(session: Session, world: World, firm: Firm) -> None:
    calendar_changes.swap(session, off_on=TUESDAY, work_on=SATURDAY, by=world.dalia, now=world.now)
    swapped = (is_working(firm, TUESDAY), is_working(firm, SATURDAY))
    days = firm_calendar.noted(firm, since=TUESDAY, until=SATURDAY, tag="en")

    calendar_changes.remove(session, firm.calendar_days[0].id, by=world.dalia, now=world.now)

    assert swapped == (False, True)
    assert [day.swapped_with for day in days] == [SATURDAY, TUESDAY]
    assert (is_working(firm, TUESDAY), is_working(firm, SATURDAY)) == (True, False)


@pytest.mark.parametrize(
    ("off_on", "work_on", "field"), [(SATURDAY, SATURDAY, "off_on"), (TUESDAY, date(2026, 4, 8), "work_on")]
)
def test_a_swap_that_swaps_nothing_is_refused(
    session: Session, world: World, off_on: date, work_on: date, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        calendar_changes.swap(session, off_on=off_on, work_on=work_on, by=world.dalia, now=world.now)

    assert refusal.value.field == field


def test_closed_tomorrow_is_told_once(session: Session, world: World, firm: Firm) -> None:
    on = calendar_changes.close_tomorrow(session, by=world.dalia, now=world.now)

    assert on == TUESDAY
    assert not is_working(firm, TUESDAY)
    with pytest.raises(Refused):
        calendar_changes.close_tomorrow(session, by=world.dalia, now=world.now)


def test_tomorrow_is_the_firms_own(session: Session, world: World) -> None:
    world.firm.zone = "Asia/Baku"
    late = datetime(2026, 4, 6, 21, 0, tzinfo=ZoneInfo("UTC"))

    assert calendar_changes.close_tomorrow(session, by=world.dalia, now=late) == date(2026, 4, 8)


def test_days_that_were_stored_before_there_was_a_calendar_count(firm: Firm) -> None:
    firm.days_off = ["2026-04-07"]

    assert not is_working(firm, TUESDAY)


def test_nothing_is_removed_that_is_not_there(session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        calendar_changes.remove(session, 999, by=world.dalia, now=world.now)
    with pytest.raises(NotFound):
        calendar_changes.remove_season(session, 999, by=world.dalia, now=world.now)


def test_a_client_is_not_written_to_on_the_public_holidays_of_their_country(session: Session, world: World) -> None:
    engagement = world.engagement()
    world.client.country = "MA"
    on_labour_day = datetime(2026, 5, 1, 10, 0, tzinfo=CASABLANCA)

    allowed = deliver_at(on_labour_day, reader(world.participation(engagement), world.firm))

    assert allowed == datetime(2026, 5, 2, 0, 0, tzinfo=CASABLANCA)


def test_a_night_after_a_holiday_holds_a_mail_until_the_morning(session: Session, world: World, moroccan: Firm) -> None:
    moroccan.quiet_from, moroccan.quiet_until = time(21), time(8)
    part = world.participation(world.engagement())

    allowed = deliver_at(datetime(2026, 4, 30, 23, 0, tzinfo=CASABLANCA), reader(part, moroccan))

    assert allowed == datetime(2026, 5, 2, 8, 0, tzinfo=CASABLANCA)


def test_the_country_of_a_client_counts_before_the_firms(world: World, moroccan: Firm) -> None:
    world.client.country = "AZ"

    calendar = firm_calendar.of_reader(moroccan, world.client)

    assert calendar.is_working(LABOUR_DAY)
    assert not calendar.is_working(date(2026, 1, 20))


def test_holidays_of_clients_elsewhere_are_listed_but_close_nothing(moroccan: Firm) -> None:
    days = firm_calendar.noted(moroccan, since=date(2026, 6, 1), until=date(2026, 6, 30), tag="az", countries=["AZ"])

    elsewhere = {day.on: day for day in days if day.is_for_clients_only}
    assert date(2026, 6, 15) in elsewhere
    assert elsewhere[date(2026, 6, 15)].language == "az"
    assert is_working(moroccan, date(2026, 6, 15))


def test_holidays_are_named_in_the_readers_language_else_in_english() -> None:
    names = {tag: public_holidays.on("MA", LABOUR_DAY, tag) for tag in ("fr", "ary", "az")}

    assert {tag: (day.language, day.is_estimated) for tag, day in names.items() if day} == {
        "fr": ("fr", False),
        "ary": ("ar", False),
        "az": ("en", False),
    }


@pytest.mark.parametrize("tag", ["en", "fr", "az", "ru", "ary"])
def test_every_country_is_known_in_every_language_and_what_is_estimated_is_so_in_all(tag: str) -> None:
    for country in public_holidays.countries():
        english = {day.on: day.is_estimated for day in public_holidays.of_year(country, 2027)}

        assert {day.on: day.is_estimated for day in public_holidays.of_year(country, 2027, tag)} == english, country
        assert all("(est" not in day.name for day in public_holidays.of_year(country, 2027, tag))


def test_what_a_file_brought_can_be_taken_out_at_once(session: Session, world: World, firm: Firm) -> None:
    days = [FileDay(TUESDAY, "Fair"), FileDay(TUESDAY + timedelta(days=1), None)]
    first = calendar_changes.take_in(session, days, by=world.dalia, now=world.now)
    again = calendar_changes.take_in(session, days, by=world.dalia, now=world.now)
    calendar_changes.add_own(session, LABOUR_DAY, by=world.dalia, now=world.now)

    assert (first, again) == (2, 0)
    assert calendar_changes.remove_files(session, by=world.dalia, now=world.now) == 2
    assert [day.source for day in firm.calendar_days] == [DaySource.OWN]
