"""The agreed dates as a calendar file: in the client's language, and never ahead of what they were told."""

from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.support.delivering import tell_all
from tests.support.site import Site, Visitor
from webapp.models import Contact, Engagement, Milestone, Update
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why

WHY = Why(cause=Who.OTHER, why="The doors are late.", what_we_do="We fit the rest before.")


def events(site: Site, client: Visitor) -> dict[str, Any]:
    """The events of the file, by their summary."""
    answer = client.get(f"{site.page_of(site.kitchen)}/dates.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    read = icalendar.Calendar.from_ical(answer.data)
    return {str(event["SUMMARY"]): event for event in read.walk("VEVENT")}


@pytest.mark.parametrize(("tag", "label"), [("en", "Cupboards"), ("ary", "الخزانات")])
def test_each_date_ahead_is_a_day_in_the_readers_language(site: Site, client: Visitor, tag: str, label: str) -> None:
    with site.writing() as session:
        session.get_one(Contact, site.kitchen.contact_id).language = tag

    found = events(site, client)

    event = found[f"{label} · kitchen, Anfa"]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 4, 20), date(2026, 4, 21))
    assert len(found) == 2


def test_a_date_that_was_not_told_yet_is_not_in_it(site: Site, client: Visitor) -> None:
    with site.writing() as session:
        step = session.get_one(Milestone, 1)
        to = When(starts_on=date(2026, 5, 4))
        ledger.move(session, step, to, WHY, by=None, now=site.clock.now, origin="test")

    assert {event["DTSTART"].dt for event in events(site, client).values()} == {date(2026, 4, 20), date(2026, 4, 24)}


def test_what_fell_away_is_cancelled_what_is_done_stays_and_what_is_not_sure_says_so(
    site: Site, client: Visitor
) -> None:
    before = events(site, client)
    with site.writing() as session:
        first, second = (
            session.query(Milestone).filter_by(engagement_id=site.kitchen.engagement_id).order_by(Milestone.id)
        )
        first.dropped_at, first.dropped_why, second.is_at_risk = site.clock.now, "You keep the old ones", True
        _tell(site, session)
    dropped = events(site, client)
    with site.writing() as session:
        second = session.get_one(Milestone, second.id)
        second.is_at_risk, second.done_on = False, date(2026, 4, 24)
        _tell(site, session)
    done = events(site, client)

    label, other = "Cupboards · kitchen, Anfa", "Handover · kitchen, Anfa"
    assert [before[each]["STATUS"] for each in (label, other)] == ["CONFIRMED", "CONFIRMED"]
    assert [dropped[each]["STATUS"] for each in (label, other)] == ["CANCELLED", "TENTATIVE"]
    assert [done[each]["STATUS"] for each in (label, other)] == ["CANCELLED", "CONFIRMED"]
    assert "no longer planned" in dropped[label]["DESCRIPTION"]
    assert "done on 24 April" in done[other]["DESCRIPTION"]


def test_a_date_that_is_not_known_any_more_is_cancelled_on_the_day_it_had(site: Site, client: Visitor) -> None:
    with site.writing() as session:
        step = session.get_one(Milestone, 1)
        unknown = When(next_news_at=site.clock.now + timedelta(days=3))
        ledger.move(session, step, unknown, WHY, by=None, now=site.clock.now, origin="test")
        _tell(site, session)

    event = events(site, client)["Cupboards · kitchen, Anfa"]

    assert (event["DTSTART"].dt, event["STATUS"]) == (date(2026, 4, 20), "CANCELLED")


def test_the_same_event_is_known_again_and_the_newer_file_wins(site: Site, client: Visitor) -> None:
    first = events(site, client)
    site.settings.__dict__["public_url"] = "https://moved.example"
    site.clock.on(hours=1)
    second = events(site, client)

    assert {name: event["UID"] for name, event in first.items()} == {name: e["UID"] for name, e in second.items()}
    assert len({event["UID"] for event in first.values()}) == 2
    assert all(second[name]["SEQUENCE"] > event["SEQUENCE"] for name, event in first.items())
    assert all("LAST-MODIFIED" in event for event in second.values())


def test_an_estimate_is_tentative_and_says_about(site: Site, client: Visitor) -> None:
    with site.writing() as session:
        step = session.get_one(Milestone, 1)
        ledger.move(
            session, step, When(starts_on=date(2026, 5, 4), is_estimate=True), WHY, by=None, now=site.clock.now,
            origin="test",
        )  # fmt: skip
        _tell(site, session)

    event = events(site, client)["Cupboards · kitchen, Anfa"]

    assert event["STATUS"] == "TENTATIVE"
    assert "about Monday 4 May" in event["DESCRIPTION"]


def test_where_nothing_has_a_day_there_is_no_file_and_no_link_to_one(site: Site, client: Visitor) -> None:
    with site.writing() as session:
        for update in session.query(Update):
            update.snapshot = {**update.snapshot, "dates": []}

    assert client.get(f"{site.page_of(site.kitchen)}/dates.ics").status_code == 404
    assert "dates.ics" not in client.get(site.page_of(site.kitchen)).text


def test_a_link_that_opens_nothing_gives_no_file(client: Visitor) -> None:
    assert client.get("/u/nothing/dates.ics").status_code == 404


def _tell(site: Site, session: Session) -> None:
    session.flush()
    tell_all(session, session.get_one(Engagement, site.kitchen.engagement_id), now=site.clock.now)
