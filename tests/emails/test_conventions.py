"""How each language writes a day, a span and a greeting, in mails as on pages."""

import re
from dataclasses import replace
from datetime import date

import pytest

from emails.kinds.client_update import ClientUpdate
from emails.languages import LANGUAGES, language
from emails.pieces import Agreed, DateLine
from emails.registry import SAMPLES
from emails.rendering import render

FIRST = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("tag", "day", "with_year", "span"),
    [
        ("en", "Friday 1 May", "Friday 1 May 2026", "1 to 3 May"),
        ("fr", "vendredi 1er mai", "vendredi 1er mai 2026", "du 1er au 3 mai"),
        ("az", "1 may, cümə", "1 may 2026, cümə", "1 – 3 may"),
        ("ru", "1 мая (пятница)", "1 мая 2026 года (пятница)", "с 1 по 3 мая"),
        ("ar", "الجمعة 1 مايو", "الجمعة 1 مايو 2026", "من 1 إلى 3 مايو"),
        ("ary", "الجمعة 1 ماي", "الجمعة 1 ماي 2026", "من 1 حتى 3 ماي"),
    ],
)
def test_the_first_of_a_month_is_written_as_its_language_writes_it(
    tag: str, day: str, with_year: str, span: str
) -> None:
    spoken = language(tag)

    assert spoken.day(FIRST) == day
    assert spoken.day(FIRST, with_year=True) == with_year
    assert spoken.span(FIRST, date(2026, 5, 3)) == span


def test_in_french_only_the_first_is_an_ordinal() -> None:
    french = language("fr")

    assert [french.short_day(date(2026, 5, number)) for number in (1, 2, 11, 21, 31)] == [
        "1er mai", "2 mai", "11 mai", "21 mai", "31 mai",
    ]  # fmt: skip
    assert french.short_day(FIRST, with_year=True) == "1er mai 2026"
    assert french.span(FIRST, date(2026, 6, 1)) == "du 1er mai au 1er juin"


def test_in_russian_months_stand_in_the_genitive_and_years_without_a_letter() -> None:
    russian = language("ru")

    assert [russian.short_day(date(2026, month, 12)) for month in (1, 3, 5, 8)] == [
        "12 января", "12 марта", "12 мая", "12 августа",
    ]  # fmt: skip
    assert all("г." not in russian.day(date(2026, month, 12), with_year=True) for month in range(1, 13))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_digits_are_latin_and_no_month_is_cut_short(tag: str) -> None:
    days = [language(tag).day(date(2026, month, 28), with_year=True) for month in range(1, 13)]

    assert all("28" in day and "2026" in day for day in days)
    assert all("." not in day for day in days)


def test_a_mail_writes_the_first_of_a_month_so_in_both_halves() -> None:
    sample = SAMPLES["on_track"]("fr")
    assert isinstance(sample, ClientUpdate)
    line = DateLine(milestone_id=1, labels={"fr": "Remise"}, first=Agreed(starts_on=FIRST), now=Agreed(starts_on=FIRST))

    mail = render(replace(sample, dates=(line,)))

    assert "vendredi 1er mai" in mail.text
    assert "vendredi 1er mai" in mail.html
    assert "1 mai" not in mail.subject + mail.text + mail.html


@pytest.mark.parametrize(
    ("tag", "hello", "name"),
    [
        ("en", "Hello", "Mrs Bennani"),
        ("fr", "Bonjour", "Mme Bennani"),
        ("az", "Salam,", "Rauf müəllim"),
        ("ru", "Здравствуйте,", "Ольга Сергеевна"),
        ("ar", "تحية طيبة،", "السيدة بناني"),
        ("ary", "السلام عليكم", "للا مريم"),
    ],
)
def test_a_greeting_takes_the_name_as_the_client_is_addressed(tag: str, hello: str, name: str) -> None:
    mail = render(replace(SAMPLES["on_track"](tag), recipient=name))

    assert re.search(f"^{hello} {name}[,.!،]$", mail.text, re.MULTILINE)


def test_the_name_of_a_month_is_the_languages_own_whatever_was_spoken_before() -> None:
    """Babel 2.18 lends one language's stand-alone months to those that have none of their own."""
    april = date(2026, 4, 1)

    named = [language(tag).month(april) for tag in ("az", "fr", "ar", "ru", "en")]
    short = [language(tag).month(april, "short_") for tag in ("az", "fr", "en")]

    assert named == ["aprel 2026", "avril 2026", "أبريل 2026", "апрель 2026", "April 2026"]
    assert short == ["apr", "avr.", "Apr"]
