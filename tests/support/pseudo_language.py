"""A language nobody speaks, made from English: every text about half as long again, in accented letters, between marks.

What stands on a page or in a mail outside the marks did not come from the catalogue. Words of people are marked
otherwise, and days come from Babel in Georgian letters, so that all three can be told apart.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Formatter

import pytest

from emails import languages, sample_story
from emails.languages import CATALOGUES, Entry, flatten

TAG = "qaa"
"""Free for private use by ISO 639-2."""

OPEN, CLOSE = "⟦⟧"
SAID_OPEN, SAID_CLOSE = "⟪⟫"
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ"
)
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_READ_BY_PROGRAMS = "dates.patterns."
NO_WORDS = {"zone", "reference", "colour", "firm_phone", "owner_phone", "colleague_phone"}


def marked(text: str) -> str:
    """A text of the catalogue in the language nobody speaks; its placeholders stay, outside the marks."""
    pieces = []
    for literal, name, spec, conversion in Formatter().parse(text):
        pieces.append(_marked(literal).replace("{", "{{").replace("}", "}}"))
        if name is not None:
            pieces.append("{" + name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}")
    return "".join(pieces)


def said(text: str) -> str:
    """Words of a person, so marked that nobody takes them for words of ours."""
    return f"{SAID_OPEN}{text}{SAID_CLOSE}"


def catalogue() -> str:
    """The one file that makes it a language."""
    english = tomllib.loads((CATALOGUES / "en.toml").read_text(encoding="utf-8"))
    return "".join(f"{key} = {_entry(key, entry)}\n" for key, entry in flatten(english))


def sample_words() -> str:
    """The words of the sample mails, marked as said by people."""
    english = tomllib.loads((sample_story.WORDS / "en.toml").read_text(encoding="utf-8"))
    return "".join(f"{key} = {_quoted(text if key in NO_WORDS else said(text))}\n" for key, text in english.items())


@contextmanager
def one_more_language(folder: Path) -> Iterator[str]:
    """While this lasts the language is there, by what adding one takes: a file and a line. Its tag is given."""
    here, words = folder / "catalogues", folder / "sample_words"
    for made, source, added in ((here, CATALOGUES, catalogue()), (words, sample_story.WORDS, sample_words())):
        made.mkdir(parents=True)
        for path in source.glob("*.toml"):
            (made / path.name).write_bytes(path.read_bytes())
        (made / f"{TAG}.toml").write_text(added, encoding="utf-8")
    line = Entry(TAG, "ka", "ltr", marked("Nobody's"), "Nobody's", TAG, TAG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "CATALOGUES", here)
        patch.setattr(languages, "REGISTRY", (*languages.REGISTRY, line))
        patch.setattr(sample_story, "WORDS", words)
        yield TAG
    languages._load.cache_clear()


def _entry(key: str, entry: str | dict[str, str]) -> str:
    if key.startswith(_READ_BY_PROGRAMS):
        return _quoted(str(entry))
    if isinstance(entry, str):
        return _quoted(marked(entry))
    return "{ " + ", ".join(f"{category} = {_quoted(marked(form))}" for category, form in entry.items()) + " }"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _marked(literal: str) -> str:
    """The words between the blanks at both ends, longer and marked; punctuation alone stays as it is."""
    words = literal.strip()
    if not _LETTER.search(words):
        return literal
    before, after = literal[: literal.index(words)], literal[literal.index(words) + len(words) :]
    longer = _VOWEL.sub(lambda found: found[0] * 2, words)
    longer += "~" * max(0, -(-len(words) * 4 // 10) + len(words) - len(longer))
    return f"{before}{OPEN}{longer.translate(_ACCENTED)}{CLOSE}{after}"
