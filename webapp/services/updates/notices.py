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
    NoticeToRead,
    Participation,
    TaskKind,
    Update,
    UpdateKind,
    User,
)
from webapp.services.calendar import firm_calendar
from webapp.services.core import audits, locks, tasks
from webapp.services.core.errors import Refused
from webapp.services.core.firm import clock_jumped, the_firm
from webapp.services.core.supposing import supposing
from webapp.services.dates import milestones, to_tell
from webapp.services.dates.ledger import Why
from webapp.services.dates.milestones import Moved
from webapp.services.updates import releases, renewing, telling, untold
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


def release(session: Session, engagement: Engagement, *, now: datetime, by: User | None = None) -> Update | None:
    """Tell every move that waits, in one notice. None where nothing is left to tell because it was taken back, or
    where a manager reads it first and has time yet; when that time is up the text goes out as it was frozen. What an
    update says that nobody has read yet needs no notice: that one is written anew."""
    renewing.renew(session, engagement, now=now)
    waiting = to_tell.untold(session, engagement)
    delays = untold.untold(session, engagement)
    to_read = session.get(NoticeToRead, engagement.id)
    if not delays:
        to_tell.settle(waiting, to_tell.UNDONE, now=now)
        untold.let_go(session, engagement, now=now)
        return None
    frozen = Snapshot.load(to_read.snapshot) if to_read is not None else None
    if frozen is None or frozen.delays != delays:
        frozen = releases.notice_snapshot(session, engagement, delays, now=now)
        if engagement.playbook.managers_read_first:
            to_read = _keep_for_reading(session, engagement, to_read, frozen, number=_newest(waiting, frozen), now=now)
    if to_read is not None and now < to_read.until:
        return None
    update = releases.notice(session, engagement, frozen, number=_newest(waiting, frozen), by=by, now=now)
    untold.told(session, engagement, update, now=now)
    untold.let_go(session, engagement, now=now)
    return update


def send_read(
    session: Session, engagement: Engagement, *, by: User, now: datetime, seen: str | None = None
) -> Update | None:
    """A manager read it: the text that they saw goes out now. None where it went, or was taken back, meanwhile, and
    where it is no more what they saw (`seen` is its fingerprint): then the new text is kept for reading. Work that
    rests tells nothing."""
    locks.hold(session, engagement.id)
    to_read = session.get(NoticeToRead, engagement.id, populate_existing=True)
    if to_read is None or engagement.state is not EngagementState.OPEN:
        return None
    if seen is not None:
        release(session, engagement, now=now)
        to_read = session.get(NoticeToRead, engagement.id)
        if to_read is None or fingerprint(to_read) != seen:
            return None
    to_read.until = now
    update = release(session, engagement, by=by, now=now)
    if update is not None:
        audits.note(session, "read_first", update, now=now, by=by)
    return update


def preview(
    session: Session, part: Participation, moved: Sequence[Moved], why: Why, *, by: User, now: datetime
) -> Snapshot | None:
    """What a reader would be told if these steps of their work moved now; nothing is written. None where nothing would
    be told, as the date is the old one or its explanation is not whole."""
    engagement = part.engagement
    with supposing(session):
        try:
            milestones.move_each(session, moved, why, by=by, now=now, origin="preview")
        except Refused:
            return None
        delays = untold.untold(session, engagement)
        if not delays:
            return None
        frozen = releases.notice_snapshot(session, engagement, delays, now=now)
        return telling.account(session, UpdateKind.DELAY_NOTICE, frozen, part)


def fingerprint(to_read: NoticeToRead) -> str:
    """What tells one text that waits from another."""
    return hashlib.sha256(json.dumps(to_read.snapshot, sort_keys=True).encode()).hexdigest()[:32]


def to_read(session: Session, engagement: Engagement) -> NoticeToRead | None:
    """The notice that waits for a manager, and until when."""
    return session.get(NoticeToRead, engagement.id)


def text_to_read(session: Session, engagement: Engagement) -> Snapshot | None:
    """The notice that waits for a manager, as it will be sent."""
    to_read = session.get(NoticeToRead, engagement.id)
    return Snapshot.load(to_read.snapshot) if to_read is not None else None


def _newest(waiting: Sequence[Announcement], frozen: Snapshot) -> int:
    """The number of the newest move that a text tells. What waits and is not told, as its step is over, may be told
    later, in a notice that must have a number of its own."""
    told = {delay.milestone_id for delay in frozen.delays}
    return max(row.id for row in waiting if row.promise.milestone_id in told)


def _keep_for_reading(
    session: Session,
    engagement: Engagement,
    to_read: NoticeToRead | None,
    frozen: Snapshot,
    *,
    number: int,
    now: datetime,
) -> NoticeToRead:
    """Keep the text for a manager. One that changed meanwhile is kept anew, and its time is not longer for that."""
    firm = the_firm(session)
    if to_read is None:
        until = now
        if firm is not None:
            until = firm_calendar.of_firm(firm).add_hours(now, timedelta(hours=firm.read_hours), firm.zone)
        to_read = NoticeToRead(engagement_id=engagement.id, kept_at=now, until=until)
        session.add(to_read)
    to_read.snapshot = frozen.dump()
    session.flush()
    key = f"{engagement.id}:{number}"
    tasks.raise_once(session, TaskKind.NOTICE_TO_READ, key, now=now, engagement=engagement)
    return to_read
