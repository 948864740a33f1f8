"""Pictures of every page and mail, side by side in one index.

`python -m tests.support.e2e.pictures [words of names]`
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from emails import inert
from emails.languages import LANGUAGES
from emails.registry import SAMPLES
from tests.support.e2e.browsing import DESK, PHONE, chromium, running_browser
from tests.support.e2e.command import ROOT
from tests.support.e2e.site import WITHOUT_ADDRESS, Site, running_site
from webapp.dev.demo_words import CLIENTS
from webapp.services.mail import writing

FOLDER = ROOT / "pictures"
LOOKS = (("desk", DESK, "light"), ("phone", PHONE, "light"), ("dark", PHONE, "dark"))
MAIL_WIDTHS = (360, 700)
READERS = tuple(
    replace(CLIENTS[0], contact=f"Reader {tag}", address=f"{tag}@example.com", language=tag, reference=f"MA-46{n:02}")
    for n, tag in enumerate(("fr", "ru", "ar"))
)
STYLE = (
    "body{font:14px system-ui;margin:1rem;background:#ddd}section{display:flex;gap:1rem;overflow-x:auto;"
    "align-items:flex-start}h2{margin:2rem 0 .5rem}img{max-height:80vh;max-width:60rem;background:#fff}"
    "figure{margin:0}nav a{margin-inline-end:.7rem}"
)


def main(wanted: Sequence[str] = ()) -> int:
    """Take the pictures whose names hold one of these words, all without any."""
    if chromium() is None:
        sys.stderr.write("no Chromium on this machine: apt install chromium\n")
        return 1
    if not wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    with running_browser() as browser, tempfile.TemporaryDirectory() as home:
        with running_site(Path(home), (*CLIENTS, WITHOUT_ADDRESS, *READERS)) as site:
            _pages(browser, site, wanted)
        _mails(browser, wanted)
    _index()
    sys.stdout.write(f"{FOLDER / 'index.html'}\n")
    return 0


def _pages(browser: Browser, site: Site, wanted: Sequence[str]) -> None:
    for look, window, scheme in LOOKS:
        for language in ("en", "ary"):
            options = {"viewport": window, "color_scheme": scheme, "storage_state": site.signed_in(language)}
            staff = {f"staff {name} {language}": address for name, address in site.staff.items()}
            _shoot(browser, staff, site.url, look, wanted, **options)
            public = {f"public {name} {language}": address for name, address in site.public.items()}
            locale = "ar-MA" if language == "ary" else "en-GB"
            _shoot(browser, public, site.url, look, wanted, viewport=window, color_scheme=scheme, locale=locale)
        _form_states(browser, site, look, wanted, viewport=window, color_scheme=scheme)
        clients = {f"client page {tag}": link for tag, link in site.clients.items()}
        _shoot(browser, clients, site.url, look, wanted, viewport=window, color_scheme=scheme)


def _form_states(browser: Browser, site: Site, look: str, wanted: Sequence[str], **options: Any) -> None:
    """The form with a date that moves, refused as it is, and with nothing new."""
    context = browser.new_context(**options)
    page = context.new_page()
    for name, choice in _chosen(
        {"form date moves": "[name$=holds][value=no]", "form nothing": "[value=nothing]"}, wanted
    ):
        page.goto(site.form)
        page.locator(choice).last.check()
        _save(page, name, look)
        page.get_by_role("button", name="Ready to send").click()
        _save(page, f"{name} refused", look)
    context.close()


def _shoot(
    browser: Browser, addresses: dict[str, str], base: str, look: str, wanted: Sequence[str], **options: Any
) -> None:
    context = browser.new_context(**options)
    page = context.new_page()
    for name, address in _chosen(addresses, wanted):
        page.goto(address if address.startswith("http") else base + address)
        if "form" in name:
            page.wait_for_timeout(2500)
        _save(page, name, look)
    context.close()


def _mails(browser: Browser, wanted: Sequence[str]) -> None:
    samples = {f"mail {name} {tag}": (name, tag) for name in SAMPLES for tag in LANGUAGES}
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        for title, (name, tag) in _chosen(samples, wanted):
            page.set_content(inert.html(writing.preview(SAMPLES[name](tag)).html))
            for width in MAIL_WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                _save(page, title, f"{width} {scheme}")
        context.close()


def _chosen(named: dict[str, Any], wanted: Sequence[str]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in named.items() if not wanted or any(word in name for word in wanted))


def _save(page: Page, name: str, look: str) -> None:
    page.screenshot(path=FOLDER / f"{name.replace(' ', '_')}__{look.replace(' ', '_')}.png", full_page=True)


def _index() -> None:
    named: dict[str, list[str]] = {}
    for file in sorted(FOLDER.glob("*.png")):
        named.setdefault(file.name.partition("__")[0], []).append(file.name)
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in named)
    rooms = "".join(
        f'<h2 id="{escape(name)}">{escape(name)}</h2><section>'
        + "".join(f'<figure><img loading="lazy" src="{escape(file)}"><p>{escape(file)}</p></figure>' for file in files)
        + "</section>"
        for name, files in named.items()
    )
    page = f"<!doctype html><meta charset=utf-8><title>Milepost</title><style>{STYLE}</style><nav>{links}</nav>{rooms}"
    (FOLDER / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
