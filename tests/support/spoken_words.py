"""All that a page or mail says, to eyes and ears, and what of it came neither from the catalogue nor from people."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser

from tests.support.pseudo_language import CLOSE, OPEN, SAID_CLOSE, SAID_OPEN

SPOKEN = {
    "title", "alt", "aria-label", "aria-description", "placeholder", "label",
    "data-label", "data-copied", "data-saved", "data-unsaved", "data-text",
}  # fmt: skip
"""Attributes that somebody sees or hears, some of them by way of a style sheet or a script."""
SILENT = {"script", "style"}
APART = {
    "p", "a", "span", "div", "li", "td", "th", "h1", "h2", "h3", "dt", "dd", "option", "label", "legend", "button",
    "br", "title", "summary", "caption", "time",
}  # fmt: skip
"""What begins or ends here is no part of the same word."""

_MARKED = re.compile(
    f"{OPEN}[^{OPEN}{CLOSE}{SAID_OPEN}{SAID_CLOSE}]*(?:{CLOSE}|…)"
    f"|{SAID_OPEN}[^{OPEN}{CLOSE}{SAID_OPEN}{SAID_CLOSE}]*(?:{SAID_CLOSE}|…)"
    f"|{SAID_OPEN}[^{OPEN}{CLOSE}{SAID_OPEN}{SAID_CLOSE}\\n]*(?= · |\\n|$)"  # cut at the end of a clause
)
_DAY = re.compile("[\u10a0-\u10ff]+")
_REFERENCE = re.compile(r"\b[A-Z]{2}-\d+")
_ADDRESS = re.compile(r"(?:https?://|…/)\S+|[\w.+-]+@[\w.-]+|\{time\}")
"""Also the place into which a script writes the time."""
_LETTER_OR_MARK = re.compile(rf"[^\W\d_]|[{OPEN}{CLOSE}{SAID_OPEN}{SAID_CLOSE}]")


class Speech(HTMLParser):
    """What a page says, in its order; each spoken attribute by itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.flowing: list[str] = []
        self.attributes: list[str] = []
        self._silent = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        if tag in APART:
            self.flowing.append("\n")
        given = dict(attrs)
        self.attributes += [value for name, value in attrs if name in SPOKEN and value]
        if tag == "input" and given.get("type") in {"submit", "button", "reset"}:
            self.attributes.append(given.get("value") or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._silent -= tag in SILENT

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        if tag in APART:
            self.flowing.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.flowing.append(data)


def unmarked_words(html: str, accepted: set[str]) -> Iterator[str]:
    """Every line of a page or of a mail's HTML in which a word stands outside the marks and is no known data."""
    speech = Speech(html)
    for text in ("".join(speech.flowing), *speech.attributes):
        yield from unmarked(text, accepted)


def unmarked(text: str, accepted: set[str]) -> Iterator[str]:
    """Every line of a plain text in which a word stands outside the marks, as do the letters of a mark left open.

    Known data are: days in Georgian letters, references, web and mail addresses, and what is accepted word for word.
    """
    rest = _MARKED.sub(" ", text)
    for known in (_DAY, _ADDRESS, _REFERENCE):
        rest = known.sub(" ", rest)
    if accepted:
        rest = _any_of(frozenset(accepted)).sub(" ", rest)
    for line in rest.splitlines():
        if _LETTER_OR_MARK.search(line):
            yield " ".join(line.split())


@lru_cache
def _any_of(accepted: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(accepted, key=len, reverse=True)
    return re.compile(rf"(?<![^\W\d_])(?:{'|'.join(map(re.escape, longest_first))})(?![^\W\d_])")
