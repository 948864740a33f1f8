"""The next promised days of one engagement, and which of them a day off has moved."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from webapp.models import Engagement, Firm
from webapp.services.calendar import firm_calendar
from webapp.services.calendar.firm_calendar import NotedDay
from webapp.services.rhythm import cadences, schedule, slots
from webapp.services.rhythm.schedule import Cadence, SlotTimes
from webapp.timezones import local


@dataclass(frozen=True, kw_only=True)
class Coming:
    """One promised day. `meant_on` is the date of the rule; `day_off` says why the firm is closed on it, where
    more than the week does."""

    times: SlotTimes
    meant_on: date
    is_closed: bool
    day_off: NotedDay | None

    @property
    def is_moved(self) -> bool:
        return self.meant_on != self.times.on


def of(
    session: Session, engagement: Engagement, *, firm: Firm, now: datetime, tag: str, count: int = 6
) -> list[Coming]:
    """The slot that is planned now, as it is planned, and those the rule puts after it."""
    cadence, slot = cadences.load(engagement.cadence), slots.current(session, engagement)
    if slot is None:
        return by_rule(cadence, after=local(now, cadence.zone).date(), firm=firm, tag=tag, count=count)
    times = slots.times(slot)
    return _with_following(cadence, times, firm=firm, tag=tag, count=count)


def as_changed(
    session: Session,
    engagement: Engagement,
    cadence: Cadence,
    *,
    keeps: bool,
    firm: Firm,
    now: datetime,
    tag: str,
    count: int = 6,
) -> list[Coming]:
    """The next ones as another rhythm would plan them, were it saved now; `keeps`: the planned one has its hour in
    writing and comes no later."""
    slot = slots.current(session, engagement)
    calendar = firm_calendar.of_firm(firm)
    if slot is None:
        return by_rule(cadence, after=local(now, cadence.zone).date(), firm=firm, tag=tag, count=count)
    had = slots.last_had(session, [slot]).get(engagement.id)
    times = schedule.first_ahead(cadence, had=had, now=now, calendar=calendar)
    if keeps and times.promised_by > slot.promised_by:
        times = slots.times(slot)
    return _with_following(cadence, times, firm=firm, tag=tag, count=count)


def by_rule(cadence: Cadence, *, after: date, firm: Firm, tag: str, count: int) -> list[Coming]:
    """The days of the rule after a date, each with what moved it."""
    first = schedule.following(cadence, after=after, calendar=firm_calendar.of_firm(firm))
    return _with_following(cadence, first, firm=firm, tag=tag, count=count)


def _with_following(cadence: Cadence, times: SlotTimes, *, firm: Firm, tag: str, count: int) -> list[Coming]:
    calendar, found = firm_calendar.of_firm(firm), []
    for _ in range(count):
        found.append(_coming(times, firm=firm, tag=tag))
        times = schedule.following(cadence, after=times.on, rule_after=times.rule_on, calendar=calendar)
    return found


def _coming(times: SlotTimes, *, firm: Firm, tag: str) -> Coming:
    calendar = firm_calendar.of_firm(firm)
    meant_on = times.rule_on or times.on
    is_closed = not calendar.is_working(meant_on)
    return Coming(
        times=times,
        meant_on=meant_on,
        is_closed=is_closed,
        day_off=firm_calendar.name_on(firm, meant_on, tag=tag) if is_closed else None,
    )
