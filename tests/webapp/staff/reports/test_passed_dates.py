"""A day that has passed never holds: not in the form, not in the mail, not on the client's page; and a day of another
year is written with its year."""

from datetime import date

import pytest

from emails.languages import LANGUAGES
from tests.support.pages import FormOnPage, Page
from tests.support.site import Site, Visitor
from webapp.models import Checkpoint, CheckpointRevision, Contact, Slot


def _form(visitor: Visitor, site: Site) -> FormOnPage:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    return visitor.page(path).form(path)


def _sent(site: Site) -> None:
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)


@pytest.fixture
def passed(site: Site) -> Site:
    """Wednesday 22 April: the first of two agreed days, 20 and 24 April, has passed; nothing was reported so far."""
    work = site.kitchen
    for _ in range(3):
        site.clock.now = site.slot(work).promised_by
        site.advance(work)
        slot = site.all(Slot, Slot.engagement_id == work.engagement_id)[-1]
        work.slot_id, work.checkpoint_id = slot.id, site.one(Checkpoint, Checkpoint.slot_id == slot.id).id
    site.clock.on(hours=16)
    return site


def test_the_form_chooses_nothing_for_a_day_that_has_passed(passed: Site, alice: Visitor) -> None:
    form = _form(alice, passed)

    assert "dates-0-holds" not in dict(form.fields)
    assert form["dates-1-holds"] == "holds"


@pytest.mark.parametrize("said", [None, "holds", "not_sure"])
def test_of_a_day_that_has_passed_only_done_or_a_new_date_can_be_said(
    passed: Site, alice: Visitor, said: str | None
) -> None:
    path = f"/forms/{passed.kitchen.checkpoint_id}"

    answer = alice.post(path, _form(alice, passed).filled(done="Tiles", dates__0__holds=said))

    assert answer.status_code == 422
    assert Page(answer.text).message_at("dates-0-holds")
    assert ("done", "Tiles") in Page(answer.text).form(path).fields
    assert passed.all(CheckpointRevision) == []


def test_done_is_said_of_it_and_the_client_reads_it(passed: Site, alice: Visitor) -> None:
    path = f"/forms/{passed.kitchen.checkpoint_id}"

    answer = alice.post(path, _form(alice, passed).filled(done="Tiles", dates__0__holds="done"))
    passed.clock.now = passed.slot(passed.kitchen).send_at
    passed.advance(passed.kitchen)

    assert answer.status_code == 303
    assert "done on" in passed.news().text


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_mail_and_no_page_says_that_it_holds(passed: Site, client: Visitor, tag: str) -> None:
    with passed.writing() as session:
        session.get_one(Contact, passed.kitchen.contact_id).language = tag
    words = LANGUAGES[tag]
    passed.clock.now = passed.slot(passed.kitchen).promised_by
    passed.advance(passed.kitchen)

    mail, page = passed.mails("no_news")[-1].text, client.page(passed.page_of(passed.kitchen)).text

    assert words.text("mail.standing.passed") in mail
    assert words.text("mail.standing.holds_first") not in mail
    assert words.text("client.standing.passed") in page
    assert words.text("client.headline.on_track", label="", day="").strip(" :,،") not in page


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_day_of_next_year_has_its_year_in_mail_and_page(
    site: Site, alice: Visitor, client: Visitor, tag: str
) -> None:
    with site.writing() as session:
        session.get_one(Contact, site.kitchen.contact_id).language = tag
    path = f"/forms/{site.kitchen.checkpoint_id}"
    moved = {
        "dates-1-holds": "no", "dates-1-cause": "nobody", "dates-1-why": "The factory is closed",
        "dates-1-what_we_do": "We ask others", "dates-1-new_on": "2027-04-23",
    }  # fmt: skip

    assert alice.post(path, _form(alice, site).filled(done="Tiles", **moved)).status_code == 303
    _sent(site)

    mail, page = site.news(), client.page(site.page_of(site.kitchen)).text
    assert "2027" in mail.subject
    assert LANGUAGES[tag].day(date(2027, 4, 23), with_year=True) in mail.text
    assert LANGUAGES[tag].day(date(2027, 4, 23), with_year=True) in page
    assert "2026" not in mail.text
