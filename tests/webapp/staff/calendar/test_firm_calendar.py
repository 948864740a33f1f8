"""The calendar's page: what a manager says there, what it moves, and where it is told."""

from dataclasses import fields, replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.factories import World
from tests.support.pages import Page
from tests.support.site import Site, Visitor
from webapp.models import CalendarDay, CalendarSeason, Client, DaySource, Firm, Slot
from webapp.services.calendar import calendar_files

PAGE = "/settings/calendar"
TUESDAY = date(2026, 4, 7)
FAIR = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20260407
SUMMARY:Fair
END:VEVENT
END:VCALENDAR
"""


def sent(visitor: Visitor, part: str, **typed: Any) -> TestResponse:
    """One of the page's forms, filled in and sent; names without the form's prefix."""
    form = visitor.page(PAGE).form(f"{PAGE}/{part}")
    prefix = {"days": "day", "swaps": "swap", "seasons": "season"}.get(part, part)
    return visitor.post(form.action, form.filled(**{f"{prefix}__{name}": value for name, value in typed.items()}))


def said(visitor: Visitor, answer: TestResponse) -> str:
    """What the next page says about it."""
    assert answer.status_code == 303, answer.text[:2000]
    return " ".join(text for text in visitor.page(answer.headers["Location"]).text.split("\n"))


def upload(visitor: Visitor, content: bytes, name: str = "days.ics") -> TestResponse:
    typed = {"csrf_token": visitor.csrf_token(), "file-file": (BytesIO(content), name)}
    return visitor.http.post(f"{PAGE}/file", base_url=visitor.base, data=typed)


def planned(site: Site) -> list[date]:
    return sorted({slot.local_on for slot in site.all(Slot)})


def test_nobody_has_to_fill_anything_in(site: Site, dalia: Visitor) -> None:
    page = dalia.page(PAGE)

    form = page.form(f"{PAGE}/week")
    assert form["week-d0"] == "09:00-18:00"
    assert form["week-d5"] == ""
    assert "No day off is known" in page.text


def test_staff_have_no_say_in_it(alice: Visitor) -> None:
    assert alice.get(PAGE).status_code == 404
    assert alice.post(f"{PAGE}/tomorrow").status_code == 404
    assert "Closed tomorrow" not in alice.page("/").text


def test_closed_tomorrow_takes_one_press_on_today_and_says_what_moves(site: Site, dalia: Visitor) -> None:
    today = dalia.page("/")

    answer = dalia.post(today.form("/tomorrow").action)

    assert "2 updates would move to Monday 6 April" in today.text
    words = said(dalia, answer)
    assert "Closed tomorrow: Tuesday 7 April." in words
    assert "2 updates moved to another day." in words
    assert planned(site) == [date(2026, 4, 6)]
    assert "would move" not in dalia.page("/").text


def test_closed_tomorrow_pressed_twice_is_one_day(site: Site, dalia: Visitor) -> None:
    dalia.post(f"{PAGE}/tomorrow")

    again = dalia.post(f"{PAGE}/tomorrow")

    assert "Tomorrow is a day off already." in said(dalia, again)
    assert len(site.all(CalendarDay)) == 1


def test_a_day_can_be_taken_out_again_and_the_updates_go_back(site: Site, dalia: Visitor) -> None:
    sent(dalia, "days", on="2026-04-07", name="Outing")
    page = dalia.page(PAGE)

    answer = dalia.post(page.form("/remove").action)

    assert "Outing" in page.text
    assert "2 updates moved" in said(dalia, answer)
    assert planned(site) == [TUESDAY]
    assert site.all(CalendarDay) == []


def test_the_week_is_written_in_hours_with_breaks(site: Site, dalia: Visitor) -> None:
    answer = sent(dalia, "week", d4="٩-١٢، ١٥-١٨", d5="10:00-13:00")

    assert "Saved." in said(dalia, answer)
    firm = site.one(Firm)
    assert firm.working_days == [0, 1, 2, 3, 4, 5]
    assert firm.weekly_hours["4"] == [["09:00", "12:00"], ["15:00", "18:00"]]
    assert dalia.page(PAGE).form("/week")["week-d4"] == "09:00-12:00, 15:00-18:00"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("nine to five", "Please write hours such as"), ("12-9", "These hours overlap, or end before they start.")],
)
def test_hours_that_cannot_be_are_refused_beside_the_day_and_stay(dalia: Visitor, typed: str, fault: str) -> None:
    answer = sent(dalia, "week", d2=typed)

    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.message_at("week-d2").startswith(fault)
    assert page.form("/week")["week-d2"] == typed


def test_a_week_of_days_off_is_refused(dalia: Visitor) -> None:
    answer = sent(dalia, "week", **{f"d{day}": "" for day in range(7)})

    assert answer.status_code == 422
    assert Page(answer.text).message_at("week-d0") == "Please give hours for at least one day."


def test_the_holidays_of_the_country_are_listed_and_estimated_ones_ask_for_a_word(site: Site, dalia: Visitor) -> None:
    sent(dalia, "country", country="MA")
    page = dalia.page(PAGE)
    first = next(form for form in page.forms() if form.action.endswith("/holidays") and ("word", "yes") in form.fields)

    answer = dalia.post(first.action, first.filled())

    assert site.one(Firm).country == "MA"
    next_page = said(dalia, answer)
    assert "Labor Day" in page.text
    assert "Noted." in next_page
    assert page.text.count("to confirm") == next_page.count("to confirm") + 1
    assert site.one(CalendarDay).source is DaySource.HOLIDAY


def test_a_holiday_on_another_day_is_put_there(site: Site, dalia: Visitor) -> None:
    sent(dalia, "country", country="MA")
    word = {"country": "MA", "on": "2026-06-16", "word": "no"}
    estimated = [
        dict(form.fields)
        for form in dalia.page(PAGE).forms()
        if form.action.endswith("/holidays") and "moved_to" in dict(form.fields)
    ]
    word = {name: value for name, value in estimated[0].items() if name in word}

    same = dalia.post(f"{PAGE}/holidays", {**word, "moved_to": word["on"]})
    moved = dalia.post(f"{PAGE}/holidays", {**word, "moved_to": "2026-11-24"})

    assert "This is the same day." in said(dalia, same)
    assert moved.status_code == 303
    (day,) = site.all(CalendarDay)
    assert (day.on, day.is_working, day.moved_to) == (date.fromisoformat(word["on"]), True, date(2026, 11, 24))
    assert "Tuesday 24 November 2026" in dalia.page(PAGE).text


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({}, 303),
        ({"country": "MA", "on": "soon", "word": "yes"}, 303),
        ({"country": "MA", "on": "2026-05-01", "word": "perhaps"}, 303),
        ({"country": "MA", "on": "2026-04-07", "word": "yes"}, 404),
        ({"country": "__class__", "on": "2026-04-07", "word": "no"}, 404),
    ],
)
def test_a_word_about_no_holiday_is_not_heard(site: Site, dalia: Visitor, typed: dict[str, str], status: int) -> None:
    assert dalia.post(f"{PAGE}/holidays", typed).status_code == status
    assert site.all(CalendarDay) == []


def test_an_unknown_country_is_refused(site: Site, dalia: Visitor) -> None:
    assert sent(dalia, "country", country="XX").status_code == 422
    assert site.one(Firm).country is None


def test_two_days_are_swapped_and_a_swap_that_swaps_nothing_is_refused_beside_its_field(
    site: Site, dalia: Visitor
) -> None:
    refused = sent(dalia, "swaps", off_on="2026-04-11", work_on="2026-04-12")
    done = sent(dalia, "swaps", off_on="2026-04-07", work_on="2026-04-11")

    assert Page(refused.text).message_at("swap-off_on") == "You do not work on this day as it is."
    assert "in exchange for Saturday 11 April" in said(dalia, done)
    assert len(site.all(CalendarDay)) == 2


def test_a_season_is_added_and_removed(site: Site, dalia: Visitor) -> None:
    typed = {"name": "Ramadan", "starts_on": "2027-02-08", "ends_on": "2027-03-09", "hours": "9-15"}

    backwards = sent(dalia, "seasons", **{**typed, "ends_on": "2027-01-01"})
    added = sent(dalia, "seasons", **typed)
    page = dalia.page(PAGE)
    removed = dalia.post(page.form("/remove").action)

    assert Page(backwards.text).message_at("season-ends_on") == "The last day must come after the first one."
    assert added.status_code == 303
    assert "09:00-15:00" in page.text
    assert removed.status_code == 303
    assert site.all(CalendarSeason) == []


def test_a_calendar_file_moves_updates_once(site: Site, dalia: Visitor) -> None:
    first, again = upload(dalia, FAIR), upload(dalia, FAIR)

    words = said(dalia, again)
    assert first.status_code == 303
    assert "One day off is new." in words
    assert "2 updates moved" in words
    assert "0 days off are new. One was known already." in words
    assert [(day.on, day.name) for day in site.all(CalendarDay)] == [(TUESDAY, "Fair")]
    assert planned(site) == [date(2026, 4, 6)]


@pytest.mark.parametrize(("content", "name"), [(b"hello", "days.ics"), (b"", ""), (FAIR * 9, "big.ics")])
def test_a_file_that_is_no_calendar_is_refused_beside_the_field(
    site: Site, dalia: Visitor, monkeypatch: pytest.MonkeyPatch, content: bytes, name: str
) -> None:
    monkeypatch.setattr(calendar_files, "SIZE_MAXIMUM", 8 * len(FAIR))

    answer = upload(dalia, content, name)

    assert answer.status_code == 422
    assert Page(answer.text).message_at("file-file")
    assert site.all(CalendarDay) == []


def test_other_working_days_in_the_settings_move_updates_too(site: Site, amina: Visitor) -> None:
    form = amina.page("/settings").form("/settings")

    answer = amina.post("/settings", form.filled(working_days=["0", "2", "3", "4"]))

    assert "2 updates moved" in said(amina, answer)
    assert planned(site) == [date(2026, 4, 6)]


def test_a_client_has_a_country_of_their_own_where_it_matters(site: Site, alice: Visitor, charlie: Visitor) -> None:
    path = f"/clients/{site.world.client.id}"
    form = alice.page(path).form("/country")

    answer = alice.post(form.action, form.filled(client__country="AZ"))

    assert answer.status_code == 303
    assert site.one(Client, Client.id == site.world.client.id).country == "AZ"
    assert alice.page(path).form("/country")["client-country"] == "AZ"
    assert alice.post(form.action, form.filled(client__country="??")).status_code == 422
    assert charlie.post(form.action, form.filled()).status_code == 404


def test_the_next_ones_tell_what_moved_them_in_the_readers_language(site: Site, dalia: Visitor, alice: Visitor) -> None:
    sent(dalia, "country", country="MA")
    path = f"/engagements/{site.kitchen.engagement_id}/rhythm"
    form = alice.page(path).form(path)
    fridays = form.filled(weekdays=["4"], look="1")

    looked = Page(alice.post(path, fridays).text)
    alice.post("/me/language", {"language": "ary"})
    in_darija = Page(alice.post(path, fridays).text)

    assert "Thursday 30 April, 16:00 moved from Friday 1 May · Labor Day" in looked.text
    assert "عيد العمال" in in_darija.text
    assert planned(site) == [TUESDAY]


def test_the_work_says_that_its_next_update_was_moved(site: Site, dalia: Visitor) -> None:
    sent(dalia, "days", on="2026-04-07", name="Outing")

    page = dalia.page(f"/engagements/{site.kitchen.engagement_id}")

    assert "Monday 6 April, 16:00 moved from Tuesday 7 April · Outing" in page.text


@pytest.fixture
def evening(site: Site) -> Site:
    """Monday at 19:00: whatever closes tomorrow makes two clients wait beyond Tuesday 18:00, which they have in
    writing."""
    site.clock.on(hours=9)
    return site


def test_before_a_written_hour_breaks_it_is_shown_and_asked(evening: Site) -> None:
    dalia = evening.visitor(evening.world.dalia)

    asked = dalia.post(f"{PAGE}/tomorrow")

    assert asked.status_code == 200
    assert "Promised: Tuesday 7 April, by 18:00. With the change: Wednesday 8 April, by 18:00." in asked.text
    assert Page(asked.text).form("/tomorrow")["in_writing"] == "keep"
    assert evening.all(CalendarDay) == []
    assert planned(evening) == [TUESDAY]


@pytest.mark.parametrize(
    ("answer", "day", "said_then"),
    [("keep", 7, "2 updates keep their hour"), ("tell", 8, "2 clients are told now when the news comes instead")],
)
def test_a_written_hour_stands_or_is_told_anew(evening: Site, answer: str, day: int, said_then: str) -> None:
    dalia = evening.visitor(evening.world.dalia)
    asked = sent(dalia, "days", on="2026-04-07", name="Outing")

    done = dalia.post(f"{PAGE}/days", Page(asked.text).form("/days").filled(in_writing=answer))

    assert said_then in said(dalia, done)
    assert [(each.on, each.name) for each in evening.all(CalendarDay)] == [(TUESDAY, "Outing")]
    assert planned(evening) == [date(2026, 4, day)]
    assert len(evening.mails("news_moved")) == (2 if answer == "tell" else 0)


def test_one_work_is_an_exception(evening: Site) -> None:
    dalia = evening.visitor(evening.world.dalia)
    form = Page(dalia.post(f"{PAGE}/tomorrow").text).form("/tomorrow")
    chosen = [*form.filled(in_writing="keep"), ("except", evening.kitchen.engagement_id), ("except", "x" * 30)]

    done = dalia.post(f"{PAGE}/tomorrow", chosen)

    assert "One update keeps its hour" in said(dalia, done)
    assert [mail.engagement_id for mail in evening.mails("news_moved")] == [evening.kitchen.engagement_id]


def test_sixty_broken_hours_are_one_question_with_five_names(evening: Site) -> None:
    with evening.writing() as session:
        here = {f.name: getattr(evening.world, f.name) for f in fields(World) if f.name not in ("session", "now")}
        world = replace(evening.world, session=session, **{name: session.merge(row) for name, row in here.items()})
        for number in range(60):
            world.open_engagement(f"X-{number}", title=f"house {number}")
    dalia = evening.visitor(evening.world.dalia)

    asked = dalia.post(f"{PAGE}/tomorrow")

    assert "With this change 62 clients would wait" in asked.text
    assert "57 more" in asked.text


def test_a_file_keeps_written_hours_and_says_so(evening: Site) -> None:
    dalia = evening.visitor(evening.world.dalia)

    assert "2 updates keep their hour" in said(dalia, upload(dalia, FAIR))
    assert planned(evening) == [TUESDAY]
