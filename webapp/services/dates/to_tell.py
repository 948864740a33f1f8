"""When clients hear of a moved date: in a notice of its own at once, or at the head of the update that comes anyway."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import last_day
from webapp.models import Announcement, Engagement, EngagementState, Firm, Milestone, Promise, Slot, Update
from webapp.services.calendar import firm_calendar
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.core.firm import known_firm, the_firm
from webapp.services.core.supposing import found, number
from webapp.services.dates import unread
from webapp.services.rhythm import slots
from webapp.timezones import local

BIG_DAYS = 2
NEAR_DAYS = 5
TOLD, UNDONE, CLOSED = "told", "undone", "closed"


def note(session: Session, milestone: Milestone, entry: Promise, was: Promise | None, *, now: datetime) -> None:
    """Write down that clients must hear of an entry. Not for drafts, whose welcome says every date, nor closed work.

    Where an update waits that nobody has read, that one is written anew at once. Else a move of two working days or
    more, or of anything due within five, goes out at once; a smaller one, or one on a day whose update is still to
    come, leads that update, and goes out by itself at the promised time if none came.
    """
    engagement = session.get_one(Engagement, milestone.engagement_id)
    firm = the_firm(session)
    if firm is None or engagement.state not in (EngagementState.OPEN, EngagementState.PAUSED):
        return
    update = leads(session, firm, engagement, last_day(was) if was else None, last_day(entry), now=now)
    release_at = update.promised_by if update else now + timedelta(minutes=firm.notice_minutes)
    if unread.of_work(session, engagement.id):
        release_at = now
    hours = timedelta(hours=firm.tell_hours)
    tell_by = firm_calendar.of_firm(firm).add_hours(release_at if update else now, hours, firm.zone)
    session.add(
        Announcement(promise=entry, engagement_id=engagement.id, known_at=now, release_at=release_at, tell_by=tell_by)
    )
    number(session)


def begin_anew(session: Session, waiting: Sequence[Announcement], *, now: datetime) -> None:
    """What could not be told for a while, because its step was over or the work rested, is to be told from now on."""
    firm = known_firm(session)
    tell_by = firm_calendar.of_firm(firm).add_hours(now, timedelta(hours=firm.tell_hours), firm.zone)
    for announcement in waiting:
        announcement.settled_at = announcement.settled_why = None
        announcement.release_at, announcement.tell_by = now + timedelta(minutes=firm.notice_minutes), tell_by


def undone(session: Session, entries: Sequence[Promise]) -> Sequence[Announcement]:
    """Those of these entries that were never told, as there seemed to be no need."""
    numbers = [entry.id for entry in entries]
    return session.scalars(
        select(Announcement).where(Announcement.promise_id.in_(numbers), Announcement.settled_why == UNDONE)
    ).all()


def leads(
    session: Session, firm: Firm, engagement: Engagement, old: date | None, new: date | None, *, now: datetime
) -> Slot | None:
    """The slot whose update a move from one last day to another leads; None where it is told in a notice of its own, as
    it is where that update would come too late."""
    slot = slots.current(session, engagement)
    if slot is None or (old is not None and slot.local_on >= old) or (new is not None and slot.local_on >= new):
        return None
    today = local(now, engagement.cadence["zone"]).date()
    is_pressing = _is_pressing(old, new, today, firm_calendar.of_firm(firm))
    return slot if _comes_today(slot, today, now) or not is_pressing else None


def untold(session: Session, engagement: Engagement) -> Sequence[Announcement]:
    """What clients have not been told yet, oldest first."""
    return found(
        session,
        select(Announcement).where(Announcement.engagement_id == engagement.id).order_by(Announcement.id),
        Announcement,
        lambda row: row.engagement_id == engagement.id and row.settled_at is None,
    )


def is_untold(session: Session, entry: Promise) -> bool:
    """Whether an entry still waits to be told, or is said by an update that nobody has yet."""
    row = _of_entry(session, entry)
    if row is None or row.settled_at is None:
        return row is not None
    return row.update_id is not None and unread.is_unread(session, row.update_id)


def taken_back(session: Session, entry: Promise, *, now: datetime) -> None:
    """An entry counts no more. Where an update that nobody has yet says it, that one is to be written anew at once."""
    row = _of_entry(session, entry)
    if row is not None and row.update_id is not None and unread.is_unread(session, row.update_id):
        row.settled_at, row.release_at = None, now


def _of_entry(session: Session, entry: Promise) -> Announcement | None:
    return session.scalars(select(Announcement).where(Announcement.promise_id == entry.id)).one_or_none()


def settle(waiting: Sequence[Announcement], why: str, *, now: datetime, by: Update | None = None) -> None:
    """They were told by an update, or need no telling any more."""
    for announcement in waiting:
        announcement.settled_at, announcement.settled_why = now, why
        announcement.update_id = by.id if by else None


def _comes_today(slot: Slot, today: date, now: datetime) -> bool:
    return slot.local_on == today and slot.send_at > now


def _is_pressing(old: date | None, new: date | None, today: date, calendar: WorkingDays) -> bool:
    """What has no date now, or had none, is always pressing."""
    if old is None or new is None:
        return True
    is_near = calendar.between(today, min(old, new)) <= NEAR_DAYS
    return is_near or abs(calendar.between(old, new)) >= BIG_DAYS
