"""Everything that happened in one engagement, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from webapp.models import (
    Ask,
    AskState,
    Contact,
    Engagement,
    Fact,
    HandOver,
    InternalNote,
    Reply,
    Slot,
    SlotState,
    Telling,
    Update,
    User,
)
from webapp.services.updates.snapshot import Snapshot

LENGTH = 60


@dataclass(frozen=True)
class Moment:
    """One thing that happened. `kind` says which of the others is filled."""

    at: datetime
    kind: str
    update: Update | None = None
    snapshot: Snapshot | None = None
    reply: Reply | None = None
    note: InternalNote | None = None
    handover: HandOver | None = None
    user: User | None = None
    slot: Slot | None = None
    corrected_by: Update | None = None
    contact: Contact | None = None


def of(session: Session, engagement: Engagement) -> list[Moment]:
    """Updates, replies, internal notes, hand-overs, slots without news, and who stopped the mails."""
    moments = [*_updates(session, engagement), *_others(session, engagement)]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:LENGTH]


def updates(session: Session, engagement: Engagement) -> Sequence[Update]:
    """What clients were told, newest first."""
    return session.scalars(
        select(Update)
        .where(Update.engagement_id == engagement.id)
        .options(selectinload(Update.tellings).joinedload(Telling.contact))
        .order_by(Update.released_at.desc(), Update.id.desc())
    ).all()


def facts(session: Session, engagement: Engagement) -> Sequence[Fact]:
    return session.scalars(select(Fact).where(Fact.engagement_id == engagement.id).order_by(Fact.id)).all()


def asks(session: Session, engagement: Engagement) -> Sequence[Ask]:
    """What we still need, and what was answered and not yet seen as received."""
    return session.scalars(
        select(Ask)
        .where(Ask.engagement_id == engagement.id, Ask.state.in_([AskState.OPEN, AskState.ANSWERED]))
        .order_by(Ask.due_on.is_(None), Ask.due_on, Ask.id)
    ).all()


def _updates(session: Session, engagement: Engagement) -> list[Moment]:
    told = updates(session, engagement)
    corrections = {update.corrects_id: update for update in reversed(told) if update.corrects_id}
    return [
        Moment(
            at=update.released_at,
            kind="update",
            update=update,
            snapshot=Snapshot.load(update.snapshot),
            corrected_by=corrections.get(update.id),
        )
        for update in told
    ]


def _others(session: Session, engagement: Engagement) -> list[Moment]:
    def rows(model: Any) -> Any:
        return session.scalars(select(model).where(model.engagement_id == engagement.id))

    moments = [Moment(at=reply.written_at, kind="reply", reply=reply) for reply in rows(Reply)]
    moments += [Moment(at=note.written_at, kind="note", note=note, user=note.written_by) for note in rows(InternalNote)]
    moments += [
        Moment(at=handover.made_at, kind="handover", handover=handover, user=session.get(User, handover.to_user_id))
        for handover in rows(HandOver)
    ]
    skipped = select(Slot).where(Slot.engagement_id == engagement.id, Slot.state == SlotState.SKIPPED)
    moments += [
        Moment(at=slot.closed_at or slot.promised_by, kind="skipped", slot=slot) for slot in session.scalars(skipped)
    ]
    moments += [
        Moment(at=part.stopped_at, kind="stopped", contact=part.contact)
        for part in engagement.participations
        if part.stopped_at is not None
    ]
    return moments
