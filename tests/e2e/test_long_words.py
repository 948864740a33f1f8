"""Where every text is two fifths longer than in English, nothing runs off a phone, on pages or in mails."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from emails.registry import SAMPLES
from emails.rendering import render
from tests.support import pseudo_language
from tests.support.e2e.browsing import PHONE, Complaints, open_page, sideways
from tests.support.e2e.site import Site, running_site
from tests.support.pseudo_language import OPEN, TAG
from webapp.database import Database
from webapp.models import Contact, Firm, User

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

MOST_READ = (
    "today", "engagements", "engagement-moved", "engagement-due", "form", "correction", "reply", "clients", "contact",
    "outbox", "mail", "settings", "people", "playbook", "import", "me",
)  # fmt: skip
MAILS = ("update_with_delay", "welcome", "day_mail", "receipt_stop")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    with (
        pseudo_language.one_more_language(tmp_path_factory.mktemp("languages") / "emails"),
        running_site(home) as site,
    ):
        _everybody_reads_it(home)
        yield site


def test_pages_in_a_long_winded_language_are_no_wider_than_a_phone(
    site: Site, browser: Browser, complaints: Complaints
) -> None:
    page = open_page(browser, complaints, storage_state=site.signed_in("en"), viewport=PHONE)
    wide: dict[str, int] = {}

    addresses = {name: site.url + site.staff[name] for name in MOST_READ} | {"client": site.clients["en"]}
    for name, address in addresses.items():
        page.goto(address)
        assert OPEN in page.locator("main").inner_text(), name
        if sideways(page):
            wide[name] = sideways(page)

    assert wide == {}


@pytest.mark.parametrize("sample", MAILS)
def test_mails_in_a_long_winded_language_are_no_wider_than_a_phone(
    site: Site, browser: Browser, complaints: Complaints, sample: str
) -> None:
    page = open_page(browser, complaints, viewport=PHONE)

    page.set_content(render(SAMPLES[sample](TAG)).html)

    assert sideways(page) == 0


def _everybody_reads_it(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'milepost.db'}")
    with database.writer() as session:
        session.execute(update(Firm).values(language=TAG, languages=[TAG, "en"]))
        session.execute(update(User).values(language=TAG))
        session.execute(update(Contact).values(language=TAG))
        session.commit()
    database.dispose()
