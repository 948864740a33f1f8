"""The system's Chromium, headless, and what it complains about."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Page, ViewportSize, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
NARROWEST: ViewportSize = {"width": 320, "height": 640}
"""Also what is left of a window of 1280 at 400 % (WCAG 1.4.10)."""

EXPECTED = ("status of 4", "Failed to execute 'postMessage'")
"""Answers that refuse what was typed; and axe, which greets every frame and is kept out of those with mails."""

HOW_TO_GET = "apt install chromium"


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def running_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


class Complaints(list[str]):
    """Everything a page must not do: errors and refusals on the console, uncaught errors, dialogs, server faults."""

    def watch(self, page: Page) -> Page:
        page.on("console", lambda message: self._console(page, message))
        page.on("pageerror", lambda error: self._page_error(page, error))
        page.on("dialog", lambda dialog: self._dialog(page, dialog))
        page.on("response", lambda answer: self._answer(answer.status, answer.url))
        return page

    def _console(self, page: Page, message: ConsoleMessage) -> None:
        is_expected = any(words in message.text for words in EXPECTED)
        if message.type in {"error", "warning"} and not is_expected:
            self.append(f"{page.url}: {message.text}")

    def _page_error(self, page: Page, error: Error) -> None:
        self.append(f"{page.url}: {error}")

    def _dialog(self, page: Page, dialog: Dialog) -> None:
        self.append(f"{page.url}: a dialog said {dialog.message!r}")
        dialog.dismiss()

    def _answer(self, status: int, url: str) -> None:
        if status >= 500:
            self.append(f"{url}: {status}")


def open_page(browser: Browser, complaints: Complaints, **options: Any) -> Page:
    """A page in a browser profile of its own."""
    page = browser.new_context(**{"viewport": PHONE, **options}).new_page()
    page.set_default_timeout(15_000)
    return complaints.watch(page)


def sideways(page: Page) -> int:
    """By how many CSS pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
