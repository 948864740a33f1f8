"""The agreed dates as a calendar file: in the client's language, and never ahead of what they were told."""

from datetime import date
from typing import Any

import icalendar
import pytest

from emails.pieces import Who
from tests.support.site import Site, Visitor
from webapp.models import Contact, Milestone
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


def test_a_date_that_was_not_told_yet_is_not_in_it_and_a_done_step_neither(site: Site, client: Visitor) -> None:
    with site.writing() as session:
        steps = session.query(Milestone).order_by(Milestone.id).all()
        to = When(starts_on=date(2026, 5, 4))
        ledger.move(session, steps[0], to, WHY, by=None, now=site.clock.now, origin="test")
        steps[1].done_on = date(2026, 4, 3)

    found = events(site, client)

    assert {event["DTSTART"].dt for event in found.values()} == {date(2026, 4, 20)}


def test_a_link_that_opens_nothing_gives_no_file(client: Visitor) -> None:
    assert client.get("/u/nothing/dates.ics").status_code == 404
