"""Whoever reads the plain text learns the same as whoever reads the HTML."""

import re

import html5lib
import pytest

from emails.languages import LANGUAGES
from emails.registry import SAMPLES
from emails.rendering import render

EVERY = [(tag, sample) for tag in LANGUAGES for sample in SAMPLES]
NAMESPACE = "{http://www.w3.org/1999/xhtml}"


def bare(text: str) -> str:
    """On one line, without the marks that only order or defuse."""
    return " ".join(re.sub("[\u200e\u2060]", "", text).split())


def pieces_of(html: str) -> list[str]:
    """What a person reads of an HTML mail, piece by piece."""
    body = html5lib.parse(re.sub("<!--.*?-->", "", html, flags=re.DOTALL)).find(f"{NAMESPACE}body")
    assert body is not None
    return [bare(piece) for piece in body.itertext() if bare(piece)]


@pytest.mark.parametrize(("tag", "sample"), EVERY)
def test_all_of_the_text_is_in_the_html(tag: str, sample: str) -> None:
    mail = render(SAMPLES[sample](tag))
    shown = bare(" ".join(pieces_of(mail.html)))
    shown_tight = shown.replace(" ", "")

    lines = [re.sub(r"^- ", "", line.strip()) for line in mail.text.split("\n")]
    said = [bare(piece) for line in lines for piece in re.split(r"\s?: https://\S+|\s?: | · |https://\S+", line)]

    assert [piece for piece in said if piece.strip(" :-") and piece.replace(" ", "") not in shown_tight] == []


@pytest.mark.parametrize(("tag", "sample"), EVERY)
def test_all_of_the_html_is_in_the_text(tag: str, sample: str) -> None:
    mail = render(SAMPLES[sample](tag))
    said = bare(mail.text)

    shown = [part for piece in pieces_of(mail.html) for part in piece.split(" · ") if piece != bare(mail.preheader)]

    assert [part for part in shown if part.strip(" ·:") not in said] == []
