"""The working calendar of the firm, and the days on which a client is not written to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from webapp.models import CalendarDay, Client, DaySource, Firm
from webapp.services.calendar import public_holidays, working_hours
from webapp.services.calendar.working_days import Season, WorkingDays

EVERY_DAY = frozenset(range(7))
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class NotedDay:
    """One day that is not like its week. `country` is set for public holidays, `row` for what can be taken out again;
    `needs_word` marks a holiday whose date is only estimated and that nobody has confirmed."""

    on: date
    source: DaySource
    is_working: bool
    name: str | None = None
    language: str | None = None
    country: str | None = None
    row: int | None = None
    needs_word: bool = False
    is_for_clients_only: bool = False

    @property
    def swapped_with(self) -> date | None:
        """The other day of a swap, which is kept as the name of each."""
        return date.fromisoformat(self.name) if self.source is DaySource.SWAP and self.name else None


def of_firm(firm: Firm) -> WorkingDays:
    """When the firm works: its week, less the public holidays of its country, and over both the days a person put in.

    Of two words about one day the later counts; a day from a file counts only where no person said anything.
    """
    said = _by_day(day for day in _days(firm) if day.source is not DaySource.HOLIDAY)
    closed = set(map(date.fromisoformat, firm.days_off or ()))
    if firm.country:
        closed |= _holidays(firm, firm.country, is_reader=False)
    return WorkingDays(
        weekdays=frozenset(firm.working_days),
        days_off=frozenset(closed | {on for on, day in said.items() if not day.is_working}),
        extra_days=frozenset(on for on, day in said.items() if day.is_working),
        usual_hours=working_hours.usual(firm.weekly_hours or {}),
        hours=working_hours.by_weekday(firm.weekly_hours or {}),
        seasons=tuple(
            Season(
                starts_on=season.starts_on,
                ends_on=season.ends_on,
                usual_hours=working_hours.usual(season.hours),
                hours=working_hours.by_weekday(season.hours),
                name=season.name,
                send_at=season.send_at,
                promised_by=season.promised_by,
            )
            for season in firm.calendar_seasons or ()
        ),
    )


def of_reader(firm: Firm, client: Client) -> WorkingDays:
    """When people of a client may be written to: every day but the public holidays of the client's country, or of the
    firm's where none is set. That the firm works on a holiday with a fixed date does not make it an ordinary day for
    its clients."""
    country = client.country or firm.country
    return _every_day_but(_holidays(firm, country, is_reader=True) if country else frozenset())


def noted(firm: Firm, *, since: date, until: date, tag: str, countries: Iterable[str] = ()) -> list[NotedDay]:
    """The days from one date to another, both included, that are not like their week, in order, and the public holidays
    of further countries, on which their clients are not written to. Holidays are named in the language `tag`."""
    found = list(_put_in(firm))
    for country in dict.fromkeys((*filter(None, [firm.country]), *countries)):
        found += _of_country(firm, country, since=since, until=until, tag=tag)
    return sorted(
        (day for day in found if since <= day.on <= until),
        key=lambda day: (day.on, day.is_for_clients_only, day.source),
    )


def name_on(firm: Firm, on: date, *, tag: str) -> NotedDay | None:
    """Why the firm does not work on a day of its week, or None where the week itself says so."""
    days = noted(firm, since=on, until=on, tag=tag)
    return next((day for day in days if not day.is_working), None)


def _put_in(firm: Firm) -> Iterator[NotedDay]:
    for on in firm.days_off or ():
        yield NotedDay(on=date.fromisoformat(on), source=DaySource.OWN, is_working=False)
    for day in _by_day(day for day in _days(firm) if day.source is not DaySource.HOLIDAY).values():
        yield NotedDay(on=day.on, source=day.source, is_working=day.is_working, name=day.name, row=day.id)


def _of_country(firm: Firm, country: str, *, since: date, until: date, tag: str) -> Iterator[NotedDay]:
    words = {day.on: day for day in _days(firm) if day.source is DaySource.HOLIDAY and day.country == country}
    moved_here = {word.moved_to: word for word in words.values() if word.moved_to is not None}
    is_elsewhere = country != firm.country
    known = set()
    for year in range(since.year, until.year + 1):
        for holiday in public_holidays.of_year(country, year, tag):
            word = words.get(holiday.on)
            known.add(holiday.on)
            yield NotedDay(
                on=holiday.on,
                source=DaySource.HOLIDAY,
                is_working=word is not None and word.is_working and holiday.on not in moved_here,
                name=holiday.name,
                language=holiday.language,
                country=country,
                row=word.id if word else None,
                needs_word=holiday.is_estimated and word is None,
                is_for_clients_only=is_elsewhere,
            )
    for on, word in moved_here.items():
        if on not in known:
            yield NotedDay(
                on=on,
                source=DaySource.HOLIDAY,
                is_working=False,
                name=word.name,
                country=country,
                row=word.id,
                is_for_clients_only=is_elsewhere,
            )


def _holidays(firm: Firm, country: str, *, is_reader: bool) -> frozenset[date]:
    """The country's holidays, as corrected by people. For a reader only an estimated one can be off its date."""
    closed = public_holidays.dates(country)
    words = [day for day in _days(firm) if day.source is DaySource.HOLIDAY and day.country == country]
    if not words:
        return closed
    denied = {day.on for day in words if day.is_working}
    if is_reader:
        denied = {on for on in denied if _is_estimated(country, on)}
    return (closed - denied) | {day.moved_to for day in words if day.moved_to is not None}


def _is_estimated(country: str, on: date) -> bool:
    holiday = public_holidays.on(country, on)
    return holiday is not None and holiday.is_estimated


def _by_day(days: Iterable[CalendarDay]) -> dict[date, CalendarDay]:
    """What counts on each day: a person's word over a file's, the later one over the earlier."""
    ranked = sorted(days, key=lambda day: (day.source is not DaySource.FILE, day.recorded_at, day.id))
    return {day.on: day for day in ranked}


def _days(firm: Firm) -> list[CalendarDay]:
    return firm.calendar_days or []


@lru_cache(maxsize=64)
def _every_day_but(closed: frozenset[date]) -> WorkingDays:
    return WorkingDays(weekdays=EVERY_DAY, days_off=closed)
