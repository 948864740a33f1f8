import re
from datetime import date, datetime, time
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from emails.languages import CATALOGUES, LANGUAGES, REGISTRY, MissingText, UnknownLanguage, flatten, language

CASABLANCA = ZoneInfo("Africa/Casablanca")


def forms(entry: str | dict[str, str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def names(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


def all_names(entry: str | dict[str, str]) -> set[str]:
    return set().union(*(names(form) for form in forms(entry)))


def test_every_language_of_the_registry_has_its_catalogue() -> None:
    assert list(LANGUAGES) == [entry.tag for entry in REGISTRY]
    assert {path.stem for path in CATALOGUES.glob("*.toml")} == set(LANGUAGES) >= {"en", "fr", "az", "ru", "ar", "ary"}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_catalogue_has_the_same_keys_as_english(tag: str) -> None:
    english = dict(flatten(language("en").catalogue))

    own = dict(flatten(language(tag).catalogue))

    assert own.keys() == english.keys()
    assert [key for key in own if isinstance(own[key], str) != isinstance(english[key], str)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_text_has_the_same_placeholders_as_english(tag: str) -> None:
    english = dict(flatten(language("en").catalogue))

    differing = {
        key: all_names(entry) ^ all_names(english[key])
        for key, entry in flatten(language(tag).catalogue)
        if all_names(entry) != all_names(english[key])
    }

    assert differing == {}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_plural_has_exactly_the_categories_of_its_language(tag: str) -> None:
    spoken = language(tag)
    wanted = set(spoken.locale.plural_form.tags) | {"other"}

    wrong = [key for key, entry in flatten(spoken.catalogue) if isinstance(entry, dict) and entry.keys() != wanted]

    assert wrong == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_text_is_empty_or_carries_direction_overrides_or_arabic_digits(tag: str) -> None:
    bad = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"

    wrong = [
        key
        for key, entry in flatten(language(tag).catalogue)
        for form in forms(entry)
        if not form.strip() or any(sign in form for sign in bad)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("tag", "day", "short"),
    [
        ("en", "Friday 23 April", "23 April"),
        ("fr", "vendredi 23 avril", "23 avril"),
        ("az", "23 aprel, cümə", "23 aprel"),
        ("ru", "23 апреля (пятница)", "23 апреля"),
        ("ar", "الجمعة 23 أبريل", "23 أبريل"),
        ("ary", "الجمعة 23 أبريل", "23 أبريل"),
    ],
)
def test_a_day_is_said_with_its_weekday(tag: str, day: str, short: str) -> None:
    assert language(tag).day(date(2027, 4, 23)) == day
    assert language(tag).short_day(date(2027, 4, 23)) == short


def test_darija_uses_the_months_of_morocco() -> None:
    months = [language("ary").short_day(date(2027, month, 1)) for month in (5, 8, 9, 11)]

    assert months == ["1 ماي", "1 غشت", "1 شتنبر", "1 نونبر"]


def test_a_year_is_said_when_it_is_another_one_or_asked_for() -> None:
    read = language("en").read_in(2026)

    assert read.day(date(2026, 4, 23)) == "Thursday 23 April"
    assert read.day(date(2027, 4, 23)) == "Friday 23 April 2027"
    assert read.short_day(date(2025, 4, 23)) == "23 April 2025"
    assert read.moment(datetime(2027, 1, 1, 8, 30, tzinfo=CASABLANCA)) == "Friday 1 January 2027, 08:30"
    assert read.day(date(2026, 4, 23), with_year=True) == "Thursday 23 April 2026"
    assert language("en").day(date(2027, 4, 23)) == "Friday 23 April"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2026, 4, 26), date(2026, 4, 28), "26 to 28 April"),
        (date(2027, 4, 26), date(2027, 4, 28), "26 to 28 April 2027"),
        (date(2027, 3, 26), date(2027, 4, 28), "26 March to 28 April 2027"),
        (date(2026, 12, 28), date(2027, 1, 8), "28 December 2026 to 8 January 2027"),
        (date(2026, 3, 1), date(2027, 3, 1), "1 March 2026 to 1 March 2027"),
    ],
)
def test_a_span_of_another_year_says_which(start: date, end: date, said: str) -> None:
    assert language("en").read_in(2026).span(start, end) == said


def test_a_time_is_that_of_the_wall_clock_it_carries() -> None:
    evening = datetime(2027, 4, 20, 18, 0, tzinfo=CASABLANCA)

    assert language("en").time(time(8, 5)) == "08:05"
    assert language("en").moment(evening) == "Tuesday 20 April, 18:00"
    assert language("en").by(evening) == "Tuesday 20 April, by 18:00"


def test_a_span_says_the_month_once_where_it_is_the_same() -> None:
    english = language("en")

    assert english.span(date(2027, 4, 26), date(2027, 4, 28)) == "26 to 28 April"
    assert english.span(date(2027, 4, 30), date(2027, 5, 2)) == "30 April to 2 May"
    assert english.span(date(2027, 4, 30), date(2027, 4, 30)) == "Friday 30 April"


@pytest.mark.parametrize(
    ("tag", "count", "said"),
    [
        ("en", 1, "moved once"),
        ("en", 3, "moved 3 times"),
        ("az", 1, "bir dəfə dəyişib"),
        ("ru", 2, "переносилась 2 раза"),
        ("ru", 5, "переносилась 5 раз"),
        ("ru", 21, "переносилась 21 раз"),
        ("ary", 2, "تبدّل جوج مرات"),
        ("ary", 3, "تبدّل 3 مرات"),
        ("ary", 11, "تبدّل 11 مرة"),
    ],
)
def test_a_plural_is_chosen_by_the_rule_of_its_language(tag: str, count: int, said: str) -> None:
    assert language(tag).text("mail.delay.moved", count=count) == said


def test_a_list_is_joined_as_the_language_joins_it() -> None:
    assert language("en").listing(["a", "b", "c"]) == "a, b and c"
    assert language("fr").listing(["a", "b"]) == "a et b"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UnknownLanguage):
        language("xx")

    assert "xx" not in LANGUAGES
    assert LANGUAGES.get("xx") is None


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_missing_key_is_an_error_in_every_language(tag: str) -> None:
    for key in ("mail.nothing_of_the_kind", "mail", "mail.greeting.more"):
        assert not language(tag).has(key)
        with pytest.raises(MissingText):
            language(tag).text(key)


def test_a_plural_without_a_count_is_an_error() -> None:
    with pytest.raises(MissingText):
        language("en").text("mail.delay.moved")


def test_a_catalogue_is_read_once() -> None:
    assert language("en") is language("en")


@pytest.mark.parametrize(
    ("tag", "moment", "said"),
    [
        ("fr", time(18), "18\u00a0h"),
        ("fr", time(9, 5), "9\u00a0h\u00a005"),
        ("en", time(9, 5), "09:05"),
        ("ary", time(18), "18:00"),
    ],
)
def test_an_hour_is_written_as_the_language_writes_it(tag: str, moment: time, said: str) -> None:
    assert language(tag).time(moment) == said


def test_french_signs_stand_after_a_space_that_does_not_break() -> None:
    """A thin one before ; ! ? and a full one before a colon."""
    loose = re.compile("[ \u00a0][;!?](?:[\\s\u00bb]|$)|[ \u202f]:(?:\\s|$)")

    said = {
        key: form for key, entry in flatten(language("fr").catalogue) for form in forms(entry) if loose.search(form)
    }

    assert said == {}
