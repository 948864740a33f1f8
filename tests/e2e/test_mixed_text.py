"""Where a browser really puts the glyphs of mixed text: each left-to-right run in one piece, from left to right."""

import unicodedata
from html import escape
from typing import Any

import pytest
from playwright.sync_api import Browser

from emails.bidi import isolate_html, isolate_text
from tests.emails.test_mixed_text import SURE
from tests.support.visual import INVISIBLE

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

BOXES = """() => [...document.querySelectorAll('.line')].map(line => {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT), found = [];
  for (let node; (node = walker.nextNode());) {
    let at = 0;
    for (const character of node.data) {
      const range = document.createRange();
      range.setStart(node, at); range.setEnd(node, at += character.length);
      const boxes = range.getClientRects();
      if (boxes.length) found.push([character, (boxes[boxes.length - 1].left + boxes[boxes.length - 1].right) / 2]);
    }
  }
  return found;
})"""
FOLDED = str.maketrans(")]>}", "([<{")
"""A box does not tell which way a bracket looks."""
STYLE = "<meta charset=utf-8><style>.line{white-space:nowrap;width:6000px;font:20px sans-serif}p{margin:0}</style>"


def test_a_browser_shows_mixed_text_in_its_order(browser: Browser) -> None:
    lines = [entry for entry in SURE if entry["language"] in ("ar", "ary")]
    drawn = [
        f'<div class="line" dir="rtl">{words}</div>'
        for entry in lines
        for words in (isolate_html(entry["words"], "rtl"), escape(isolate_text(entry["words"], "rtl"), quote=False))
    ]
    page = browser.new_page()
    page.set_content("<!doctype html>" + STYLE + "".join(drawn))

    boxes = page.evaluate(BOXES)
    page.close()

    assert len(boxes) == 2 * len(lines) > 300
    seen = [(entry, _in_order(boxes[2 * place + part])) for place, entry in enumerate(lines) for part in (0, 1)]
    assert [(_bare(run), line) for entry, line in seen for run in entry["order"] if _bare(run) not in line] == []


def _in_order(boxes: list[list[Any]]) -> str:
    return _bare("".join(character for character, _ in sorted(boxes, key=lambda box: float(box[1]))))


def _bare(text: str) -> str:
    plain = text.translate(INVISIBLE).replace("\u00a0", " ").replace("\u202f", " ")
    return "".join(each for each in plain if not unicodedata.category(each).startswith("M")).translate(FOLDED)
