"""Each language has one glossary; what people read keeps to its words and to the signs its readers expect."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from emails.languages import LANGUAGES, flatten, language
from webapp.dev import demo_words

ROOT = Path(__file__).parents[2]
GLOSSARIES = ROOT / "emails/glossaries"
SAMPLES = ROOT / "emails/sample_words"
TAGS = sorted(LANGUAGES)
RIGHT_TO_LEFT = [tag for tag in TAGS if language(tag).direction == "rtl"]
FIELDS = {"say", "found", "never", "note", "later"}
"""Of a term: the words to use, how to find them, the words not to use, the register, and "not used yet"."""

TABLE_WORDS = {
    "imports.table_hint",
    "import_fault.part_unknown",
    "import_fault.rhythm_unread",
    "import_fault.step_unread",
}
"""Texts that quote the English in which a pasted table is written."""

DEMO_FIELDS = {"greeting", "title", "done", "step", "facts", "ask", "question", "delay_why", "delay_action"}
HARAKAT = re.compile("[\u064b-\u0652]")
PLACE = re.compile(r"\{(?!count\})\w+\}")


@lru_cache
def glossary(tag: str) -> dict[str, Any]:
    return tomllib.loads((GLOSSARIES / f"{tag}.toml").read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """A text as it is searched: without harakat, dotted capital I and the names of its places."""
    return PLACE.sub("…", HARAKAT.sub("", text).replace("İ", "i").replace("\u00a0", " "))


def said(pattern: str, text: str, *, prefix: str = "") -> bool:
    """True where a whole word or phrase of `text`, whatever its case, matches; Arabic particles may be glued to it."""
    whole = rf"(?<![\w-]){prefix}(?:{HARAKAT.sub('', pattern)})(?!\w)"
    return re.search(whole, plain(text), re.IGNORECASE) is not None


def catalogue(tag: str) -> Iterator[tuple[str, str]]:
    for key, entry in flatten(language(tag).catalogue):
        for text in [entry] if isinstance(entry, str) else entry.values():
            yield key, text


def samples(tag: str) -> Iterator[tuple[str, str]]:
    for name, text in tomllib.loads((SAMPLES / f"{tag}.toml").read_text(encoding="utf-8")).items():
        yield f"sample {name}", text


def demo(tag: str, found: Any = None) -> Iterator[tuple[str, str]]:
    """What the demo says in one language: its labels, and what was written to clients who read that language."""
    if found is None:
        found = [value for name, value in vars(demo_words).items() if name.isupper()]
    if is_dataclass(found):
        if getattr(found, "language", tag) == tag:
            values = {field.name: getattr(found, field.name) for field in fields(found) if field.name in DEMO_FIELDS}
            yield from ((f"demo {name}", text) for name, value in values.items() for text in _texts(value))
    elif isinstance(found, dict) and found.keys() <= set(TAGS) | {"key"}:
        if isinstance(found.get(tag), str):
            yield "demo", found[tag]
    elif isinstance(found, dict | list | tuple):
        for value in found.values() if isinstance(found, dict) else found:
            yield from demo(tag, value)


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def everything(tag: str) -> list[tuple[str, str]]:
    return [(key, text) for key, text in catalogue(tag) if key not in TABLE_WORDS] + [*samples(tag), *demo(tag)]


def test_every_language_has_a_glossary_and_no_other_has_one() -> None:
    assert sorted(path.stem for path in GLOSSARIES.iterdir()) == TAGS


@pytest.mark.parametrize("tag", TAGS)
def test_every_glossary_names_the_same_terms_with_words_to_use_and_words_not_to_use(tag: str) -> None:
    terms = glossary(tag)["terms"]

    assert terms.keys() == glossary("en")["terms"].keys()
    for name, term in terms.items():
        assert term.keys() <= FIELDS, name
        assert term["say"], name
        assert term["found"], name
        assert term["never"], name


@pytest.mark.parametrize("tag", TAGS)
def test_no_text_says_a_word_its_glossary_rules_out(tag: str) -> None:
    words = glossary(tag)
    patterns = [*words["jargon"], *(never for term in words["terms"].values() for never in term["never"])]

    found = [
        (key, pattern, text)
        for key, text in everything(tag)
        for pattern in patterns
        if said(pattern, text, prefix=words.get("prefix", ""))
    ]

    assert found == []


@pytest.mark.parametrize("tag", TAGS)
def test_every_chosen_word_is_used_or_is_for_later(tag: str) -> None:
    words = glossary(tag)
    texts = [text for _, text in catalogue(tag)]

    unused = {
        name
        for name, term in words["terms"].items()
        if not term.get("later")
        and not any(said(term["found"], text, prefix=words.get("prefix", "")) for text in texts)
    }

    assert unused == set()


@pytest.mark.parametrize("tag", TAGS)
def test_the_demo_and_the_samples_are_read_too(tag: str) -> None:
    assert len(list(samples(tag))) > 30
    assert len(list(demo(tag))) > 10


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("slots?", "Choose a Slot."),
        (r"кейс\w*", "По этому кейсу"),
        (r"keçid\w*", "Yeni Keçidiniz"),
        ("iş növ", "İş növ"),
        ("lien magique", "un lien\u00a0magique"),
    ],
)
def test_a_word_is_found_whatever_its_case_and_ending(pattern: str, text: str) -> None:
    assert said(pattern, text)


def test_arabic_words_are_found_with_particles_and_marks() -> None:
    prefix = glossary("ar")["prefix"]

    assert said("زبون", "وبالزبون", prefix=prefix)
    assert said("تنبيه", "تنبيهٌ", prefix=prefix)
    assert not said("طور", "سطور", prefix=prefix)


def test_a_word_inside_another_is_not_found() -> None:
    assert not said("jobs?", "jobless")
    assert not said("stages?", "Ses phases sont : {stages}.")


@pytest.mark.parametrize("tag", TAGS)
def test_nothing_is_exclaimed(tag: str) -> None:
    assert [(key, text) for key, text in everything(tag) if "!" in text] == []


def test_french_keeps_its_signs_on_the_line_of_their_word() -> None:
    loose = re.compile(r"[ \w»}][;!?]|[ \w»}]:(?= |$)| »|« |\w»|«\w|\d (?:h\b|%)")

    found = [(key, text) for key, text in everything("fr") if key not in TABLE_WORDS and loose.search(text)]

    assert found == []


@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag != "en"])
def test_quotations_stand_in_guillemets(tag: str) -> None:
    assert [(key, text) for key, text in everything(tag) if re.search('["“”„]', text)] == []


@pytest.mark.parametrize("tag", RIGHT_TO_LEFT)
def test_arabic_script_has_its_own_comma_semicolon_and_question_mark(tag: str) -> None:
    foreign = re.compile("[\u0600-\u06ff][,;?]|[,;?] ?[\u0600-\u06ff]")

    assert [(key, text) for key, text in everything(tag) if foreign.search(text)] == []
