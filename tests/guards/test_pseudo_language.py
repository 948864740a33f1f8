"""A seventh language, added as anybody would add one, speaks on every page and in every mail: no word comes from
elsewhere, and its long words fit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emails import sample_story
from emails.languages import LANGUAGES, flatten, language
from emails.pieces import Said
from emails.registry import SAMPLES
from emails.rendering import render
from emails.sample_story import Story
from tests.support import pseudo_language
from tests.support.pseudo_language import CLOSE, OPEN, TAG
from tests.support.spoken_words import unmarked, unmarked_words

pytestmark = pytest.mark.usefixtures("seventh")

IN_MAILS = {"User unknown"}
"""What a foreign mail server answered."""


@pytest.fixture(scope="module")
def seventh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pseudo_language.one_more_language(tmp_path_factory.mktemp("languages") / "emails") as tag:
        yield tag


def test_a_file_and_a_line_make_a_language() -> None:
    assert list(LANGUAGES)[-1] == TAG
    assert language(TAG).text("layout.nav_today") == f"{OPEN}Ŧǿǿḓȧȧẏẏ{CLOSE}"


def test_every_text_is_two_fifths_longer_and_keeps_its_placeholders_and_plurals() -> None:
    english, own = dict(flatten(language("en").catalogue)), dict(flatten(language(TAG).catalogue))

    assert own.keys() == english.keys()
    for key, entry in english.items():
        if key.startswith("dates.") or not isinstance(entry, str):
            continue
        assert own[key] == pseudo_language.marked(entry)
    assert len(str(own["errors.broken.text"])) >= 1.4 * len(str(english["errors.broken.text"]))
    assert own["mail.delay.moved"]["other"].count("{count}") == 1  # type: ignore[index]


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_mail_says_an_unmarked_word(sample: str) -> None:
    mail = render(SAMPLES[sample](TAG))

    found = [
        *unmarked(mail.subject, IN_MAILS),
        *unmarked(mail.preheader, IN_MAILS),
        *unmarked(mail.text, IN_MAILS),
        *unmarked_words(mail.html, IN_MAILS),
    ]

    assert mail.subject.count(OPEN) >= 1
    assert found == []


def test_a_language_without_sample_words_shows_the_english_ones_and_says_so(tmp_path: Path) -> None:
    with pseudo_language.one_more_language(tmp_path / "emails") as tag:
        (sample_story.WORDS / f"{tag}.toml").unlink()
        story = Story(tag)

    assert story.said("ask") == Said(text="your choice of tap", language="en")
    assert story.about()["language"] == tag
