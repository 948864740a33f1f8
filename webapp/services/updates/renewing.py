"""A date or an hour that moves before anybody read the update that says it: what waits is written anew."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from emails.pieces import StepChange
from webapp.models import (
    Announcement,
    Commitment,
    CommitmentState,
    Engagement,
    HandOver,
    Milestone,
    Telling,
    TellingState,
    Update,
    UpdateKind,
)
from webapp.models.update import TAKEN_BACK
from webapp.services.core import audits
from webapp.services.dates import unread
from webapp.services.rhythm import slots
from webapp.services.updates import next_news, telling, untold
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import date_lines, frame, introduction, season_ahead, unintroduced
from webapp.timezones import local

OTHERS = (UpdateKind.NO_NEWS, UpdateKind.NEWS_MOVED, UpdateKind.CORRECTION, UpdateKind.CLOSING)
"""Updates that do not say every agreed date as it is now."""


def renew(session: Session, engagement: Engagement, *, now: datetime, next_news_at: datetime | None = None) -> None:
    """Write what waits and nobody has as things are now: a date that nobody read has not moved. The oldest says what is
    new; a notice that has nothing left to say is taken back, and leaves no trace for clients. `next_news_at` is the
    hour by which the next news comes now, where the rhythm or the calendar changed; where the hour that was to be
    printed is over, it is that of the planned update. All of it is put into the outbox anew, so that it leaves in its
    order."""
    waiting = unread.of_work(session, engagement.id, (*unread.WITH_DATES, *OTHERS))
    dated = [update for update in waiting if update.kind in unread.WITH_DATES]
    if next_news_at is None and any(update.next_news_at and update.next_news_at <= now for update in dated):
        planned = slots.current(session, engagement)
        next_news_at = planned.promised_by if planned is not None and planned.promised_by > now else None
    _count_as_untold(session, dated)
    for update in waiting:
        if update in dated:
            next_news_at = _write_anew(session, engagement, update, now=now, next_news_at=next_news_at)
        elif dated or _is_signed_by_another(session, engagement, update, now=now):
            _say_anew(session, engagement, update, now=now)


def _write_anew(
    session: Session, engagement: Engagement, update: Update, *, now: datetime, next_news_at: datetime | None
) -> datetime | None:
    """One update that says every date. The hour that it prints where that changed, for the others that wait, too: no
    two of them name different hours."""
    delays = () if update.kind is UpdateKind.WELCOME else untold.untold(session, engagement)
    introduced = _introduced_anew(session, engagement, update, now=now)
    if introduced:
        update.snapshot = Snapshot.load(update.snapshot).model_copy(update=introduced).dump()
    if not delays and _is_moot(update, engagement):
        telling.take_back(session, update, now=now)
    else:
        told = {**frame(session, engagement, now=now), "dates": date_lines(engagement), "delays": delays}
        sooner = next_news.soonest(update.next_news_at, delays, now=now)
        if next_news_at is None and sooner != update.next_news_at:
            next_news_at = sooner
        if next_news_at is not None:
            update.next_news_at = next_news.soonest(next_news_at, delays, now=now)
            told["next_news_at"] = update.next_news_at
            is_first = update.kind is UpdateKind.WELCOME
            since = date.min if is_first else local(update.released_at, engagement.cadence["zone"]).date()
            told["season"] = season_ahead(session, engagement, update.next_news_at, since=since)
        if update.kind is UpdateKind.WELCOME:
            told["cadence"] = engagement.cadence
        update.snapshot = Snapshot.load(update.snapshot).model_copy(update=told).dump()
        telling.tell_anew(session, update, now=now)
        if next_news_at is not None:
            session.execute(delete(Commitment).where(Commitment.update_id == update.id))
            next_news.printed(session, update)
    untold.told(session, engagement, update, now=now)
    audits.note(session, "renewed", update, now=now, actor="clock")
    return next_news_at


def _is_signed_by_another(session: Session, engagement: Engagement, update: Update, *, now: datetime) -> bool:
    """Whether an update is signed by somebody who does not look after the work any more."""
    owner, signs = frame(session, engagement, now=now)["owner"], Snapshot.load(update.snapshot).owner
    return owner is not None and signs is not None and owner.in_charge != signs.in_charge


def _say_anew(session: Session, engagement: Engagement, update: Update, *, now: datetime) -> None:
    """One of the others, after what was written anew before it, and signed by who looks after the work now."""
    told = {
        "owner": frame(session, engagement, now=now)["owner"],
        **_introduced_anew(session, engagement, update, now=now),
    }
    if update.kind is UpdateKind.NO_NEWS:
        told["dates"] = date_lines(engagement, untold.untold_entries(session, engagement))
    update.snapshot = Snapshot.load(update.snapshot).model_copy(update=told).dump()
    telling.tell_anew(session, update, now=now)


def says(session: Session, engagement: Engagement, steps: dict[int, StepChange], *, now: datetime) -> bool:
    """Whether a mail that waits and nobody has says what changed now, written anew; of several changes of one step the
    first counts, as nobody read it. False where nothing waits any more."""
    waiting = unread.of_work(session, engagement.id)
    for update in waiting:
        frozen = Snapshot.load(update.snapshot)
        if update.kind is UpdateKind.CHANGED:
            update.snapshot = frozen.model_copy(update={"changed": {**steps, **frozen.changed}}).dump()
    if not waiting:
        return False
    renew(session, engagement, now=now)
    is_person_new = not steps and bool(unintroduced(session, engagement))
    return bool(unread.of_work(session, engagement.id)) and not is_person_new


def _introduced_anew(session: Session, engagement: Engagement, update: Update, *, now: datetime) -> dict[str, Any]:
    """Whom a mail that nobody has introduces, where the owner changed since it was written. The welcome names its
    owner as everybody's first."""
    if update.kind is UpdateKind.NO_NEWS:
        return {}
    is_told_here = HandOver.introduced_at >= update.released_at
    introduces = Snapshot.load(update.snapshot).introduces is not None
    untold_people = HandOver.introduced_at.is_(None)
    made = session.scalars(
        select(HandOver)
        .where(
            HandOver.engagement_id == engagement.id, or_(untold_people, is_told_here) if introduces else untold_people
        )
        .order_by(HandOver.id)
    ).all()
    for handover in made:
        handover.introduced_at = now
    return introduction(engagement, made) if made and update.kind is not UpdateKind.WELCOME else {}


def take_back_resumed(session: Session, engagement: Engagement, *, now: datetime) -> datetime | None:
    """Work rests again before anybody read that it goes on: by when they were told to hear again. None where somebody
    has read it, or nothing of that sort was to be told."""
    newest = _newest(session, engagement)
    if newest is None or not newest.snapshot.get("is_resumed") or not unread.is_unread(session, newest.id):
        return None
    _as_before(session, engagement, newest, now=now)
    pause = select(Update.next_news_at).where(
        Update.engagement_id == engagement.id, Update.kind == UpdateKind.CLOSING, Update.next_news_at > now
    )
    return session.scalars(pause.order_by(Update.id.desc()).limit(1)).one_or_none()


def take_back_news_moved(session: Session, engagement: Engagement, *, now: datetime) -> datetime | None:
    """That the news comes later is not true any more, and nobody read it: the hour that they do have in writing, which
    counts again. None where there is nothing of that sort."""
    waiting = _newest(session, engagement, Update.kind == UpdateKind.NEWS_MOVED)
    if waiting is None or not unread.is_unread(session, waiting.id) or _is_taken_back(waiting):
        return None
    _as_before(session, engagement, waiting, now=now)
    return Snapshot.load(waiting.snapshot).news_was_at


def _is_taken_back(update: Update) -> bool:
    return all(row.skipped_why == TAKEN_BACK for row in update.tellings)


def _newest(session: Session, engagement: Engagement, *which: ColumnElement[bool]) -> Update | None:
    newest = select(Update).where(Update.engagement_id == engagement.id, *which).order_by(Update.id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def _unsay(session: Session, updates: Sequence[Update], *, now: datetime) -> None:
    """Nobody hears of these, nor waits for the hours they would have printed."""
    for update in updates:
        telling.take_back(session, update, now=now)
        if update.snapshot.get("introduces"):
            _introduce_later(session, update)
    session.execute(delete(Commitment).where(Commitment.update_id.in_([update.id for update in updates])))


def no_longer_leaves(session: Session, engagement: Engagement) -> None:
    """Work rests or ends, and what waits about it will not leave: the last mail introduces whom that would have."""
    for update in unread.of_work(session, engagement.id):
        if update.snapshot.get("introduces"):
            _introduce_later(session, update)


def _introduce_later(session: Session, update: Update) -> None:
    """Whom an update would have introduced is introduced by the next."""
    introduced = select(HandOver).where(
        HandOver.engagement_id == update.engagement_id, HandOver.introduced_at >= update.released_at
    )
    for handover in session.scalars(introduced):
        handover.introduced_at = None


def _as_before(session: Session, engagement: Engagement, update: Update, *, now: datetime) -> None:
    """An update that nobody read is unsaid, and what it settled of earlier promises counts again."""
    _unsay(session, [update], now=now)
    settled = select(Commitment).where(
        Commitment.engagement_id == engagement.id,
        Commitment.state == CommitmentState.SETTLED,
        Commitment.scored_at == update.released_at,
        Commitment.promised_at > now,
    )
    for given in session.scalars(settled):
        given.state, given.scored_at = CommitmentState.OPEN, None


def _is_moot(update: Update, engagement: Engagement) -> bool:
    """Whether a mail beside the rhythm has nothing left to say."""
    if update.kind is not UpdateKind.CHANGED:
        return update.kind is UpdateKind.DELAY_NOTICE
    frozen = Snapshot.load(update.snapshot)
    steps = {step.id: step for step in engagement.milestones}
    return not (frozen.introduces or frozen.is_resumed) and not any(
        _still(change, steps[number]) for number, change in frozen.changed.items() if number in steps
    )


def _still(change: StepChange, step: Milestone) -> bool:
    """Whether a step still is as the change left it."""
    if change is StepChange.DROPPED:
        return step.dropped_at is not None
    return step.dropped_at is None and (change is StepChange.BACK or step.done_on is None)


def take_back_pause(session: Session, engagement: Engagement, *, now: datetime) -> bool:
    """Work goes on before anybody read that it rests: nobody hears of it, and what was promised before counts again.
    False where somebody has it."""
    last = _newest(session, engagement, Update.kind == UpdateKind.CLOSING)
    if last is None or not unread.is_unread(session, last.id) or _is_taken_back(last):
        return False
    _as_before(session, engagement, last, now=now)
    return True


def take_back_welcome(session: Session, engagement: Engagement, *, now: datetime) -> bool:
    """Work that rests or ends before anybody read its welcome: nobody hears of it. False where somebody has."""
    waiting = unread.of_work(session, engagement.id)
    if not any(update.kind is UpdateKind.WELCOME for update in waiting):
        return False
    _unsay(session, waiting, now=now)
    return True


def unsay_welcome(session: Session, engagement: Engagement, *, now: datetime) -> bool:
    """Work that is not live after all: nobody hears of its welcome, by mail or by phone. False where somebody has."""
    updates = session.scalars(select(Update).where(Update.engagement_id == engagement.id)).all()
    if not all(unread.can_be_unsaid(session, update.id) for update in updates):
        return False
    _unsay(session, updates, now=now)
    return True


def welcome_after_all(session: Session, engagement: Engagement, frozen: Snapshot, *, now: datetime) -> bool:
    """Work goes on, or live again, whose welcome was taken back: it is written as things are now, to whoever takes part
    now. False where there is none."""
    welcome = session.scalars(
        select(Update).where(Update.engagement_id == engagement.id, Update.kind == UpdateKind.WELCOME)
    ).one_or_none()
    if welcome is None or any(row.skipped_why != TAKEN_BACK for row in welcome.tellings):
        return False
    for row in welcome.tellings:
        row.skipped_why = None
    known = {row.contact_id for row in welcome.tellings}
    for part in engagement.participations:
        if part.contact_id not in known:
            session.add(Telling(update=welcome, contact=part.contact, state=TellingState.DUE))
    session.flush()
    session.expire(welcome, ["tellings"])
    welcome.snapshot = frozen.dump()
    welcome.next_news_at, welcome.released_at = frozen.next_news_at, now
    telling.tell_anew(session, welcome, now=now)
    next_news.printed(session, welcome)
    return True


def _count_as_untold(session: Session, waiting: Sequence[Update]) -> None:
    """What these updates told waits again to be told."""
    said = select(Announcement).where(Announcement.update_id.in_([update.id for update in waiting]))
    for announcement in session.scalars(said):
        announcement.settled_at = announcement.settled_why = announcement.update_id = None
    session.flush()
