"""Changes of the firm's calendar, and what they do to the updates that are planned."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from webapp.models import CalendarDay, CalendarSeason, DaySource, Firm, User
from webapp.services.calendar import firm_calendar, public_holidays, working_hours
from webapp.services.calendar.calendar_files import FileDay
from webapp.services.calendar.working_days import Hours
from webapp.services.core import audits
from webapp.services.core.errors import NotFound, Refused
from webapp.services.core.firm import locked_firm
from webapp.services.promised import redating
from webapp.services.promised.redating import Answer, Redated
from webapp.timezones import local

ONE_DAY = timedelta(days=1)
KEPT = Answer()


@dataclass(frozen=True, kw_only=True)
class DayOff:
    """What "closed tomorrow" would do: the day, and how many updates would move to which other day."""

    on: date
    moves: dict[date, int]


def set_week(session: Session, week: Mapping[int, Hours], *, by: User, now: datetime) -> None:
    """The hours of each worked weekday (0 is Monday). Days that are left out are days off; one at least is worked."""
    if not week:
        raise Refused("calendar.fault.no_day")
    firm = locked_firm(session)
    stored: list[Any] = [working_hours.dump(hours) for hours in week.values()]
    usual = max(stored, key=stored.count)
    firm.working_days = sorted(week)
    firm.weekly_hours = {working_hours.USUAL: usual} | {
        str(day): hours for day, hours in zip(week, stored, strict=True) if hours != usual
    }
    _note(session, firm, "week", by=by, now=now)


def set_country(session: Session, country: str | None, *, by: User, now: datetime) -> None:
    """Whose public holidays are days off; None: no country's."""
    firm = locked_firm(session)
    firm.country = country
    _note(session, firm, "country", by=by, now=now)


def add_own(
    session: Session, on: date, *, is_working: bool = False, name: str | None = None, by: User, now: datetime
) -> CalendarDay:
    """A day off, or a day worked, whatever the week says. A second word about the same day takes the first one's
    place."""
    firm = locked_firm(session)
    day = next((day for day in firm.calendar_days if day.on == on and day.source is DaySource.OWN), None)
    day = day or _row(firm, on, DaySource.OWN)
    day.is_working, day.name = is_working, name
    _recorded(day, by=by, now=now)
    _note(session, firm, "day", by=by, now=now, on=on.isoformat())
    return day


def close_tomorrow(session: Session, *, by: User, now: datetime) -> date:
    """The firm is closed tomorrow, by the firm's own clock. Refused where it is closed already."""
    firm = locked_firm(session)
    on = local(now, firm.zone).date() + ONE_DAY
    if not firm_calendar.of_firm(firm).is_working(on):
        raise Refused("calendar.fault.closed_already")
    add_own(session, on, by=by, now=now)
    return on


def swap(session: Session, *, off_on: date, work_on: date, by: User, now: datetime) -> None:
    """Work on a day off, and be off on a working day for it. Each of the two keeps the other's date as its name.

    Refused where the first is no working day, or the second is one.
    """
    firm = locked_firm(session)
    calendar = firm_calendar.of_firm(firm)
    if not calendar.is_working(off_on):
        raise Refused("calendar.fault.swap_off", field="off_on")
    if calendar.is_working(work_on):
        raise Refused("calendar.fault.swap_work", field="work_on")
    for on, other, is_working in ((off_on, work_on, False), (work_on, off_on, True)):
        _take_out(session, firm, [day for day in firm.calendar_days if _is_swap_of(day, on)])
        day = _row(firm, on, DaySource.SWAP)
        day.is_working, day.name = is_working, other.isoformat()
        _recorded(day, by=by, now=now)
    _note(session, firm, "swap", by=by, now=now, off_on=off_on.isoformat(), work_on=work_on.isoformat())


def say_holiday(
    session: Session, country: str, on: date, *, is_right: bool, moved_to: date | None = None, by: User, now: datetime
) -> None:
    """A person's word about a public holiday whose date is estimated: it is right, or it is an ordinary day. A holiday
    that is on another day keeps its name there, also where that day is a holiday of its own: of two days of Eid each
    is spoken of for itself. A word is replaced by the next one about the same day."""
    holiday = public_holidays.on(country, on) if country in public_holidays.countries() else None
    if holiday is None:
        raise NotFound
    if moved_to == on and not is_right:
        raise Refused("calendar.fault.same_day", field="moved_to")
    firm = locked_firm(session)
    words = (day for day in firm.calendar_days if day.source is DaySource.HOLIDAY and day.country == country)
    day = next((day for day in words if day.on == on), None) or _row(firm, on, DaySource.HOLIDAY)
    day.country, day.is_working, day.name = country, not is_right, holiday.name
    day.moved_to = None if is_right else moved_to
    _recorded(day, by=by, now=now)
    _note(session, firm, "holiday", by=by, now=now, on=on.isoformat(), country=country)


def take_in(session: Session, days: list[FileDay], *, by: User, now: datetime) -> int:
    """Days off from a calendar file; returns how many were new. A day that came from a file before is not put in
    twice."""
    firm = locked_firm(session)
    known = {day.on for day in firm.calendar_days if day.source is DaySource.FILE}
    new = [day for day in days if day.on not in known]
    for found in new:
        day = _row(firm, found.on, DaySource.FILE)
        day.is_working, day.name = False, found.name
        _recorded(day, by=by, now=now)
    _note(session, firm, "file", by=by, now=now, count=len(new))
    return len(new)


def remove(session: Session, day_id: int, *, by: User, now: datetime) -> CalendarDay:
    """Take out what was put in; of a swap both days. What the week and the public holidays say counts again."""
    firm = locked_firm(session)
    day = next((day for day in firm.calendar_days if day.id == day_id), None)
    if day is None:
        raise NotFound
    pair = [day]
    if day.source is DaySource.SWAP and day.name:
        pair += [other for other in firm.calendar_days if _is_swap_of(other, date.fromisoformat(day.name))]
    _take_out(session, firm, pair)
    _note(session, firm, "removed", by=by, now=now, on=day.on.isoformat())
    return day


def remove_files(session: Session, *, by: User, now: datetime) -> int:
    """Take out every day that came from a file, and say how many there were."""
    firm = locked_firm(session)
    days = [day for day in firm.calendar_days if day.source is DaySource.FILE]
    _take_out(session, firm, days)
    _note(session, firm, "files_removed", by=by, now=now, count=len(days))
    return len(days)


def add_season(
    session: Session,
    name: str,
    *,
    starts_on: date,
    ends_on: date,
    hours: Hours,
    send_at: time | None = None,
    promised_by: time | None = None,
    by: User,
    now: datetime,
) -> CalendarSeason:
    """Other hours on every working day from one date to another, both included, and for updates where that is said.
    Two seasons cannot overlap: nobody could say which hours count."""
    firm = locked_firm(session)
    if ends_on < starts_on:
        raise Refused("calendar.fault.season_ends", field="ends_on")
    if any(season.starts_on <= ends_on and starts_on <= season.ends_on for season in firm.calendar_seasons):
        raise Refused("calendar.fault.season_overlaps", field="starts_on")
    stored = {working_hours.USUAL: working_hours.dump(hours)}
    season = CalendarSeason(
        name=name, starts_on=starts_on, ends_on=ends_on, hours=stored, send_at=send_at, promised_by=promised_by
    )
    firm.calendar_seasons.append(season)
    _note(session, firm, "season", by=by, now=now, starts_on=starts_on.isoformat())
    return season


def remove_season(session: Session, season_id: int, *, by: User, now: datetime) -> CalendarSeason:
    firm = locked_firm(session)
    season = next((season for season in firm.calendar_seasons if season.id == season_id), None)
    if season is None:
        raise NotFound
    session.delete(season)
    session.flush()
    session.expire(firm, ["calendar_seasons"])
    _note(session, firm, "season_removed", by=by, now=now, starts_on=season.starts_on.isoformat())
    return season


def redate_all(session: Session, *, now: datetime, answer: Answer = KEPT, by: User | None = None) -> list[Redated]:
    """After a change of the calendar that concerns few works: put the planned slot of every open work where it belongs
    now, and say what became of each. What clients have in writing stands or is told anew, by the `answer`, as in
    `redating.redate`. The works are locked one after the other in the order of their numbers, so that two who do this
    cannot wait for each other."""
    redated = [
        redating.redate(
            session, slot.engagement, now=now, is_rhythm_new=False, tells=answer.of(slot.engagement_id), by=by
        )
        for slot in redating.ahead(session, now=now)
    ]
    return [each for each in redated if each is not None]


def day_off_tomorrow(session: Session, firm: Firm, *, now: datetime) -> DayOff | None:
    """What "closed tomorrow" would do now; None where the firm is closed tomorrow anyway."""
    calendar = firm_calendar.of_firm(firm)
    on = local(now, firm.zone).date() + ONE_DAY
    if not calendar.is_working(on):
        return None
    closed = replace(calendar, days_off=calendar.days_off | {on}, extra_days=calendar.extra_days - {on})
    of_day = [slot for slot in redating.ahead(session, now=now) if slot.local_on == on]
    to = [each.to.on for each in redating.foresee(session, of_day, closed, now=now) if each.to.on != on]
    return DayOff(on=on, moves=dict(sorted(Counter(to).items())))


def _row(firm: Firm, on: date, source: DaySource) -> CalendarDay:
    day = CalendarDay(on=on, source=source)
    firm.calendar_days.append(day)
    return day


def _recorded(day: CalendarDay, *, by: User, now: datetime) -> None:
    day.recorded_at, day.recorded_by_id = now, by.id


def _is_swap_of(day: CalendarDay, on: date) -> bool:
    return day.source is DaySource.SWAP and day.on == on


def _take_out(session: Session, firm: Firm, days: list[CalendarDay]) -> None:
    for day in days:
        session.delete(day)
    session.flush()
    session.expire(firm, ["calendar_days"])


def _note(session: Session, firm: Firm, what: str, *, by: User, now: datetime, **details: Any) -> None:
    session.flush()
    audits.note(session, "calendar_changed", firm, now=now, by=by, what=what, **details)
