"""Why a piece of work may run late, each reason in words that a person can check. There is no score."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from emails.pieces import last_day
from webapp.models import (
    Act,
    Ask,
    AskState,
    Engagement,
    EngagementState,
    Firm,
    Milestone,
    Promise,
    Slot,
    SlotState,
    Stage,
)
from webapp.services.calendar import firm_calendar
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.dates import ledger, staleness
from webapp.services.rhythm import slots
from webapp.timezones import local

SOON_DAYS = 5
OFTEN = 2
"""So many promised days are looked at to say since when nothing was reported."""


class Sign(StrEnum):
    """What can speak against a date, the most pressing first."""

    PAST = "past"
    AT_RISK = "at_risk"
    UNREPORTED = "unreported"
    MOVED_OFTEN = "moved_often"
    WAITS = "waits"
    LONG_STAGE = "long_stage"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One reason, with the facts that its sentence names. `milestone` where it is about one date."""

    engagement: Engagement
    sign: Sign
    milestone: Milestone | None = None
    on: date | None = None
    since: date | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """What was looked up for many engagements at once, by their numbers."""

    confirmed: dict[int, datetime]
    asks: dict[int, list[Ask]]
    silent: dict[int, date]


def of(session: Session, engagement: Engagement, firm: Firm, *, now: datetime) -> list[Signal]:
    """Everything that speaks against this work being on time, the most pressing first."""
    return of_all(session, [engagement], firm, now=now)[engagement.id]


def of_all(session: Session, work: Sequence[Engagement], firm: Firm, *, now: datetime) -> dict[int, list[Signal]]:
    """The same for many engagements, by their numbers. What is not open has no signals."""
    running = [engagement for engagement in work if engagement.state is EngagementState.OPEN]
    numbers = [engagement.id for engagement in running]
    facts = Facts(staleness.confirmed(session, running), _overdue_asks(session, numbers), _silent(session, numbers))
    calendar, today = firm_calendar.of_firm(firm), local(now, firm.zone).date()
    found: dict[int, list[Signal]] = {engagement.id: [] for engagement in work}
    for engagement in running:
        signals = [
            *_of_dates(engagement, facts, calendar, today),
            *_of_asks(engagement, facts, today),
            *_of_stage(engagement, calendar, today),
        ]
        if engagement.id in facts.silent:
            signals.append(Signal(engagement=engagement, sign=Sign.SILENT, since=facts.silent[engagement.id]))
        found[engagement.id] = sorted(signals, key=lambda signal: _rank(signal.sign))
    return found


def pressing(session: Session, firm: Firm, *, now: datetime) -> list[list[Signal]]:
    """The open work that might run late, each with its signals: what is most pressing first, then what has more
    reasons, then the sooner date."""
    today = local(now, firm.zone).date()
    horizon = firm_calendar.of_firm(firm).add(today, SOON_DAYS + 1)
    running = session.scalars(
        select(Engagement)
        .where(Engagement.state == EngagementState.OPEN, _may_have_one(session, today, horizon))
        .options(
            joinedload(Engagement.client),
            joinedload(Engagement.owner),
            joinedload(Engagement.playbook),
            selectinload(Engagement.milestones).selectinload(Milestone.promises),
        )
        .order_by(Engagement.id)
    ).all()
    found = of_all(session, running, firm, now=now).values()
    return sorted((signals for signals in found if signals), key=_urgency)


def _may_have_one(session: Session, today: date, horizon: date) -> ColumnElement[bool]:
    """Whether anything can speak against a work, asked of the tables, so that what runs well is not even read: a date
    that is near, past, in doubt or moved often; something overdue; a long stage; a last promised day without a
    report."""
    step = Milestone.engagement_id == Engagement.id, Milestone.done_on.is_(None), Milestone.dropped_at.is_(None)
    comes = exists().where(
        Promise.milestone_id == Milestone.id, func.coalesce(Promise.ends_on, Promise.starts_on) <= horizon
    )
    moves = select(func.count()).where(Promise.milestone_id == Milestone.id, Promise.act == Act.MOVE).scalar_subquery()
    of_dates = exists().where(*step, or_(Milestone.is_at_risk, comes, moves >= OFTEN))
    overdue = exists().where(Ask.engagement_id == Engagement.id, Ask.state == AskState.OPEN, Ask.due_on < today)
    stages = session.execute(select(Stage.id, Stage.usual_days).where(Stage.usual_days.is_not(None)))
    long = [
        and_(Engagement.stage_id == number, Engagement.stage_since < today - timedelta(days=usual or 0))
        for number, usual in stages
    ]
    later = aliased(Slot)
    was_reported = exists().where(
        later.engagement_id == Slot.engagement_id, later.local_on > Slot.local_on, later.state == SlotState.RELEASED
    )
    silent = exists().where(Slot.engagement_id == Engagement.id, Slot.state == SlotState.NO_NEWS, ~was_reported)
    return or_(of_dates, overdue, silent, *long)


def _urgency(signals: list[Signal]) -> tuple[int, int, date, int]:
    first = signals[0]
    return _rank(first.sign), -len(signals), first.on or date.max, first.engagement.id


def _rank(sign: Sign) -> int:
    return list(Sign).index(sign)


def _of_dates(engagement: Engagement, facts: Facts, calendar: WorkingDays, today: date) -> list[Signal]:
    confirmed = facts.confirmed.get(engagement.id)
    confirmed_on = local(confirmed, engagement.cadence["zone"]).date() if confirmed else None
    found = []
    for milestone in engagement.milestones:
        if not _is_ahead(milestone):
            continue
        entries = ledger.effective(milestone)
        on, moved = last_day(entries[-1]), ledger.moves(entries)
        about = partial(Signal, engagement=engagement, milestone=milestone, on=on)
        # Whoever moved the date a day ago has said how it stands.
        said_on = local(entries[-1].recorded_at, engagement.cadence["zone"]).date() if moved else None
        last_word = max(filter(None, (confirmed_on, said_on)), default=None)
        if on is not None and on < today:
            found.append(about(sign=Sign.PAST))
        elif milestone.is_at_risk:
            found.append(about(sign=Sign.AT_RISK))
        elif on is not None and calendar.between(today, on) <= SOON_DAYS and _is_old(last_word, calendar, today):
            found.append(about(sign=Sign.UNREPORTED, since=last_word))
        if moved >= OFTEN:
            found.append(about(sign=Sign.MOVED_OFTEN, facts={"count": moved}))
    return found


def _is_old(confirmed_on: date | None, calendar: WorkingDays, today: date) -> bool:
    return confirmed_on is None or calendar.between(confirmed_on, today) > SOON_DAYS


def _of_asks(engagement: Engagement, facts: Facts, today: date) -> list[Signal]:
    """We wait for something that is overdue, and a date comes near: "plans, since Tuesday; the date is Friday"."""
    ahead = [last_day(ledger.effective(step)[-1]) for step in engagement.milestones if _is_ahead(step)]
    nearest = min((on for on in ahead if on is not None), default=None)
    return [
        Signal(
            engagement=engagement,
            sign=Sign.WAITS,
            on=nearest,
            since=ask.due_on,
            facts={"what": ask.text, "language": ask.language},
        )
        for ask in facts.asks.get(engagement.id, [])
        if ask.due_on is not None and ask.due_on < today
    ]


def _is_ahead(milestone: Milestone) -> bool:
    return bool(milestone.done_on is None and milestone.dropped_at is None and ledger.effective(milestone))


def _of_stage(engagement: Engagement, calendar: WorkingDays, today: date) -> list[Signal]:
    stage, since = engagement.stage, engagement.stage_since
    if stage is None or since is None or stage.usual_days is None:
        return []
    spent = calendar.between(since, today)
    if spent <= stage.usual_days:
        return []
    facts = {"labels": stage.labels, "count": spent, "usual": stage.usual_days}
    return [Signal(engagement=engagement, sign=Sign.LONG_STAGE, since=since, facts=facts)]


def _overdue_asks(session: Session, numbers: Sequence[int]) -> dict[int, list[Ask]]:
    found: dict[int, list[Ask]] = defaultdict(list)
    wanted = select(Ask).where(Ask.engagement_id.in_(numbers), Ask.state == AskState.OPEN, Ask.due_on.is_not(None))
    for ask in session.scalars(wanted.order_by(Ask.due_on, Ask.id)):
        found[ask.engagement_id].append(ask)
    return found


def _silent(session: Session, numbers: Sequence[int]) -> dict[int, date]:
    """The first of two or more promised days in a row, the last ones, on which the owner reported nothing."""
    in_a_row = slots.silent_in_a_row(session, numbers)
    return {number: days[-1] for number, days in in_a_row.items() if len(days) >= slots.SILENT_IN_A_ROW}
