"""What a changed rhythm or calendar makes of the planned slots: seen before it is done, and done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from webapp.models import Commitment, Engagement, EngagementState, Slot, SlotState, User
from webapp.services.calendar import firm_calendar
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.core.firm import known_firm
from webapp.services.core.locks import hold
from webapp.services.rhythm import cadences, schedule, slots
from webapp.services.updates import next_news, releases, renewing
from webapp.timezones import local

AT_ONCE = 500
"""How many slots are looked at with one set of statements."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is done about hours in writing that a change would break: they are kept or, with `tells`, told anew; for the
    works of these numbers it is the other way round."""

    tells: bool = False
    exceptions: frozenset[int] = frozenset()

    def of(self, engagement_id: int) -> bool:
        """Whether the clients of one work are told."""
        return self.tells != (engagement_id in self.exceptions)


@dataclass(frozen=True, kw_only=True)
class Redated:
    """What a change of rhythm or calendar does to a planned slot: where it was, where the change wants it, whether a
    mail promised the hour it had, so that coming later breaks a word, and whether it therefore stays."""

    slot: Slot
    was: schedule.SlotTimes
    to: schedule.SlotTimes
    promised: Commitment | None
    is_kept: bool

    @property
    def is_in_writing(self) -> bool:
        return self.promised is not None

    @property
    def has_moved(self) -> bool:
        """Whether it is on another day now."""
        return not self.is_kept and self.to.on != self.was.on


def redate(
    session: Session,
    engagement: Engagement,
    *,
    now: datetime,
    is_rhythm_new: bool = True,
    tells: bool = False,
    by: User | None = None,
) -> Redated | None:
    """A changed rhythm, or a changed calendar, re-dates the planned slot only; what is past stays. A filed report moves
    along. Who was asked already is asked again only where the slot has moved.

    What clients have in writing stands: a slot whose hour a mail promised never comes later without a word. It keeps
    its hour, and the change counts from the slot after it; with `tells` it moves, and they are told now when the news
    comes instead. Sooner than promised is no broken word. A mail that nobody has yet is written anew. None for work
    that has no planned slot.
    """
    hold(session, engagement.id)
    slot = slots.current(session, engagement)
    if slot is None or slot.rule_on is None or engagement.state is not EngagementState.OPEN:
        return None
    was = slots.times(slot)
    unread_hour = renewing.take_back_news_moved(session, engagement, now=now)
    if unread_hour is not None and unread_hour > now:
        slots.put(slot, _at(slot, unread_hour))
        session.flush()
    calendar = firm_calendar.of_firm(known_firm(session))
    redated = replace(next(foresee(session, [slot], calendar, now=now, is_rhythm_new=is_rhythm_new)), was=was)
    if redated.promised is not None and not tells:
        return replace(redated, is_kept=True)
    slots.put(slot, redated.to)
    to = redated.to
    if (was.on, was.send_at, was.promised_by) != (to.on, to.send_at, to.promised_by):
        slot.asked_at = slot.last_call_at = None
    session.flush()
    if redated.promised is None:
        renewing.renew(session, engagement, now=now, next_news_at=to.promised_by)
    else:
        # A mail that waits keeps the hour that somebody has in writing already: the next one says that it moved.
        releases.news_moved(session, redated.promised, next_news_at=to.promised_by, by=by, now=now)
    return redated


def _at(slot: Slot, hour: datetime) -> schedule.SlotTimes:
    """A slot at the hour that clients have in writing."""
    zone = slot.engagement.cadence["zone"]
    return schedule.SlotTimes(local(hour, zone).date(), slot.send_at - (slot.promised_by - hour), hour, slot.rule_on)


def foresee(
    session: Session, planned: Sequence[Slot], calendar: WorkingDays, *, now: datetime, is_rhythm_new: bool = False
) -> Iterator[Redated]:
    """Where a calendar, or the rhythm that the works have now, wants these planned slots; nothing is written. A fixed
    number of statements for each five hundred. Slots that stand for no date of a rhythm stay where they are."""
    by_rule = [slot for slot in planned if slot.rule_on is not None]
    for start in range(0, len(by_rule), AT_ONCE):
        some = by_rule[start : start + AT_ONCE]
        had = slots.last_had(session, some)
        wanted = [_wanted(slot, had.get(slot.engagement_id), calendar, now, is_rhythm_new) for slot in some]
        given = next_news.in_writing(session, [slot.engagement_id for slot in some])
        promised = [
            next((each for each in given.get(slot.engagement_id, []) if _is_between(each, slot, to)), None)
            for slot, to in zip(some, wanted, strict=True)
        ]
        since = [(each, slot.promised_by) for each, slot in zip(promised, some, strict=True) if each is not None]
        waited_for = next_news.waited_for(session, since)
        for slot, to, each in zip(some, wanted, promised, strict=True):
            is_waited_for = each is not None and each.id in waited_for
            yield Redated(
                slot=slot, was=slots.times(slot), to=to, promised=each if is_waited_for else None, is_kept=False
            )


def ahead(session: Session, *, now: datetime) -> Sequence[Slot]:
    """The planned slots of open work whose promised time is ahead, with their works, in the order of these. A slot
    whose promised time has come is the clock's."""
    return session.scalars(
        select(Slot)
        .join(Engagement, Slot.engagement_id == Engagement.id)
        .options(joinedload(Slot.engagement).joinedload(Engagement.client))
        .where(Engagement.state == EngagementState.OPEN, Slot.state == SlotState.PLANNED, Slot.promised_by > now)
        .order_by(Slot.engagement_id)
    ).all()


def _wanted(
    slot: Slot, had: date | None, calendar: WorkingDays, now: datetime, is_rhythm_new: bool
) -> schedule.SlotTimes:
    cadence = cadences.load(slot.engagement.cadence)
    if is_rhythm_new:
        return schedule.first_ahead(cadence, had=had, now=now, calendar=calendar)
    planned = slot.local_on
    rule_on = slot.rule_on or planned
    return schedule.put_again(cadence, rule_on=rule_on, planned=planned, had=had, now=now, calendar=calendar)


def _is_between(given: Commitment, slot: Slot, to: schedule.SlotTimes) -> bool:
    at = given.update.next_news_at
    return at is not None and slot.promised_by <= at < to.promised_by
