"""Figures of agreed dates, with the row behind each: kept or not, moved, and told before the day that clients knew."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from emails.pieces import Agreed, Delay, last_day
from webapp.models import (
    Announcement,
    Engagement,
    EngagementState,
    Labels,
    Milestone,
    TellingState,
    Update,
)
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.dates import ledger
from webapp.services.dates.to_tell import TOLD
from webapp.services.figures.scope import Extent, Span
from webapp.services.updates import untold
from webapp.services.updates.snapshot import Snapshot

LONGEST_WAIT = timedelta(days=40)
"""A small move waits for the next update, in a monthly rhythm for a month."""


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One agreed step whose first date has been decided: the step was done, or the day first agreed went by, whichever
    came first. `counted_on` is that day.

    Agreed kept: done on or before the last day first agreed. Kept as last agreed: done on or before the last day agreed
    now; None where that day is still to come, or there is none. A step that fell away, or whose work ended, before its
    day counts nowhere.
    """

    engagement: Engagement
    labels: Labels
    counted_on: date
    first_on: date
    now_on: date | None
    done_on: date | None
    moved: int
    is_kept: bool
    is_kept_as_agreed_now: bool | None


@dataclass(frozen=True, kw_only=True)
class MoveRow:
    """One date that moved, from the day clients knew to what it became; several moves told together are one.

    Told before the day: every contact had heard, by mail or by phone, before the day they knew was over. None where
    that is still open, where they knew of no day, or where the date only came earlier.
    The time to tell runs from the moment we knew to the last contact told: by the clock, and in the firm's working
    hours.
    """

    engagement: Engagement
    labels: Labels
    was_on: date | None
    now_on: date | None
    known_at: datetime
    told_at: datetime | None
    is_told_before: bool | None
    clock: timedelta | None
    working: timedelta | None


def steps(session: Session, extent: Extent) -> list[StepRow]:
    """The steps whose first date was decided in the period, the oldest first."""
    found = session.scalars(
        extent.narrowed(select(Engagement)).options(
            joinedload(Engagement.client), selectinload(Engagement.milestones).selectinload(Milestone.promises)
        )
    )
    rows = [
        row
        for engagement in found
        for milestone in engagement.milestones
        if (row := _step(engagement, milestone, extent.span)) and extent.holds_day(engagement, row.counted_on)
    ]
    return sorted(rows, key=lambda row: (row.counted_on, row.engagement.id))


def moved(session: Session, extent: Extent, calendar: WorkingDays, *, now: datetime) -> list[MoveRow]:
    """The moves that we learned of in the period, the oldest first."""
    rows = [*_told(session, extent, calendar, now=now), *_untold(session, extent, now=now)]
    rows = [row for row in rows if extent.holds(row.engagement, row.known_at)]
    return sorted(rows, key=lambda row: (row.known_at, row.engagement.id))


def _step(engagement: Engagement, milestone: Milestone, span: Span) -> StepRow | None:
    entries = ledger.effective(milestone)
    first_on = next((day for entry in entries if (day := last_day(entry))), None)
    if first_on is None:
        return None
    done_on = milestone.done_on
    is_kept = done_on is not None and done_on <= first_on
    if not is_kept and first_on >= span.today:
        return None
    if done_on is None and any(span.day(at) <= first_on for at in _ends(engagement, milestone)):
        return None
    now_on = last_day(entries[-1])
    is_open = now_on is None or (done_on is None and now_on >= span.today)
    return StepRow(
        engagement=engagement,
        labels=milestone.labels,
        counted_on=done_on if is_kept and done_on else first_on,
        first_on=first_on,
        now_on=now_on,
        done_on=done_on,
        moved=ledger.moves(entries),
        is_kept=is_kept,
        is_kept_as_agreed_now=None if is_open or now_on is None else done_on is not None and done_on <= now_on,
    )


def _ends(engagement: Engagement, milestone: Milestone) -> list[datetime]:
    """When the step fell away, or its work was closed."""
    closed_at = engagement.closed_at if engagement.state is EngagementState.CLOSED else None
    return [at for at in (milestone.dropped_at, closed_at) if at is not None]


def _told(session: Session, extent: Extent, calendar: WorkingDays, *, now: datetime) -> Iterable[MoveRow]:
    wanted = (
        select(Announcement, Update, Engagement)
        .join(Engagement, Announcement.engagement_id == Engagement.id)
        .join(Update, Announcement.update_id == Update.id)
        .where(Announcement.settled_why == TOLD)
        .options(joinedload(Announcement.promise), selectinload(Update.tellings), joinedload(Engagement.client))
        .order_by(Announcement.known_at, Announcement.id)
    )
    if extent.span.starts_at is not None:
        wanted = wanted.where(Announcement.known_at >= extent.span.starts_at - LONGEST_WAIT)
    together: dict[tuple[int, int], tuple[Announcement, Update, Engagement]] = {}
    for announcement, update, engagement in session.execute(extent.narrowed(wanted)):
        together.setdefault((update.id, announcement.promise.milestone_id), (announcement, update, engagement))
    delays: dict[int, dict[int, Delay]] = {}
    for (update_id, milestone_id), (announcement, update, engagement) in together.items():
        if update_id not in delays:
            frozen = Snapshot.load(update.snapshot)
            delays[update_id] = {delay.milestone_id: delay for delay in frozen.delays}
        delay = delays[update_id].get(milestone_id)
        tellings = [telling for telling in update.tellings if telling.state is not TellingState.SKIPPED]
        if delay is None or not tellings:
            continue
        times = [telling.told_at for telling in tellings if telling.state is TellingState.TOLD and telling.told_at]
        told_at = max(times) if len(times) == len(tellings) else None
        yield _move(engagement, delay, announcement.known_at, told_at, extent.span, calendar, now=now)


def _untold(session: Session, extent: Extent, *, now: datetime) -> Iterable[MoveRow]:
    """Moves of open work that nobody was told yet: too late once the day that clients know is over."""
    waiting = (
        select(Announcement, Engagement)
        .join(Engagement, Announcement.engagement_id == Engagement.id)
        .where(Announcement.settled_at.is_(None), Engagement.state == EngagementState.OPEN)
        .options(joinedload(Announcement.promise), joinedload(Engagement.client))
        .order_by(Announcement.known_at, Announcement.id)
    )
    known: dict[tuple[int, int], datetime] = {}
    work: dict[int, Engagement] = {}
    for announcement, engagement in session.execute(extent.narrowed(waiting)):
        work[engagement.id] = engagement
        known.setdefault((engagement.id, announcement.promise.milestone_id), announcement.known_at)
    for engagement in work.values():
        for delay in untold.untold(session, engagement):
            known_at = known.get((engagement.id, delay.milestone_id))
            if known_at is not None:
                yield _move(engagement, delay, known_at, None, extent.span, None, now=now)


def _move(
    engagement: Engagement,
    delay: Delay,
    known_at: datetime,
    told_at: datetime | None,
    span: Span,
    calendar: WorkingDays | None,
    *,
    now: datetime,
) -> MoveRow:
    was_on, now_on = _last(delay.was), _last(delay.now)
    return MoveRow(
        engagement=engagement,
        labels=delay.labels,
        was_on=was_on,
        now_on=now_on,
        known_at=known_at,
        told_at=told_at,
        is_told_before=_is_told_before(was_on, now_on, told_at, span, now=now),
        clock=told_at - known_at if told_at else None,
        working=calendar.hours_between(known_at, told_at, span.zone) if told_at and calendar else None,
    )


def _is_told_before(
    was_on: date | None, now_on: date | None, told_at: datetime | None, span: Span, *, now: datetime
) -> bool | None:
    if was_on is None or (now_on is not None and now_on <= was_on):
        return None
    if told_at is not None:
        return told_at < span.end_of(was_on)
    return False if now >= span.end_of(was_on) else None


def _last(on: Agreed) -> date | None:
    return last_day(on)
