"""The pages most read in the four languages that the other tests of accessibility do not read: axe finds nothing, and
nothing runs off a narrow window."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from emails.languages import LANGUAGES
from tests.support.e2e.browsing import NARROWEST, PHONE, Complaints, open_page, sideways
from tests.support.e2e.pictures import READERS
from tests.support.e2e.site import Site, running_site
from webapp.dev.demo_words import CLIENTS

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

LOCALES = {"az": "az-AZ", "fr": "fr-FR", "ru": "ru-RU", "ar": "ar-EG"}
STAFF = ("today", "engagement-moved", "outbox")
PUBLIC = ("sign-in", "bad-link")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("languages"), (*CLIENTS, *READERS)) as site:
        yield site


def test_every_language_is_looked_at_somewhere() -> None:
    assert {*LOCALES, "en", "ary"} == set(LANGUAGES)


@pytest.mark.parametrize("language", LOCALES)
def test_axe_finds_nothing_on_the_pages_most_read(
    site: Site, browser: Browser, complaints: Complaints, language: str
) -> None:
    scheme = "dark" if language in ("fr", "ar") else "light"
    staff = open_page(browser, complaints, storage_state=site.signed_in("en"), color_scheme=scheme)
    stranger = open_page(browser, complaints, locale=LOCALES[language], color_scheme=scheme)
    _choose(staff, site, language)

    found = _look_at(staff, language, {name: site.url + site.staff[name] for name in STAFF} | {"form": site.form})
    found += _look_at(stranger, language, {"client": site.clients[language]})
    found += _look_at(stranger, language, {name: site.url + site.public[name] for name in PUBLIC})

    assert not found, "\n".join(found)


def _choose(page: Page, site: Site, language: str) -> None:
    """What a colleague does to read the pages in a language."""
    page.goto(site.url + site.staff["me"])
    page.locator("form").filter(has=page.locator(f'input[name=language][value="{language}"]')).get_by_role(
        "button"
    ).click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def _look_at(page: Page, language: str, addresses: dict[str, str]) -> list[str]:
    found = []
    for name, address in addresses.items():
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("dir", LANGUAGES[language].direction)
        for broken in Axe().run(page).response["violations"]:
            places = " | ".join(node["html"][:160] for node in broken["nodes"][:3])
            found.append(f"{name}: {broken['id']} ({broken['help']}): {places}")
        page.set_viewport_size(NARROWEST)
        if sideways(page):
            found.append(f"{name}: {sideways(page)} pixels too wide at {NARROWEST['width']}")
        page.set_viewport_size(PHONE)
    return found
