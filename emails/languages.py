"""Everything a person reads comes from one catalogue file per language; this module finds, counts and dates it.

A language is one line in `REGISTRY` and one file in `catalogues/`. Texts are addressed by dotted keys; an entry that
is a table of CLDR plural categories is chosen by `count`. Digits are Latin and dates absolute in every language.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, tzinfo
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.lists import format_list

Direction = Literal["ltr", "rtl"]
CATALOGUES = Path(__file__).parent / "catalogues"
PLURAL_CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})

_DAY_OF_MONTH = re.compile(r"\bd\b")


class UnknownLanguage(KeyError):
    """No such tag in the registry, or no catalogue for it."""


class MissingText(KeyError):
    """The catalogue of this language has no such key, or a plural was asked for without `count`."""


@dataclass(frozen=True)
class Entry:
    """One line of the registry. `ary` borrows Morocco's Arabic: Babel knows no `ary`, and neither do mail programs,
    browsers and the calendars of public holidays."""

    tag: str
    locale: str
    direction: Direction
    native_name: str
    english_name: str
    mail_tag: str
    """What a mail's Content-Language says, and what a browser asks for."""
    general_tag: str
    """The language that others know it as."""


REGISTRY = (
    Entry("en", "en_GB", "ltr", "English", "English", "en", "en"),
    Entry("fr", "fr_FR", "ltr", "Français", "French", "fr", "fr"),
    Entry("az", "az", "ltr", "Azərbaycanca", "Azerbaijani", "az", "az"),
    Entry("ru", "ru", "ltr", "Русский", "Russian", "ru", "ru"),
    Entry("ar", "ar", "rtl", "العربية", "Arabic", "ar", "ar"),
    Entry("ary", "ar_MA", "rtl", "الدارجة المغربية", "Moroccan Arabic", "ar-MA", "ar"),
)


@dataclass(frozen=True, eq=False)
class Language:
    """One language a person can read, with its catalogue."""

    tag: str
    locale: Locale
    direction: Direction
    native_name: str
    english_name: str
    mail_tag: str
    general_tag: str
    catalogue: Mapping[str, Any] = field(repr=False)
    year: int | None = None
    """The year in which it is read: a day of another one is written with its year. None: no day is."""
    home: str | None = None
    """The zone of the firm: a time by clocks that show another hour is written with its city. None: no time is."""

    def read_in(self, year: int, *, home: str | None = None) -> "Language":
        """The same language as it is written in a year, by a firm whose clocks are those of a zone."""
        return _read_in(self.tag, year, home)

    def has(self, key: str, /) -> bool:
        """True where `key` leads to a text, plural or not."""
        return key in self._texts

    def pattern(self, key: str, /, *, count: int | None = None) -> str:
        """The text of `key` with its placeholders still open; the plural form for `count` where it has forms.

        Raises MissingText where the key leads nowhere, to a section, or to a plural without `count`.
        """
        found = self._texts.get(key)
        if isinstance(found, str):
            return found
        if found is None:
            raise MissingText(f"{self.tag}: no text for {key!r}")
        if count is None:
            raise MissingText(f"{self.tag}: {key!r} is a plural and needs a count")
        form: str = found.get(_plural_category(self.locale, count)) or found["other"]
        return form

    def text(self, key: str, /, **values: object) -> str:
        """The text of `key` with `values` in its named placeholders. Raises MissingText, and KeyError for a
        placeholder without a value."""
        count = values.get("count")
        return self.pattern(key, count=count if isinstance(count, int) else None).format(**values)

    def day(self, day: date, /, *, with_year: bool | None = None) -> str:
        """Weekday, day and month: "Friday 23 April"; in another year than this one "Friday 23 April 2027"."""
        return self._date(day, "day_with_year" if self._needs_year(day, with_year) else "day")

    def short_day(self, day: date, /, *, with_year: bool | None = None) -> str:
        """Day and month: "23 April"; in another year than this one "23 April 2027"."""
        return self._date(day, "short_day_with_year" if self._needs_year(day, with_year) else "short_day")

    def month(self, day: date, /, width: Literal["", "short_", "narrow_"] = "") -> str:
        """Month and year, "April 2026", or for a chart the month alone: "Apr", "A"."""
        return _formatted(day, self.pattern(f"dates.patterns.{width}month"), self.locale)

    def day_of_month(self, number: int, /) -> str:
        """The number of a day; the first has a form of its own where the language has one: "1er"."""
        return self.text("dates.first") if number == 1 else str(number)

    def capitalised(self, text: str, /) -> str:
        """Words as they begin a line. Azerbaijani writes its i with a dot when it is a capital, too."""
        first = "İ" if self.tag == "az" and text[:1] == "i" else text[:1].upper()
        return first + text[1:]

    def time(self, moment: time | datetime, /) -> str:
        """Hours and minutes of the clock on the wall, "08:30"; as the French write them, "8 h 30" and "18 h"."""
        if self.tag == "fr":
            return f"{moment.hour}\u00a0h\u00a0{moment.minute:02d}" if moment.minute else f"{moment.hour}\u00a0h"
        return f"{moment.hour:02d}:{moment.minute:02d}"

    def moment(self, moment: datetime, /) -> str:
        """A day and a time: "Tuesday 20 April, 18:00". `moment` is already in the reader's zone."""
        return self.by_clock(self.text("dates.moment", day=self.day(moment), time=self.time(moment)), moment)

    def by(self, moment: datetime, /) -> str:
        """The latest time of something: "Tuesday 20 April, by 18:00"."""
        return self.by_clock(self.text("dates.by", day=self.day(moment), time=self.time(moment)), moment)

    def by_clock(self, text: str, moment: datetime, /) -> str:
        """`text`, which says a time, and by which city's clocks where those of the firm show another one."""
        if self.home is None or moment.utcoffset() == moment.astimezone(ZoneInfo(self.home)).utcoffset():
            return text
        return self._in_city(text, moment.tzinfo)

    def in_city(self, text: str, zone: str, /) -> str:
        """`text`, which says an hour by the clocks of a zone, with the city of that zone."""
        return self._in_city(text, ZoneInfo(zone))

    def _in_city(self, text: str, zone: tzinfo | None) -> str:
        city = get_timezone_location(zone, locale=self.locale, return_city=True).rpartition("/")[2]
        return self.text("dates.in_zone", text=text, city=city)

    def span(self, start: date, end: date, /) -> str:
        """From one day to another: "26 to 28 April"; one day where both are the same. From one year into another, each
        with its own."""
        if start == end:
            return self.day(start)
        if (start.year, start.month) == (end.year, end.month):
            return self.text("dates.span", start=self.day_of_month(start.day), end=self.short_day(end))
        is_over_years = True if start.year != end.year else None
        first = self.short_day(start, with_year=is_over_years or False)
        return self.text("dates.span", start=first, end=self.short_day(end, with_year=is_over_years))

    def listing(self, items: Sequence[str], /) -> str:
        """Items joined as this language joins them: "a, b and c"."""
        return format_list(list(items), locale=self.locale)

    def _needs_year(self, day: date, is_wanted: bool | None) -> bool:
        return is_wanted if is_wanted is not None else self.year is not None and day.year != self.year

    def _date(self, day: date, kind: str) -> str:
        pattern = self.pattern(f"dates.patterns.{kind}")
        if day.day == 1:
            pattern = _DAY_OF_MONTH.sub(f"'{self.day_of_month(1)}'", pattern)
        return _formatted(day.date() if isinstance(day, datetime) else day, pattern, self.locale)

    @cached_property
    def _texts(self) -> dict[str, str | dict[str, str]]:
        return dict(flatten(self.catalogue))


class Languages(Mapping[str, Language]):
    """The registry's languages whose catalogue exists, in the registry's order, each loaded once when first used."""

    def __getitem__(self, tag: str) -> Language:
        return _load(tag)

    def __iter__(self) -> Iterator[str]:
        return (entry.tag for entry in REGISTRY if _path(entry.tag).is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)


LANGUAGES: Mapping[str, Language] = Languages()


def language(tag: str) -> Language:
    """The language of `tag`. Raises UnknownLanguage."""
    return _load(tag)


def is_plural(entry: object) -> bool:
    """True for a table of plural categories, as against a section of the catalogue."""
    return isinstance(entry, dict) and "other" in entry and entry.keys() <= PLURAL_CATEGORIES


def flatten(catalogue: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | dict[str, str]]]:
    """Every dotted key of a catalogue with its text or its plural forms."""
    for name, entry in catalogue.items():
        key = f"{prefix}{name}"
        if isinstance(entry, dict) and not is_plural(entry):
            yield from flatten(entry, f"{key}.")
        else:
            yield key, entry


def _path(tag: str) -> Path:
    return CATALOGUES / f"{tag}.toml"


@lru_cache(maxsize=2048)
def _formatted(day: date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=1024)
def _plural_category(locale: Locale, count: int) -> str:
    return locale.plural_form(count)


@lru_cache(maxsize=128)
def _read_in(tag: str, year: int, home: str | None) -> Language:
    made = replace(_load(tag), year=year, home=home)
    made.__dict__["_texts"] = _load(tag)._texts  # shared: the same texts, flattened once
    return made


@cache
def _load(tag: str) -> Language:
    entry = next((entry for entry in REGISTRY if entry.tag == tag), None)
    if entry is None or not _path(tag).is_file():
        raise UnknownLanguage(tag)
    return Language(
        tag=entry.tag,
        locale=Locale.parse(entry.locale),
        direction=entry.direction,
        native_name=entry.native_name,
        english_name=entry.english_name,
        mail_tag=entry.mail_tag,
        general_tag=entry.general_tag,
        catalogue=tomllib.loads(_path(tag).read_text(encoding="utf-8")),
    )
