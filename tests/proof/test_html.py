"""html-validate, with one fixed set of rules for mails and one for pages, over everything we write in HTML."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from emails.languages import LANGUAGES
from emails.registry import SAMPLES
from tests.support.e2e.site import Site, running_site
from tests.support.proof.tools import run_node

ACCEPT = {"en": "en-GB", "ary": "ar-MA"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
LEFT_EMPTY = ("sign-in", "fresh-link", "new-playbook")
"""Pages that come back with what is wrong beside each box when they are sent as they are."""


class Reader:
    """Somebody who reads the site in one language, with a browser's cookies."""

    def __init__(self, site: Site, language: str, *, is_staff: bool) -> None:
        self.site = site
        self.language = ACCEPT[language]
        self.cookies = {"milepost-user": site.secrets[language]} if is_staff else {}

    def page(self, address: str, data: dict[str, str] | None = None) -> str:
        url = address if address.startswith("http") else self.site.url + address
        sent = urlencode(data).encode() if data is not None else None
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            with urlopen(Request(url, data=sent, headers={"Accept-Language": self.language, "Cookie": kept})) as answer:
                return self._read(answer)
        except HTTPError as refused:
            with refused:
                return self._read(refused)

    def _read(self, answer: Any) -> str:
        for header in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        return str(answer.read().decode())

    def sent_empty(self, address: str) -> str:
        token = TOKEN.search(self.page(address))
        return self.page(address, {"csrf_token": token[1]} if token else {"address": "nobody"})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page for staff, clients and the public in a language of each direction, refusals among them."""
    folder = tmp_path_factory.mktemp("pages")
    with running_site(tmp_path_factory.mktemp("site")) as site:
        for language in ACCEPT:
            for name, html in _pages(site, language):
                (folder / f"{language}.{name}.html").write_text(html, encoding="utf-8")
    return folder


def test_every_mail_is_html_as_the_standard_has_it(html_of_mails: Path) -> None:
    assert len(list(html_of_mails.iterdir())) == len(SAMPLES) * len(LANGUAGES)

    assert run_node("html_validate.mjs", "html-validate", "mails", html_of_mails) == []


def test_every_page_is_html_as_the_standard_has_it(pages: Path) -> None:
    refused = [path.name for path in pages.glob("*.empty-*") if "aria-invalid" not in path.read_text(encoding="utf-8")]

    assert refused == [], "sent empty, and nothing is said about it"
    assert run_node("html_validate.mjs", "html-validate", "pages", pages) == []


def _pages(site: Site, language: str) -> Iterator[tuple[str, str]]:
    staff, stranger = Reader(site, language, is_staff=True), Reader(site, language, is_staff=False)
    for name, address in {**site.staff, "form": site.form}.items():
        yield name, staff.page(address)
        if name in LEFT_EMPTY:
            yield f"empty-{name}", staff.sent_empty(address)
    yield "client", stranger.page(site.clients[language])
    for name, address in site.public.items():
        yield f"public-{name}", stranger.page(address)
        if name in LEFT_EMPTY:
            yield f"empty-{name}", stranger.sent_empty(address)
