"""The sentences that are built from parts, as they were when they were last read in each language."""

import pytest

from emails import combinations
from emails.languages import LANGUAGES
from tests.emails.conftest import COMBINATIONS, Golden


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_combination_reads_as_it_did_when_it_was_last_read(tag: str) -> None:
    groups = combinations.of(tag)

    text = "".join(f"== {name}\n" + "".join(f"{line}\n" for line in lines) for name, lines in groups.items())

    Golden(COMBINATIONS).check(f"{tag}.txt", text)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_language_says_the_same_in_the_same_order(tag: str) -> None:
    english, theirs = combinations.of("en"), combinations.of(tag)

    assert {name: len(lines) for name, lines in theirs.items()} == {name: len(lines) for name, lines in english.items()}
    assert all(line.strip() for lines in theirs.values() for line in lines)
    assert not [line for lines in theirs.values() for line in lines if "{" in line or "None" in line]
