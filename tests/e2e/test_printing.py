"""A mail, a client's page and a piece of work come out of a printer as clean sheets, also where the screen is dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from emails.registry import SAMPLES
from emails.rendering import render
from tests.support.e2e.browsing import Complaints, open_page, sideways
from tests.support.e2e.site import Site, running_site

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

SHEET: ViewportSize = {"width": 672, "height": 985}
"""What the margins leave of A4, in CSS pixels."""

TO_PRESS = (
    ".press, .on-screen, button, input, select, textarea, summary, nav, .button, .skip, .back, .languages, iframe"
)
LIGHTEST_INK = 0.36
"""Of white's brightness; #5f5f5f, still 6:1 on white."""

NOT_BLACK_ON_WHITE = """(darkest) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const brightness = ([red, green, blue]) => (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
  const wrong = [];
  for (const element of document.querySelectorAll('body, body *')) {
    const isDrawn = element.closest('svg, progress, .track, .fill, .visually-hidden');
    if (isDrawn || !element.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(element);
    const paper = parts(style.backgroundColor);
    const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const what = `${element.tagName}.${element.className}`;
    if ((paper[3] ?? 1) > 0 && brightness(paper) < 0.9) wrong.push(`${what} on ${style.backgroundColor}`);
    if (says && brightness(parts(style.color)) > darkest) wrong.push(`${what} in ${style.color}`);
    const isCut = element.scrollWidth > element.clientWidth + 1 && style.overflowX !== 'visible';
    if (says && isCut) wrong.push(`${what} cut`);
  }
  return wrong;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def _on_paper(browser: Browser, complaints: Complaints, **more: Any) -> Page:
    page = open_page(browser, complaints, viewport=SHEET, color_scheme="dark", **more)
    page.emulate_media(media="print", color_scheme="dark")
    return page


def _is_clean(page: Page, folder: Path) -> list[str]:
    """What is wrong with the sheet. A file of it is made, too, as the printer would get it."""
    wrong = list(page.evaluate(NOT_BLACK_ON_WHITE, LIGHTEST_INK))
    wrong += [f"to press: {text}" for text in page.locator(TO_PRESS).filter(visible=True).all_inner_texts()]
    wrong += [f"{sideways(page)} pixels too wide"] if sideways(page) else []
    sheet = page.pdf(path=folder / "sheet.pdf", format="A4", prefer_css_page_size=True)
    return wrong if sheet.startswith(b"%PDF") else [*wrong, "no sheet"]


@pytest.mark.parametrize("language", ["en", "ary"])
def test_the_clients_page_prints_what_is_agreed_and_nothing_to_press(
    site: Site, browser: Browser, complaints: Complaints, tmp_path: Path, language: str
) -> None:
    page = _on_paper(browser, complaints)
    page.goto(site.clients[language])

    wrong = _is_clean(page, tmp_path)

    assert wrong == []
    for kept in ("h1", ".date-table", ".next-news", ".contact-card", ".foot"):
        assert page.locator(kept).first.is_visible(), kept


def test_a_piece_of_work_prints_its_dates_and_its_story(
    site: Site, browser: Browser, complaints: Complaints, tmp_path: Path
) -> None:
    page = _on_paper(browser, complaints, storage_state=site.signed_in("en"))
    page.goto(site.url + site.staff["engagement-moved"])

    wrong = _is_clean(page, tmp_path)

    assert wrong == []
    for kept in ("h1", ".date-table", ".timeline", ".facts"):
        assert page.locator(kept).first.is_visible(), kept


@pytest.mark.parametrize(("sample", "language"), [("update_with_delay", "ary"), ("on_track", "en"), ("day_mail", "ru")])
def test_a_mail_prints_black_on_white_and_without_its_button(
    browser: Browser, complaints: Complaints, tmp_path: Path, sample: str, language: str
) -> None:
    page = _on_paper(browser, complaints)
    page.set_content(render(SAMPLES[sample](language)).html)

    wrong = _is_clean(page, tmp_path)

    assert wrong == []
    assert page.locator("h1").is_visible()
    assert len(page.locator("body").inner_text()) > 300
