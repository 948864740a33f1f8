"""Text from people, files and other servers, made safe to keep: a text, a line, what may stand in a header."""

import re
import unicodedata
from textwrap import shorten

_LINE_BREAKS = re.compile(r"\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")
_KEPT_CONTROLS = {"\n", "\t", "\u200c", "\u200d", "\u200e", "\u200f"}
OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates, with which a text can show something else than it says."""


def clean_text(text: str) -> str:
    """Free text as it may be stored: line breaks as \\n, no control, no direction override, no half characters, NFC.
    Letters that shape other scripts (joiners, direction marks) stay."""
    text = OVERRIDES.sub("", _LINE_BREAKS.sub("\n", text))
    kept = (
        character
        for character in text
        if character in _KEPT_CONTROLS
        or (unicodedata.category(character) not in {"Cc", "Cs", "Cn", "Co"} and character != "\ufeff")
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def clean_line(text: str) -> str:
    """One line of text: as clean_text, with every run of white space made one space."""
    return " ".join(clean_text(text).split())


_BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")


_BROKEN = re.compile("[\ud800-\udfff\ufffe\uffff]")


def one_line(text: str) -> str:
    """The text on one line: each run of ASCII white space, line breaks and controls becomes one space.

    Bidirectional embeddings, overrides and isolates and broken surrogates are dropped; no-break spaces, LRM, RLM,
    joiners and everything else stay.
    """
    return _BREAKS.sub(" ", _BROKEN.sub("", OVERRIDES.sub("", text))).strip(" ")


_CLAUSE_END = re.compile(r"[.;!?\u061b\u061f](?=\s)")
_FULL_STOP = ".?\u061f"
_SHORTEST_CLAUSE = 20


def first_words(text: str, most: int) -> str:
    """The words as they stand inside a line of ours: on one line and without the full stop of their own. What is
    longer than `most` characters ends with a clause where there is one of some length, else with dots."""
    words = one_line(text).rstrip(_FULL_STOP).rstrip()
    if len(words) <= most:
        return words
    ends = [end.start() for end in _CLAUSE_END.finditer(words, 0, most + 1) if end.start() >= _SHORTEST_CLAUSE]
    return words[: ends[-1]].rstrip() if ends else shorten(words, most, placeholder="\u2026")


def has_words(text: str | None) -> bool:
    """Whether there is anything to read: not where all is white space or signs that nobody sees."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text or "")
