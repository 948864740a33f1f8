"""Every sample mail in every language for everybody: axe finds nothing, on a phone or a desk, light or dark."""

from itertools import cycle
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from emails.languages import LANGUAGES
from emails.registry import SAMPLES
from tests.support.e2e.browsing import sideways
from tests.support.proof.mails import every_mail

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

PHONE: ViewportSize = {"width": 360, "height": 740}
COLUMN: ViewportSize = {"width": 600, "height": 800}
NARROWEST: ViewportSize = {"width": 320, "height": 640}

# Landmarks lead through a page; a mail is one article inside somebody else's page.
OF_PAGES = {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}
LOOKS: dict[str, dict[str, Any]] = {"light": {"rules": OF_PAGES}, "dark": {"runOnly": ["color-contrast"]}}
RUN = "options => axe.run(document, {...options, resultTypes: ['violations']}).then(found => found.violations)"


def test_axe_finds_nothing_in_any_mail(browser: Browser) -> None:
    page = _page(browser)

    found = []
    for mail, window in zip(every_mail(), cycle((PHONE, COLUMN)), strict=False):
        page.set_viewport_size(window)
        page.set_content(mail.html)
        found += [f"{mail.name}, {window['width']} wide, {finding}" for finding in _findings(page)]

    assert not found, "\n".join(found)


def test_no_mail_is_wider_than_the_narrowest_window(browser: Browser) -> None:
    page = _page(browser)
    page.set_viewport_size(NARROWEST)

    too_wide = {}
    for mail in every_mail():
        page.set_content(mail.html)
        too_wide[mail.name] = sideways(page)

    assert len(too_wide) == len(SAMPLES) * len(LANGUAGES)
    assert {name: pixels for name, pixels in too_wide.items() if pixels} == {}


def _page(browser: Browser) -> Page:
    """A page that knows axe for all the mails that are put into it."""
    page = browser.new_page()
    page.evaluate(Axe().axe_script)
    return page


def _findings(page: Page) -> list[str]:
    found = []
    for look, options in LOOKS.items():
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        for broken in page.evaluate(RUN, options):
            places = " | ".join(node["html"][:160] for node in broken["nodes"][:3])
            found.append(f"{look}: {broken['id']} ({broken['help']}): {places}")
    return found
