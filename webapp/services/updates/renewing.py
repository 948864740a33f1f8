"""A date or an hour that moves before anybody read the update that says it: what waits is written anew."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.models import Announcement, Commitment, Engagement, Update, UpdateKind
from webapp.services.core import audits
from webapp.services.dates import unread
from webapp.services.updates import next_news, telling, untold
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import date_lines, frame


def renew(session: Session, engagement: Engagement, *, now: datetime, next_news_at: datetime | None = None) -> None:
    """Write what waits and nobody has as things are now: a date that nobody read has not moved. The oldest says what is
    new; a notice that has nothing left to say is taken back, and leaves no trace for clients. `next_news_at` is the
    hour by which the next news comes now, where the rhythm or the calendar changed."""
    waiting = unread.of_work(session, engagement.id)
    _count_as_untold(session, waiting)
    for update in waiting:
        delays = () if update.kind is UpdateKind.WELCOME else untold.untold(session, engagement)
        if update.kind is UpdateKind.DELAY_NOTICE and not delays:
            telling.take_back(session, update, now=now)
        else:
            told = {**frame(session, engagement, now=now), "dates": date_lines(engagement), "delays": delays}
            if next_news_at is not None:
                update.next_news_at = next_news.soonest(next_news_at, delays, now=now)
                told["next_news_at"] = update.next_news_at
            if update.kind is UpdateKind.WELCOME:
                told["cadence"] = engagement.cadence
            update.snapshot = Snapshot.load(update.snapshot).model_copy(update=told).dump()
            telling.tell_anew(session, update, now=now)
            if next_news_at is not None:
                session.execute(delete(Commitment).where(Commitment.update_id == update.id))
                next_news.printed(session, update)
        untold.told(session, engagement, update, now=now)
        audits.note(session, "renewed", update, now=now, actor="clock")


def take_back_welcome(session: Session, engagement: Engagement, *, now: datetime) -> bool:
    """Work that rests or ends before anybody read its welcome: nobody hears of it. False where somebody has."""
    waiting = unread.of_work(session, engagement.id)
    if not any(update.kind is UpdateKind.WELCOME for update in waiting):
        return False
    for update in waiting:
        telling.take_back(session, update, now=now)
    session.execute(delete(Commitment).where(Commitment.update_id.in_([update.id for update in waiting])))
    return True


def welcome_after_all(session: Session, engagement: Engagement, *, next_news_at: datetime, now: datetime) -> bool:
    """Work goes on whose welcome was taken back: it is written as things are now. False where there is none."""
    welcome = session.scalars(
        select(Update).where(Update.engagement_id == engagement.id, Update.kind == UpdateKind.WELCOME)
    ).one_or_none()
    if welcome is None or any(row.skipped_why != unread.TAKEN_BACK for row in welcome.tellings):
        return False
    for row in welcome.tellings:
        row.skipped_why = None
    told = {**frame(session, engagement, now=now), "dates": date_lines(engagement), "next_news_at": next_news_at}
    welcome.snapshot = Snapshot.load(welcome.snapshot).model_copy(update=told).dump()
    welcome.next_news_at, welcome.released_at = next_news_at, now
    telling.tell_anew(session, welcome, now=now)
    next_news.printed(session, welcome)
    return True


def _count_as_untold(session: Session, waiting: Sequence[Update]) -> None:
    """What these updates told waits again to be told."""
    said = select(Announcement).where(Announcement.update_id.in_([update.id for update in waiting]))
    for announcement in session.scalars(said):
        announcement.settled_at = announcement.settled_why = announcement.update_id = None
    session.flush()
