"""Words of people inside a line of ours."""

import pytest

from emails.cleaning import first_words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Cupboards on Tuesday.", "Cupboards on Tuesday"),
        ("Does Saturday suit you?", "Does Saturday suit you"),
        ("Проект будет готов во вторник; дата сдачи не меняется.", "Проект будет готов во вторник"),
        ("نعم، السبت 17 أبريل يناسبنا كثيرًا؛ يفتح لكم يوسف الباب.", "نعم، السبت 17 أبريل يناسبنا كثيرًا"),
        ("Yes. The carpenter comes on Saturday with all the doors", "Yes. The carpenter comes on Saturday…"),
        ("Two\nlines", "Two lines"),
    ],
)
def test_they_lose_their_full_stop_and_end_with_a_clause(text: str, shown: str) -> None:
    assert first_words(text, 40) == shown
