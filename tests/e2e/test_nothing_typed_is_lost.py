"""What was typed while the connection was away stands in the form again, and goes once it has arrived."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.support.e2e.browsing import PHONE, Complaints, open_page
from tests.support.e2e.site import Site, running_site

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def _offline(page: Page, box: str, words: str) -> None:
    """The words are typed without a connection, and the page is left."""
    address = page.url
    page.context.set_offline(True)
    page.fill(box, words)
    with pytest.raises(Error):
        page.goto(address)
    page.context.set_offline(False)
    page.goto(address)


def test_a_colleagues_words_are_back_after_a_broken_connection(
    site: Site, browser: Browser, complaints: Complaints
) -> None:
    page = open_page(browser, complaints, storage_state=site.signed_in("en"), viewport=PHONE)
    # Not even the last draft, which is sent while the page is left, gets through.
    page.add_init_script("window.fetch = () => Promise.reject(new Error('away'))")
    page.goto(site.url + site.staff["form"])

    _offline(page, "#done", "Wall tiles finished")
    complaints.clear()

    expect(page.locator("#done")).to_have_value("Wall tiles finished")
    expect(page.get_by_text("What you had typed is back.")).to_be_visible()


def test_a_clients_words_are_back_and_gone_once_they_were_sent(
    site: Site, browser: Browser, complaints: Complaints
) -> None:
    page = open_page(browser, complaints, viewport=PHONE)
    page.goto(site.clients["en"])

    _offline(page, "#question", "When do the doors come?")
    complaints.clear()
    expect(page.locator("#question")).to_have_value("When do the doors come?")

    page.locator("form:has(#question) button[type=submit]").first.click()
    expect(page.locator("#said")).to_be_visible()
    expect(page.locator("#question")).to_have_value("")
