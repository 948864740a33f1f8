"""The next news that each mail printed: kept, or broken and by what."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from emails.pieces import Delay
from webapp.models import (
    Commitment,
    CommitmentState,
    Engagement,
    EngagementState,
    Slot,
    SlotState,
    TaskKind,
    Telling,
    TellingState,
    Update,
    UpdateKind,
)
from webapp.services.core import tasks
from webapp.services.core.firm import clock_jumped, the_firm
from webapp.services.dates import unread
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at

TOLERANCE = timedelta(hours=2)
ENDS = (UpdateKind.CLOSING,)
WITHOUT_NEWS = (UpdateKind.NO_NEWS, UpdateKind.NEWS_MOVED)
"""Mails that keep no promise of news: they say that none has come, or that it comes later."""
NO_REPORT, DOWNTIME, MAIL_TROUBLE, NOTHING_CAME = "no_report", "downtime", "mail_trouble", "nothing_came"


def printed(session: Session, update: Update) -> Commitment | None:
    """Keep what an update promised: the latest time that it printed for a reader. One that printed the same time again,
    or a sooner one, takes the place of what was promised before. A mail that says the work rests or ends settles what
    was promised before; so does one that says in time that the news comes later."""
    if update.kind in (*ENDS, UpdateKind.NEWS_MOVED):
        for given in _open(session, update.engagement):
            given.state, given.scored_at = CommitmentState.SETTLED, update.released_at
    firm = the_firm(session)
    if update.next_news_at is None or firm is None:
        return None
    readers = [telling.contact_id for telling in update.tellings if telling.state is TellingState.DUE]
    by_reader = [
        deliver_at(update.next_news_at, reader(part, firm))
        for part in update.engagement.participations
        if part.contact_id in readers
    ]
    promised_at = max(by_reader, default=update.next_news_at)
    for earlier in _open(session, update.engagement):
        if earlier.promised_at >= promised_at:
            earlier.state, earlier.scored_at = CommitmentState.SETTLED, update.released_at
    given = Commitment(
        update=update,
        engagement_id=update.engagement_id,
        promised_at=promised_at,
        state=CommitmentState.OPEN,
    )
    session.add(given)
    session.flush()
    return given


def soonest(by_rhythm: datetime | None, delays: Sequence[Delay], *, now: datetime) -> datetime | None:
    """When the next news comes: by the rhythm, or sooner where it was promised with a date that is not known yet."""
    promised = [at for at in (by_rhythm, *(moved.now.next_news_at for moved in delays)) if at is not None and at > now]
    return min(promised, default=by_rhythm)


def score(session: Session, *, now: datetime) -> int:
    """Score what is two hours past: kept where news went out and somebody was told it by then, broken with its cause
    where not. A mail that only says there is no news breaks the promise, though it does not leave the client alone.
    Nothing while a clock that jumped waits for a person's word."""
    if clock_jumped(session):
        return 0
    late = session.scalars(
        select(Commitment)
        .where(Commitment.state == CommitmentState.OPEN, Commitment.promised_at <= now - TOLERANCE)
        .order_by(Commitment.id)
    ).all()
    for given in late:
        given.scored_at = now
        kept_by = _news(session, given)
        if kept_by is not None:
            given.state, given.kept_by_id = CommitmentState.KEPT, kept_by.id
        else:
            given.state, given.cause = CommitmentState.BROKEN, _cause(session, given)
            _call(session, given, now=now)
    return len(late)


def _call(session: Session, given: Commitment, *, now: datetime) -> None:
    """Where nothing at all went out at a time that was promised, as after a change of rhythm, somebody must phone."""
    engagement = session.get_one(Engagement, given.engagement_id)
    if given.cause == NOTHING_CAME and engagement.state is EngagementState.OPEN:
        tasks.raise_once(session, TaskKind.PROMISE_BROKEN, str(engagement.id), now=now, engagement=engagement)


def in_writing(session: Session, works: Collection[int]) -> dict[int, list[Commitment]]:
    """The promises of next news that stand in mails about these works, the soonest first, with their updates."""
    rows = session.scalars(
        select(Commitment)
        .join(Update, Commitment.update_id == Update.id)
        .options(contains_eager(Commitment.update))
        .where(
            Commitment.engagement_id.in_(works),
            Commitment.state == CommitmentState.OPEN,
            Update.next_news_at.is_not(None),
        )
        .order_by(Update.next_news_at, Commitment.id.desc())
    )
    found: dict[int, list[Commitment]] = {}
    for given in rows:
        found.setdefault(given.engagement_id, []).append(given)
    return found


def first_in_writing(session: Session, engagement: Engagement, *, since: datetime) -> Commitment | None:
    """The first promise that stands in a mail, of news at a moment from `since` on."""
    given = in_writing(session, [engagement.id]).get(engagement.id, [])
    return next((each for each in given if each.update.next_news_at and each.update.next_news_at >= since), None)


def waited_for(session: Session, given: Collection[tuple[Commitment, datetime]]) -> set[int]:
    """Those of these promises, by their numbers, which somebody waits for who has an hour in writing, from the moment
    beside it on: not where the mail that promised it waits unread, unless one before it said such an hour too."""
    unread_ones = unread.those_of(session, [each.update_id for each, _ in given])
    waiting = {each.id for each, _ in given if each.update_id not in unread_ones}
    doubtful = [(each, since) for each, since in given if each.update_id in unread_ones]
    if not doubtful:
        return waiting
    told = session.execute(
        select(Update.engagement_id, func.max(Telling.next_news_at))
        .join(Telling, Telling.update_id == Update.id)
        .where(
            Update.engagement_id.in_([each.engagement_id for each, _ in doubtful]),
            Telling.state == TellingState.TOLD,
            Telling.next_news_at.is_not(None),
        )
        .group_by(Update.engagement_id)
    )
    latest = {number: at for number, at in told if at is not None}
    never = datetime.min.replace(tzinfo=UTC)
    return waiting | {each.id for each, since in doubtful if latest.get(each.engagement_id, never) >= since}


def settle_silence(session: Session, engagement: Engagement, *, now: datetime) -> bool:
    """News comes after a mail that had none: what that one promised is settled. False where it promised nothing."""
    silent = [given for given in _open(session, engagement) if given.update.kind is UpdateKind.NO_NEWS]
    for given in silent:
        given.state, given.scored_at = CommitmentState.SETTLED, now
    return bool(silent)


def _open(session: Session, engagement: Engagement) -> Sequence[Commitment]:
    return session.scalars(
        select(Commitment).where(Commitment.engagement_id == engagement.id, Commitment.state == CommitmentState.OPEN)
    ).all()


def _after(given: Commitment) -> tuple[object, ...]:
    return (
        Update.engagement_id == given.engagement_id,
        Update.id > given.update_id,
        Update.released_at <= given.promised_at + TOLERANCE,
    )


def _news(session: Session, given: Commitment) -> Update | None:
    """The first real news after the promise that somebody heard in time; work without contacts needs none."""
    heard = select(Telling.id).where(
        Telling.update_id == Update.id,
        Telling.state == TellingState.TOLD,
        Telling.told_at <= given.promised_at + TOLERANCE,
    )
    return session.scalars(
        select(Update)
        .where(*_after(given), Update.kind.not_in(WITHOUT_NEWS), heard.exists())  # type: ignore[arg-type]
        .order_by(Update.id)
        .limit(1)
    ).one_or_none()


def _cause(session: Session, given: Commitment) -> str:
    released = session.scalars(select(Update).where(*_after(given))).all()  # type: ignore[arg-type]
    if any(update.kind not in WITHOUT_NEWS for update in released):
        return MAIL_TROUBLE
    if released:
        return NO_REPORT
    skipped = select(Slot.id).where(
        Slot.engagement_id == given.engagement_id,
        Slot.promised_by == given.promised_at,
        Slot.state == SlotState.SKIPPED,
        Slot.skipped_why == DOWNTIME,
    )
    return DOWNTIME if session.scalar(skipped) is not None else NOTHING_CAME
