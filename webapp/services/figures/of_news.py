"""Figures of promised news, with the row behind each: updates on time, and the next news that mails announced."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from webapp.models import (
    Commitment,
    CommitmentState,
    Engagement,
    PromisedCall,
    Slot,
    SlotState,
    Update,
    UpdateKind,
)
from webapp.services.figures.scope import Extent
from webapp.services.updates.calls import NO_CALL
from webapp.services.updates.next_news import DOWNTIME


class Outcome(StrEnum):
    """What became of one planned update."""

    ON_TIME = "on_time"
    LATE = "late"
    NO_NEWS = "no_news"
    MOVE_TOLD = "move_told"
    """Nobody reported, but the client was told of a moved date at that hour."""
    SILENT = "silent"
    """Nobody reported, and the mail that says so is switched off for this work."""
    DOWNTIME = "downtime"


@dataclass(frozen=True, kw_only=True)
class UpdateRow:
    """One planned update whose hour has come. On time: what was reported went out by the promised hour. It counts for
    nothing where the work rested or ended before. `has_no_news_mail`: the client was told at the promised hour that
    there is no news yet, also where a late report followed."""

    engagement: Engagement
    promised_by: datetime
    went_out_at: datetime | None
    outcome: Outcome
    has_no_news_mail: bool


@dataclass(frozen=True, kw_only=True)
class NewsRow:
    """One time that a mail printed for the next news. Kept: real news came and somebody heard it by then, two hours
    late at most; a mail that only says there is no news yet does not keep it. What the client was told ends, because
    the work rests or is closed, counts nowhere."""

    engagement: Engagement
    promised_at: datetime
    came_at: datetime | None
    is_kept: bool
    cause: str | None


def updates(session: Session, extent: Extent) -> list[UpdateRow]:
    """The updates promised in the period, the oldest first."""
    wanted = (
        select(Slot, Engagement)
        .join(Engagement, Slot.engagement_id == Engagement.id)
        .where(
            or_(
                Slot.state.in_([SlotState.RELEASED, SlotState.NO_NEWS]),
                (Slot.state == SlotState.SKIPPED) & (Slot.skipped_why == DOWNTIME),
            )
        )
        .options(joinedload(Engagement.client))
        .order_by(Slot.promised_by, Slot.id)
    )
    instead = select(Update.slot_id, Update.engagement_id, Update.released_at, Update.kind).where(
        Update.kind.in_([UpdateKind.NO_NEWS, UpdateKind.DELAY_NOTICE])
    )
    if extent.span.starts_at is not None:
        wanted = wanted.where(Slot.promised_by >= extent.span.starts_at)
        instead = instead.where(Update.released_at >= extent.span.starts_at)
    told = session.execute(instead).all()
    silent = {slot_id for slot_id, _, _, kind in told if kind is UpdateKind.NO_NEWS}
    notices = {(work, at) for _, work, at, kind in told if kind is UpdateKind.DELAY_NOTICE}
    return [
        UpdateRow(
            engagement=engagement,
            promised_by=slot.promised_by,
            went_out_at=slot.closed_at if slot.state is SlotState.RELEASED else None,
            outcome=_outcome(slot, slot.id in silent, (engagement.id, slot.closed_at) in notices),
            has_no_news_mail=slot.id in silent,
        )
        for slot, engagement in session.execute(extent.narrowed(wanted))
        if extent.holds(engagement, slot.promised_by)
    ]


def announced(session: Session, extent: Extent) -> list[NewsRow]:
    """The next news that was announced for a time in the period, and is decided; the oldest first."""
    wanted = (
        select(Commitment, Engagement, Update.released_at)
        .join(Engagement, Commitment.engagement_id == Engagement.id)
        .outerjoin(Update, Commitment.kept_by_id == Update.id)
        .where(Commitment.state.in_([CommitmentState.KEPT, CommitmentState.BROKEN]))
        .options(joinedload(Engagement.client))
        .order_by(Commitment.promised_at, Commitment.id)
    )
    if extent.span.starts_at is not None:
        wanted = wanted.where(Commitment.promised_at >= extent.span.starts_at)
    rows = [
        NewsRow(
            engagement=engagement,
            promised_at=given.promised_at,
            came_at=came_at,
            is_kept=given.state is CommitmentState.KEPT,
            cause=given.cause,
        )
        for given, engagement, came_at in session.execute(extent.narrowed(wanted))
        if extent.holds(engagement, given.promised_at)
    ]
    return sorted([*rows, *_calls(session, extent)], key=lambda row: row.promised_at)


def _calls(session: Session, extent: Extent) -> list[NewsRow]:
    """The calls that a manager promised because news had failed to come."""
    wanted = (
        select(PromisedCall, Engagement)
        .join(Engagement, PromisedCall.engagement_id == Engagement.id)
        .where(PromisedCall.state.in_([CommitmentState.KEPT, CommitmentState.BROKEN]))
        .options(joinedload(Engagement.client))
    )
    if extent.span.starts_at is not None:
        wanted = wanted.where(PromisedCall.promised_at >= extent.span.starts_at)
    return [
        NewsRow(
            engagement=engagement,
            promised_at=call.promised_at,
            came_at=call.came_at,
            is_kept=call.state is CommitmentState.KEPT,
            cause=None if call.state is CommitmentState.KEPT else NO_CALL,
        )
        for call, engagement in session.execute(extent.narrowed(wanted))
        if extent.holds(engagement, call.promised_at)
    ]


def _outcome(slot: Slot, has_no_news_mail: bool, has_notice: bool) -> Outcome:
    if slot.state is SlotState.SKIPPED:
        return Outcome.DOWNTIME
    if slot.state is SlotState.RELEASED:
        is_on_time = slot.closed_at is not None and slot.closed_at <= slot.promised_by
        return Outcome.ON_TIME if is_on_time else Outcome.LATE
    if has_no_news_mail:
        return Outcome.NO_NEWS
    return Outcome.MOVE_TOLD if has_notice else Outcome.SILENT
