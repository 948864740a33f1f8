"""Every page for everybody: axe finds nothing, nothing runs off a narrow window, everything works without scripts, and
text that looks like a script stays text."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.support.e2e.browsing import DESK, NARROWEST, PHONE, Complaints, open_page, sideways
from tests.support.e2e.site import Site, running_site
from webapp.dev.demo_words import CLIENTS, DemoClient

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

ONLY_FINDINGS = {"resultTypes": ["violations"]}
SCRIPT = "<script>alert(1)</script>"
SEEN_BY_STAFF_AND_CLIENTS = ("title", "client", "contact", "greeting", "done", "step", "ask", "note", "question")
ONLY_WHERE_GIVEN = ("delay_who", "delay_why", "delay_action")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same firm, its every text a script."""
    with running_site(tmp_path_factory.mktemp("hostile"), tuple(map(_hostile, CLIENTS))) as site:
        yield site


@pytest.mark.parametrize(
    ("language", "scheme", "window"),
    [("en", "light", DESK), ("ary", "dark", PHONE)],
    ids=["english-light-desk", "darija-dark-phone"],
)
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(
    site: Site, browser: Browser, complaints: Complaints, language: str, scheme: str, window: ViewportSize
) -> None:
    look = {"color_scheme": scheme, "viewport": window}
    page = open_page(browser, complaints, storage_state=site.signed_in(language), **look)
    stranger = open_page(browser, complaints, locale="ar-MA" if language == "ary" else "en-GB", **look)

    found = _look_at(page, {**_every_staff_page(site), "client": site.clients[language]}, site.url)
    found += _look_at(stranger, site.public, site.url)

    assert not found, "\n".join(found)


def test_the_pages_most_read_have_enough_contrast_the_other_way_round(
    site: Site, browser: Browser, complaints: Complaints
) -> None:
    dark = open_page(browser, complaints, storage_state=site.signed_in("en"), color_scheme="dark")
    light = open_page(browser, complaints, storage_state=site.signed_in("ary"), color_scheme="light")
    most_read = {name: site.staff[name] for name in ("today", "form", "engagement-moved", "outbox")}

    found = _look_at(dark, {**most_read, "client": site.clients["en"]}, site.url)
    found += _look_at(light, {**most_read, "client": site.clients["ary"]}, site.url)

    assert not found, "\n".join(found)


def test_text_that_looks_like_a_script_stays_text_on_every_page(
    hostile_site: Site, browser: Browser, complaints: Complaints
) -> None:
    page = open_page(browser, complaints, storage_state=hostile_site.signed_in("en"), viewport=DESK)
    shown = 0
    for address in {**_every_staff_page(hostile_site), **hostile_site.public, **hostile_site.clients}.values():
        page.goto(_full(address, hostile_site.url))
        shown += page.get_by_text(SCRIPT).count() > 0

    assert shown >= 12


def test_a_script_typed_into_the_pages_comes_back_as_text(
    hostile_site: Site, browser: Browser, complaints: Complaints
) -> None:
    page = open_page(browser, complaints)
    _reply(page, hostile_site.clients["en"], SCRIPT)
    _write_update(page, hostile_site.form, SCRIPT)
    _fault_keeps_what_was_typed(page, f"{hostile_site.url}/fresh-link", SCRIPT)


def test_form_preview_and_reply_work_without_javascript(site: Site, browser: Browser, complaints: Complaints) -> None:
    page = open_page(browser, complaints, java_script_enabled=False)

    _reply(page, site.clients["ary"], "واش نقدر نشوف الزليج؟")
    _write_update(page, site.form, "The floor is dry.")


def _reply(page: Page, link: str, words: str) -> None:
    page.goto(link)
    page.locator("#question").fill(words)
    page.locator("#write button[type=submit]").click()
    expect(page.locator(".said").filter(has_text=words).first).to_be_visible()


def _write_update(page: Page, link: str, words: str) -> None:
    page.goto(link)
    page.locator('label:has(input[name="last_step"][value="partly"])').click()
    page.locator("#done").fill(words)
    page.locator("button[data-preview]").click()
    expect(page.frame_locator(".preview iframe >> nth=-1").locator("body")).to_contain_text(words)
    page.get_by_role("button", name="Ready to send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All done")


def _fault_keeps_what_was_typed(page: Page, address: str, words: str) -> None:
    page.goto(address)
    page.locator("#address").fill(words)
    page.locator("button[type=submit]").click()
    expect(page.locator("#address")).to_have_value(words)
    expect(page.locator("#address-error")).to_be_visible()


def _look_at(page: Page, addresses: dict[str, str], base: str) -> list[str]:
    """What is wrong with each page, in words: axe's findings, then how far it runs off the narrowest window."""
    axe, found = Axe(), []
    window = page.viewport_size or PHONE
    for name, address in addresses.items():
        page.goto(_full(address, base))
        found += [
            f"{name}: {_finding(broken)}" for broken in axe.run(page, options=ONLY_FINDINGS).response["violations"]
        ]
        page.set_viewport_size(NARROWEST)
        if sideways(page):
            found.append(f"{name}: {sideways(page)} pixels too wide at {NARROWEST['width']}")
        page.set_viewport_size(window)
    return found


def _finding(violation: dict[str, Any]) -> str:
    places = " | ".join(node["html"][:160] for node in violation["nodes"][:3])
    return f"{violation['id']} ({violation['help']}): {places}"


def _every_staff_page(site: Site) -> dict[str, str]:
    return {**site.staff, "form by mail": site.form}


def _full(address: str, base: str) -> str:
    return address if address.startswith("http") else base + address


def _hostile(words: DemoClient) -> DemoClient:
    given = [name for name in ONLY_WHERE_GIVEN if getattr(words, name)]
    changed: dict[str, Any] = {
        name: f"{SCRIPT} {getattr(words, name)}".strip() for name in (*SEEN_BY_STAFF_AND_CLIENTS, *given)
    }
    return replace(words, facts=(SCRIPT,), **changed)
