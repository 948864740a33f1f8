"""Delay notices: a moved date reaches clients at once, outside the rhythm, and where the firm wants it a manager reads
it first."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import (
    Announcement,
    Engagement,
    EngagementState,
    HeldNotice,
    TaskKind,
    Update,
    User,
)
from webapp.services import announcements, audits, calendars, locks, moves, releases, tasks
from webapp.services.engagement_facts import clock_jumped, the_firm
from webapp.services.snapshot import Snapshot


def due(session: Session, *, now: datetime) -> Sequence[int]:
    """Open work whose moved dates are to be told by now, or wait for a manager. None while a person has not said
    whether a clock that jumped is right."""
    if clock_jumped(session):
        return []
    return session.scalars(
        select(Announcement.engagement_id)
        .join(Engagement, Announcement.engagement_id == Engagement.id)
        .where(
            Announcement.settled_at.is_(None),
            Announcement.release_at <= now,
            Engagement.state == EngagementState.OPEN,
        )
        .group_by(Announcement.engagement_id)
        .order_by(Announcement.engagement_id)
    ).all()


def release(session: Session, engagement: Engagement, *, now: datetime) -> Update | None:
    """Tell every move that waits, in one notice. None where nothing is left to tell because it was taken back, or
    where a manager reads it first and has time yet; when that time is up the text goes out as it was frozen."""
    waiting = announcements.untold(session, engagement)
    delays = moves.untold(session, engagement)
    held = session.get(HeldNotice, engagement.id)
    if not delays:
        announcements.settle(waiting, announcements.UNDONE, now=now)
        moves.let_go(session, engagement, now=now)
        return None
    frozen = Snapshot.load(held.snapshot) if held is not None else None
    if frozen is None or frozen.delays != delays:
        frozen = releases.notice_snapshot(session, engagement, delays, now=now)
        if engagement.service.managers_read_first:
            held = _hold(session, engagement, held, frozen, newest=waiting[-1], now=now)
    if held is not None and now < held.until:
        return None
    return _send(session, engagement, frozen, waiting, now=now)


def send_held(
    session: Session, engagement: Engagement, *, by: User, now: datetime, seen: str | None = None
) -> Update | None:
    """A manager read it: the text that they saw goes out now. None where it went, or was taken back, meanwhile, and
    where it is no more what they saw (`seen` is its fingerprint): then the new text is kept for reading. Work that
    rests tells nothing."""
    locks.hold(session, engagement.id)
    held = session.get(HeldNotice, engagement.id, populate_existing=True)
    if held is None or engagement.state is not EngagementState.OPEN:
        return None
    if seen is not None:
        release(session, engagement, now=now)
        held = session.get(HeldNotice, engagement.id)
        if held is None or fingerprint(held) != seen:
            return None
    held.until = now
    update = release(session, engagement, now=now)
    if update is not None:
        audits.note(session, "read_first", update, now=now, by=by)
    return update


def fingerprint(held: HeldNotice) -> str:
    """What tells one held text from another."""
    return hashlib.sha256(json.dumps(held.snapshot, sort_keys=True).encode()).hexdigest()[:32]


def held(session: Session, engagement: Engagement) -> HeldNotice | None:
    """The notice that waits for a manager, and until when."""
    return session.get(HeldNotice, engagement.id)


def held_text(session: Session, engagement: Engagement) -> Snapshot | None:
    """The notice that waits for a manager, as it will be sent."""
    held = session.get(HeldNotice, engagement.id)
    return Snapshot.load(held.snapshot) if held is not None else None


def _send(
    session: Session, engagement: Engagement, frozen: Snapshot, waiting: Sequence[Announcement], *, now: datetime
) -> Update:
    update = releases.notice(session, engagement, frozen, number=waiting[-1].id, now=now)
    moves.told(session, engagement, update, now=now)
    moves.let_go(session, engagement, now=now)
    return update


def _hold(
    session: Session,
    engagement: Engagement,
    held: HeldNotice | None,
    frozen: Snapshot,
    *,
    newest: Announcement,
    now: datetime,
) -> HeldNotice:
    """Keep the text for a manager. One that changed meanwhile is kept anew, and its time is not longer for that."""
    firm = the_firm(session)
    if held is None:
        until = now
        if firm is not None:
            until = calendars.of_firm(firm).add_hours(now, timedelta(hours=firm.hold_hours), firm.zone)
        held = HeldNotice(engagement_id=engagement.id, held_at=now, until=until)
        session.add(held)
    held.snapshot = frozen.dump()
    session.flush()
    key = f"{engagement.id}:{newest.id}"
    tasks.raise_once(session, TaskKind.NOTICE_TO_READ, key, now=now, engagement=engagement)
    return held
