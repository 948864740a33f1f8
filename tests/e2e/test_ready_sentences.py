"""A ready sentence picked on a phone: its blanks are asked for, and every reader gets it whole in their language."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from emails.languages import language
from tests.support.e2e.browsing import PHONE, Complaints, open_page, sideways
from tests.support.e2e.site import Site, running_site
from webapp.database import Database
from webapp.models import CheckpointDraft, Contact, Engagement, Participation, PartOf

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

THE_FIRST = date(2027, 5, 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[Site]:
    with running_site(home) as site:
        _two_more_readers(home, site)
        yield site


@pytest.fixture
def form(site: Site, browser: Browser, complaints: Complaints) -> Page:
    """The form of the work that is due, opened by Salma, who reads English."""
    page = open_page(browser, complaints, storage_state=site.signed_in("en"), viewport=PHONE)
    page.goto(site.url + site.staff["form"])
    return page


def _two_more_readers(home: Path, site: Site) -> None:
    """Beside Emma Clarke, who reads English, Leyla reads Azerbaijani and Hassan Darija."""
    database = Database(f"sqlite:///{home}/milepost.db")
    number = int(site.staff["engagement-due"].rpartition("/")[2])
    with database.writer() as session:
        engagement = session.get_one(Engagement, number)
        for name, tag in (("Leyla", "az"), ("Hassan", "ary")):
            contact = Contact(
                client=engagement.client, name=name, language=tag, zone="UTC", created_at=engagement.created_at
            )
            session.add(contact)
            session.flush()
            session.add(Participation(engagement_id=number, contact_id=contact.id, part=PartOf.INFORMED))
        session.commit()
    database.dispose()


def test_one_press_says_it_in_the_languages_of_all_readers_with_the_day_as_each_writes_it(form: Page) -> None:
    form.locator("#step_text").fill("")
    form.get_by_role("button", name="‹Name› comes on ‹Day›.").click()
    form.locator("#step_text-blank-name").fill("Karim")
    form.locator("#step_text-blank-date").fill(THE_FIRST.isoformat())
    form.locator("#step_text-blank-date").press("Enter")

    written = {tag: language(tag).day(THE_FIRST) for tag in ("en", "az", "ary")}
    expect(form.locator("#step_text")).to_have_value(f"Karim comes on {written['en']}.")
    expect(form.locator("#step_text_in-az")).to_have_value(f"Karim gəlir: {written['az']}.")
    expect(form.locator("#step_text_in-az")).to_be_visible()
    expect(form.locator("#step_text_in-ary")).to_have_value(f"Karim غادي يجي نهار {written['ary']}.")
    expect(form.locator("#step_text-blank-name")).to_be_hidden()
    assert sideways(form) == 0


def test_a_sentence_after_free_words_takes_nothing_from_anybody(form: Page) -> None:
    form.locator("#done").fill("The walls are dry.")
    form.get_by_role("button", name="The pipes are tested.").click()

    expect(form.locator("#done")).to_have_value("The walls are dry. The pipes are tested.")
    expect(form.locator("#done_in-az")).to_have_value("The walls are dry. Borular yoxlanıldı.")


def test_who_writes_in_the_language_of_a_reader_has_no_further_box_for_it(form: Page) -> None:
    further = {tag: form.locator(f"details:has(#done_in-{tag})") for tag in ("en", "az", "ary")}
    expect(further["ary"]).to_have_text(re.compile("الدارجة المغربية, for Hassan"))
    expect(further["en"]).to_be_hidden()

    form.get_by_label("You write in").select_option("ary")

    expect(further["en"]).to_be_visible()
    expect(further["az"]).to_be_visible()
    expect(further["ary"]).to_be_hidden()
    expect(form.locator("#done")).to_have_attribute("dir", "rtl")


def test_what_stands_in_a_blank_is_no_part_of_a_draft(form: Page, home: Path) -> None:
    form.get_by_role("button", name="‹Name› comes on ‹Day›.").click()
    with form.expect_response(lambda answer: answer.url.endswith("/draft")):
        form.locator("#step_text-blank-name").fill("Nobody yet")
        form.locator("#done").fill("Dry walls")

    database = Database(f"sqlite:///{home}/milepost.db")
    with database.reader() as session:
        (draft,) = session.scalars(select(CheckpointDraft))
    database.dispose()
    assert draft.fields["done"] == ["Dry walls"]
    assert "Nobody yet" not in str(draft.fields)
