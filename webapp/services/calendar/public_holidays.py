"""Public holidays by country, from the `holidays` library, and which of them it can only estimate."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

from emails.languages import language

# Wide enough for any work that is planned or looked back on; the library's own moon tables end soon after.
YEARS = range(2015, 2061)
ENGLISH = "en"
_JOINED = re.compile(r"\s*;\s*")


@dataclass(frozen=True)
class PublicHoliday:
    """One day. `language` is that of the name. A date is estimated where nothing but the sighting of a moon, or a
    decree still to come, makes it a holiday."""

    on: date
    name: str
    language: str
    is_estimated: bool


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Countries whose holidays are known, as two letters (ISO 3166-1)."""
    return frozenset(holidays.list_supported_countries(include_aliases=False))


@lru_cache(maxsize=512)
def of_year(country: str, year: int, tag: str = ENGLISH) -> tuple[PublicHoliday, ...]:
    """The holidays of a year in order, named in the language where the library knows it, else in English."""
    spoken = _spoken(country, tag)
    known = holidays.country_holidays(country, years=year, language=spoken)
    labels = [_label(known, name) for name in ("observed_estimated_label", "estimated_label")]
    found = []
    for on, names in known.items():
        if on.year != year:
            continue
        said = [_said(name, labels) for name in _JOINED.split(names)]
        name = "; ".join(dict.fromkeys(name for name, _ in said))
        found.append(PublicHoliday(on, name, spoken.partition("_")[0], all(estimated for _, estimated in said)))
    return tuple(sorted(found, key=lambda holiday: holiday.on))


@lru_cache(maxsize=64)
def dates(country: str) -> frozenset[date]:
    """Every holiday of all the years."""
    return frozenset(holiday.on for year in YEARS for holiday in of_year(country, year))


def on(country: str, day: date, tag: str = ENGLISH) -> PublicHoliday | None:
    """The holiday of a day, or None."""
    return next((holiday for holiday in of_year(country, day.year, tag) if holiday.on == day), None)


def _spoken(country: str, tag: str) -> str:
    """The library's own tag of a language it has names of this country's holidays in; every country has English."""
    known = getattr(holidays, country).supported_languages
    for wanted in (language(tag).general_tag, ENGLISH):
        for spoken in known:
            if spoken.partition("_")[0] == wanted:
                return str(spoken)
    return ENGLISH


def _label(known: holidays.HolidayBase, name: str) -> re.Pattern[str] | None:
    """What the library puts around the name of an estimated day, in the language of the names."""
    label = getattr(known, name, None)
    if label is None:
        return None
    before, _, after = str(known.tr(str(label))).partition("%s")
    return re.compile(f"{re.escape(before)}(.+){re.escape(after)}")


def _said(name: str, labels: list[re.Pattern[str] | None]) -> tuple[str, bool]:
    for label in labels:
        found = label.fullmatch(name) if label else None
        if found:
            return found[1], True
    return name, False
