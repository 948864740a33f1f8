"""Text of mixed directions as people write it: each left-to-right run reads in one piece, and only telephone numbers
can be pressed. `mixed_text.toml` holds what was typed and how it must be seen."""

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from emails import phones
from emails.bidi import isolate_html, isolate_text, linked_html
from emails.languages import Direction
from tests.support.visual import INVISIBLE, visual

CORPUS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "mixed_text.toml").read_text(encoding="utf-8"))[
    "text"
]
SURE = [entry for entry in CORPUS if not entry.get("hard")]
"""Without those that no rule over characters alone can tell."""


class Seen(HTMLParser):
    """What HTML says, with its directions as isolates (UAX 9), and which numbers can be pressed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.base = "", ""
        self.links: list[tuple[str, str]] = []
        self._ends: list[str] = []
        self._dial: str | None = None
        self._shown = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "span":
            mark = {"ltr": "\u2066", "rtl": "\u2067"}.get(given.get("dir") or "", "")
            self._ends.append("\u2069" if mark else "")
            self.text += mark
        elif tag == "div":
            self.base = given.get("dir") or self.base
        elif tag == "a" and (given["href"] or "").startswith("tel:"):
            self._dial, self._shown = (given["href"] or "")[4:], ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self.text += self._ends.pop()
        elif tag == "a" and self._dial is not None:
            self.links.append((_spaces(self._shown), self._dial))
            self._dial = None

    def handle_data(self, data: str) -> None:
        self.text += data
        self._shown += data


def _spaces(text: str) -> str:
    return text.translate(INVISIBLE).replace("\u00a0", " ").replace("\u202f", " ")


def _base(entry: dict[str, Any]) -> Direction:
    return "rtl" if entry["language"] in ("ar", "ary") else "ltr"


@pytest.mark.parametrize("entry", SURE, ids=lambda entry: entry["words"][:40])
def test_mixed_text_is_seen_in_its_order(entry: dict[str, Any]) -> None:
    base, runs = _base(entry), [_spaces(run) for run in entry["order"]]
    seen = Seen(str(isolate_html(entry["words"], base)))

    in_html, in_text = visual(seen.text, seen.base or base), visual(isolate_text(entry["words"], base), base)

    assert [run for run in runs if run not in in_html] == []
    assert [run for run in runs if run not in in_text] == []
    if "shown" in entry:
        assert in_html in (entry["shown"], entry.get("shown_embedded"))
        assert in_text in (entry["shown"], entry.get("shown_embedded"))


@pytest.mark.parametrize("entry", SURE, ids=lambda entry: entry["words"][:40])
def test_only_telephone_numbers_can_be_pressed_and_dial_what_was_written(entry: dict[str, Any]) -> None:
    wanted = [_spaces(number) for number in entry["phones"]]
    dials = entry.get("dials") or [_digits(number) for number in wanted]

    links = Seen(str(isolate_html(entry["words"], _base(entry)))).links

    assert links == list(zip(wanted, dials, strict=True))
    assert Seen(str(linked_html(entry["words"], _base(entry)))).links == links


def test_a_left_to_right_line_without_arabic_is_left_alone() -> None:
    latin = [entry["words"] for entry in CORPUS if _base(entry) == "ltr"]
    plain = [words for words in latin if not re.search("[\u0590-\u08ff]", words)]

    assert len(plain) > 50
    assert [words for words in plain if isolate_text(words, "ltr") != words.strip()] == []


def test_a_zero_for_callers_inside_the_country_is_not_dialled_from_outside() -> None:
    assert phones.dialled("+33 (0)1 42 68 53 00") == "+33142685300"
    assert phones.dialled("٠٦٦١ ٢٠ ٣٠ ٤٠") == "0661203040"


def _digits(number: str) -> str:
    return ("+" if number.startswith("+") else "") + re.sub("[^0-9]", "", number)
