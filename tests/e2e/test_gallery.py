"""The preview gallery in a browser: a mail in either scheme whatever the browser prefers, and no scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.e2e.browsing import PHONE, Complaints, open_page
from tests.support.e2e.site import Site, running_site

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

DARK = 0x50


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def _paper(page: Page) -> int:
    """How light the mail's own background is, 0 to 255."""
    card = page.frame_locator(".gallery-frame").locator(".card").first
    colour = card.evaluate("element => getComputedStyle(element).backgroundColor")
    return int(colour.partition("(")[2].split(",")[0])


@pytest.mark.parametrize("prefers", ["light", "dark"])
def test_a_mail_is_light_or_dark_as_chosen_and_not_as_the_browser_is(
    site: Site, browser: Browser, complaints: Complaints, prefers: str
) -> None:
    page = open_page(browser, complaints, storage_state=site.signed_in("en"), color_scheme=prefers)

    page.goto(f"{site.url}/settings/mails?scheme=dark")
    dark = _paper(page)
    page.goto(f"{site.url}/settings/mails?scheme=light")
    light = _paper(page)

    assert dark < DARK
    assert light > 0xFF - DARK


def test_without_scripts_a_person_chooses_looks_and_sends(site: Site, browser: Browser, complaints: Complaints) -> None:
    page = open_page(browser, complaints, storage_state=site.signed_in("en"), viewport=PHONE, java_script_enabled=False)
    page.goto(f"{site.url}/settings/mails")

    page.get_by_role("combobox", name="Mail").select_option("welcome")
    page.get_by_role("combobox", name="With the words of").select_option(index=1)
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="Français").click()
    page.get_by_role("link", name="As text").click()
    expect(page.locator("pre[lang=fr]")).to_contain_text("…/page")
    page.get_by_role("button", name="Send me this one").click()

    expect(page.get_by_role("status")).to_contain_text("salma@darrenov.example")
    expect(page.locator("pre[lang=fr]")).to_be_visible()
