"""When the firm can be phoned, in words: as it says itself, and by its calendar where that says something else."""

from datetime import date, time

from emails.languages import Language
from webapp.models import Firm
from webapp.services.calendar import firm_calendar
from webapp.services.calendar.working_days import ONE_DAY, Hours, Season
from webapp.timezones import instant, local

NOON = time(12)


def for_reader(firm: Firm, spoken: Language, zone: str, *, since: date, until: date) -> str | None:
    """The same as a mail says it to somebody in a zone: where their clocks show another hour, by which city's it is."""
    said = for_days(firm, spoken, since=since, until=until)
    noon = instant(since, NOON, firm.zone)
    is_same = local(noon, firm.zone).utcoffset() == local(noon, zone).utcoffset()
    return said if said is None or is_same else spoken.in_city(said, firm.zone)


def for_days(firm: Firm, spoken: Language, *, since: date, until: date) -> str | None:
    """For the days from one to another, both included: the firm's own words, and the hours of a season that falls into
    them. None where neither is known."""
    calendar = firm_calendar.of_firm(firm)
    season = next((each for each in calendar.seasons if each.starts_on <= until and since <= each.ends_on), None)
    if season is None:
        return firm.hours
    is_whole = season.starts_on <= since and until <= season.ends_on
    usual = [] if is_whole or not firm.hours else [firm.hours]
    return "; ".join([*usual, _of_season(season, spoken)])


def for_today(firm: Firm, spoken: Language, on: date) -> str | None:
    """For one day, as a page says it: its hours, or that it is a day off and when the next working day is."""
    calendar = firm_calendar.of_firm(firm)
    if not calendar.is_working(on):
        return spoken.text("hours.closed", day=spoken.day(calendar.on_or_after(on + ONE_DAY)))
    if not firm.weekly_hours and calendar.season_on(on) is None:
        return firm.hours
    return spoken.text("hours.today", hours=_in_words(calendar.hours_on(on), spoken))


def _of_season(season: Season, spoken: Language) -> str:
    days = spoken.span(season.starts_on, season.ends_on)
    return spoken.text("words.colon", label=days, text=_in_words(season.usual_hours, spoken))


def _in_words(hours: Hours, spoken: Language) -> str:
    spans = [spoken.text("hours.span", start=spoken.time(opens), end=spoken.time(closes)) for opens, closes in hours]
    return spoken.listing(spans)
