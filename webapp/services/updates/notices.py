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
from webapp.services.calendar import firm_calendar
from webapp.services.core import audits, locks, tasks
from webapp.services.core.errors import Refused
from webapp.services.core.firm import clock_jumped, the_firm
from webapp.services.dates import milestones, to_tell
from webapp.services.dates.ledger import Why
from webapp.services.dates.milestones import Moved
from webapp.services.updates import releases, untold
from webapp.services.updates.snapshot import Snapshot


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
    waiting = to_tell.untold(session, engagement)
    delays = untold.untold(session, engagement)
    held = session.get(HeldNotice, engagement.id)
    if not delays:
        to_tell.settle(waiting, to_tell.UNDONE, now=now)
        untold.let_go(session, engagement, now=now)
        return None
    frozen = Snapshot.load(held.snapshot) if held is not None else None
    if frozen is None or frozen.delays != delays:
        frozen = releases.notice_snapshot(session, engagement, delays, now=now)
        if engagement.playbook.managers_read_first:
            held = _hold(session, engagement, held, frozen, number=_newest(waiting, frozen), now=now)
    if held is not None and now < held.until:
        return None
    update = releases.notice(session, engagement, frozen, number=_newest(waiting, frozen), now=now)
    untold.told(session, engagement, update, now=now)
    untold.let_go(session, engagement, now=now)
    return update


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


def preview(
    session: Session, engagement: Engagement, moved: Sequence[Moved], why: Why, *, by: User, now: datetime
) -> Snapshot | None:
    """What clients would be told if these steps of one engagement moved now: they are moved for real, looked at, and
    rolled back. None where nothing would be told, as the date is the old one or its explanation is not whole."""
    trial = session.begin_nested()
    try:
        milestones.move_together(session, moved, why, by=by, now=now, origin="preview")
        delays = untold.untold(session, engagement)
        return releases.notice_snapshot(session, engagement, delays, now=now) if delays else None
    except Refused:
        return None
    finally:
        trial.rollback()
        session.expire_all()


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


def _newest(waiting: Sequence[Announcement], frozen: Snapshot) -> int:
    """The number of the newest move that a text tells. What waits and is not told, as its step is over, may be told
    later, in a notice that must have a number of its own."""
    told = {delay.milestone_id for delay in frozen.delays}
    return max(row.id for row in waiting if row.promise.milestone_id in told)


def _hold(
    session: Session,
    engagement: Engagement,
    held: HeldNotice | None,
    frozen: Snapshot,
    *,
    number: int,
    now: datetime,
) -> HeldNotice:
    """Keep the text for a manager. One that changed meanwhile is kept anew, and its time is not longer for that."""
    firm = the_firm(session)
    if held is None:
        until = now
        if firm is not None:
            until = firm_calendar.of_firm(firm).add_hours(now, timedelta(hours=firm.hold_hours), firm.zone)
        held = HeldNotice(engagement_id=engagement.id, held_at=now, until=until)
        session.add(held)
    held.snapshot = frozen.dump()
    session.flush()
    key = f"{engagement.id}:{number}"
    tasks.raise_once(session, TaskKind.NOTICE_TO_READ, key, now=now, engagement=engagement)
    return held
