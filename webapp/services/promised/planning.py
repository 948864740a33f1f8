"""The rhythm at work: which slot comes next, what happens at *send at* and at *promised by*, and after downtime.

Every step locks its slot and looks again, so two clocks, a restart or a form submitted meanwhile make no second mail.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.models import (
    Checkpoint,
    CheckpointState,
    Commitment,
    CommitmentState,
    Engagement,
    EngagementState,
    Slot,
    SlotState,
    Task,
    TaskKind,
    TellingState,
    Update,
    User,
)
from webapp.services.calendar import firm_calendar
from webapp.services.core import tasks
from webapp.services.core.firm import clock_jumped, known_firm, the_firm
from webapp.services.core.locks import hold
from webapp.services.dates import unread
from webapp.services.rhythm import cadences, schedule, slots
from webapp.services.updates import calls, next_news, notices, releases
from webapp.timezones import local

NO_NEWS_GRACE = timedelta(hours=24)
JUMP = timedelta(days=7)
FOLD_MAXIMUM = 400
BROUGHT_FORWARD_AT_ONCE = 50
WORKING_WEEK = 5


def plan_next(session: Session, engagement: Engagement, *, after: date, rule_after: date | None = None) -> Slot:
    """The next slot of an engagement and its form, after a day or after the slot of that day, which stood for
    `rule_after`. It comes from the rule, never from when the last mail went. Unique by local date: where it is there
    already, that one is returned; one that was skipped when the work rested is planned again, and a day that had its
    news is passed over, so that open work always has a planned slot."""
    calendar = firm_calendar.of_firm(known_firm(session))
    cadence = cadences.load(engagement.cadence)
    while True:
        times = schedule.following(cadence, after=after, rule_after=rule_after, calendar=calendar)
        slot = _slot(session, engagement, times)
        if slot.state is SlotState.SKIPPED:
            _plan_again(slot, times)
        if slot.state is SlotState.PLANNED:
            return slot
        after, rule_after = times.on, times.rule_on


def preview(session: Session, engagement: Engagement, *, after: date, count: int = 6) -> list[schedule.SlotTimes]:
    """The next slots as they would be planned."""
    cadence = cadences.load(engagement.cadence)
    calendar = firm_calendar.of_firm(known_firm(session))
    days = schedule.days(cadence, after=after, count=count, calendar=calendar)
    return [schedule.slot_times(cadence, day, calendar=calendar) for day in days]


def upcoming(session: Session, slot: Slot) -> datetime:
    """The promised time of the slot after this one, as it will be printed in this one's mail."""
    cadence, calendar = cadences.load(slot.engagement.cadence), firm_calendar.of_firm(known_firm(session))
    return schedule.following(cadence, after=slot.local_on, rule_after=slot.rule_on, calendar=calendar).promised_by


def due_slots(session: Session, *, now: datetime) -> Sequence[int]:
    """Slots of open work where something is to be done now: sent, or said to be without news. None while a person has
    not said whether a clock that jumped is right: the rhythm must not run away with it."""
    if clock_jumped(session):
        return []
    return session.scalars(
        select(Slot.id)
        .join(Engagement)
        .join(Checkpoint, Checkpoint.slot_id == Slot.id)
        .where(
            Slot.state == SlotState.PLANNED,
            Engagement.state == EngagementState.OPEN,
            or_(
                (Checkpoint.state == CheckpointState.SUBMITTED) & (Slot.send_at <= now),
                Slot.promised_by <= now,
            ),
        )
        .order_by(Slot.promised_by, Slot.id)
    ).all()


def advance(session: Session, slot_id: int, *, now: datetime) -> bool:
    """Do what a slot needs now. False where another clock, or a form, was first.

    Filed and *send at* reached: the update goes out. Not filed by *promised by*: the no-news mail. After downtime the
    slots that passed meanwhile fold into one: a filed report goes out marked late, or the latest missed slot younger
    than its grace says no news; the others are kept as skipped.
    """
    of_work = select(Slot.engagement_id).where(Slot.id == slot_id).scalar_subquery()
    if hold(session, of_work, is_patient=False) is None:
        return False
    slot = _lock(session, slot_id)
    if slot is None or slot.state is not SlotState.PLANNED or slot.engagement.state is not EngagementState.OPEN:
        return False
    is_filed = slot.checkpoint.state is CheckpointState.SUBMITTED
    if is_filed and slot.send_at <= now:
        _release(session, slot, now=now)
        return True
    if slot.promised_by > now:
        return False
    latest = _fold(session, slot, now=now)
    upcoming = plan_next(session, slot.engagement, after=latest.local_on, rule_after=latest.rule_on)
    if latest.promised_by < now - NO_NEWS_GRACE:
        _skip(latest, "downtime", now=now)
        broken(session, latest, now=now)
        return True
    # A notice that goes out now instead prints the time after this one.
    latest.state = SlotState.NO_NEWS
    session.flush()
    notice = notices.release(session, slot.engagement, now=now)
    is_told = notice is not None and any(row.state is not TellingState.SKIPPED for row in notice.tellings)
    is_told = is_told or _nobody_waits(session, latest)
    releases.no_news(session, latest, next_news_at=_after_silence(session, upcoming, now=now), now=now, is_told=is_told)
    return True


def _nobody_waits(session: Session, slot: Slot) -> bool:
    """Whether the mail that promised the news of a slot has not reached anybody: it is written anew."""
    promised = next_news.first_in_writing(session, slot.engagement, since=slot.promised_by)
    if promised is None or promised.update.kind not in unread.WITH_DATES:
        return False
    return not next_news.waited_for(session, [(promised, slot.promised_by)])


def _after_silence(session: Session, upcoming: Slot, *, now: datetime) -> datetime:
    """When somebody who got no news hears next: on the next working day, after two silences within a working week, and
    by the rhythm where that is sooner. The slot is brought forward to it."""
    silent = len(slots.silent_in_a_row(session, [upcoming.engagement_id]).get(upcoming.engagement_id, []))
    wait = 1 if silent <= slots.SILENT_IN_A_ROW else WORKING_WEEK
    cadence, calendar = cadences.load(upcoming.engagement.cadence), firm_calendar.of_firm(known_firm(session))
    on = calendar.add(local(now, cadence.zone).date(), wait)
    return min(upcoming.promised_by, schedule.slot_times(cadence, on, calendar=calendar).promised_by)


def broken(session: Session, slot: Slot, *, now: datetime) -> None:
    """A promised update did not go out, and no mail says so any more: somebody must phone."""
    tasks.raise_once(session, TaskKind.PROMISE_BROKEN, str(slot.engagement_id), now=now, engagement=slot.engagement)


def after_submission(session: Session, slot: Slot, *, by: User, now: datetime) -> None:
    """A form filed after *send at* goes out at once; one filed after the no-news mail too, marked late."""
    if slot.state is SlotState.PLANNED and slot.send_at <= now:
        _release(session, slot, by=by, now=now)
    elif slot.state is SlotState.NO_NEWS:
        next_news_at = _by_rhythm_again(session, slot.engagement, now=now)
        releases.regular(session, slot, next_news_at=next_news_at, by=by, now=now, is_late=True)
        _news_came(session, slot.engagement, now=now)


def _by_rhythm_again(session: Session, engagement: Engagement, *, now: datetime) -> datetime | None:
    """The report that was missed comes after all: nobody waits any more for the hour that the mail without news named,
    and the next update is that of the rhythm."""
    upcoming = slots.current(session, engagement)
    if upcoming is None or upcoming.rule_on is not None or not next_news.settle_silence(session, engagement, now=now):
        return upcoming.promised_by if upcoming else None
    cadence, calendar = cadences.load(engagement.cadence), firm_calendar.of_firm(known_firm(session))
    had = slots.last_had(session, [upcoming]).get(engagement.id)
    slots.put(upcoming, schedule.first_ahead(cadence, had=had, now=now, calendar=calendar))
    upcoming.asked_at = upcoming.last_call_at = None
    session.flush()
    return upcoming.promised_by


def notice_jump(session: Session, last_tick: datetime | None, *, now: datetime) -> bool:
    """More than seven days since the last tick: stop sending and ask a person, instead of mailing everybody at once."""
    if last_tick is None or now - last_tick <= JUMP:
        return False
    firm = the_firm(session)
    if firm is None or firm.sending_paused_at is not None:
        return False
    firm.sending_paused_at, firm.sending_paused_why = now, TaskKind.CLOCK_JUMPED.value
    tasks.raise_once(session, TaskKind.CLOCK_JUMPED, "clock", now=now, last=last_tick.isoformat(), seen=now.isoformat())
    return True


def pause_slots(session: Session, engagement: Engagement, *, now: datetime, why: str) -> None:
    """Close the planned slot of work that rests or ends."""
    hold(session, engagement.id)
    slot = slots.current(session, engagement)
    if slot is not None:
        _skip(slot, why, now=now)


def put_back(session: Session, engagement: Engagement, *, now: datetime) -> Slot | None:
    """The slot that a rest closed is planned again, where its hour is still ahead: nobody read of the rest."""
    slot = session.scalars(
        select(Slot)
        .where(
            Slot.engagement_id == engagement.id,
            Slot.state == SlotState.SKIPPED,
            Slot.skipped_why == "paused",
            Slot.promised_by > now,
        )
        .order_by(Slot.local_on)
        .limit(1)
    ).one_or_none()
    if slot is not None:
        _plan_again(slot, slots.times(slot))
        session.flush()
    return slot


def hour_in_writing(session: Session, engagement: Engagement) -> datetime | None:
    """By when a mail promised the news of the planned slot; None where nobody waits for an hour."""
    slot = slots.current(session, engagement)
    promised = next_news.first_in_writing(session, engagement, since=slot.promised_by) if slot is not None else None
    return promised.update.next_news_at if promised is not None else None


def bring_forward(session: Session, *, now: datetime) -> int:
    """What a mail promised outside the rhythm, as where a new date is not known yet, comes at its hour: the planned
    slot is brought forward, and the rhythm goes on after it. Returns how many were."""
    early = session.execute(
        select(Slot.id, Slot.engagement_id, Update.next_news_at)
        .join(Engagement, Slot.engagement_id == Engagement.id)
        .join(Commitment, Commitment.engagement_id == Engagement.id)
        .join(Update, Commitment.update_id == Update.id)
        .where(
            Commitment.state == CommitmentState.OPEN,
            Slot.state == SlotState.PLANNED,
            Engagement.state == EngagementState.OPEN,
            Update.next_news_at > now,
            Update.next_news_at < Slot.promised_by,
        )
        .order_by(Update.next_news_at)
        .limit(BROUGHT_FORWARD_AT_ONCE)
    ).all()
    return sum(_bring(session, slot_id, engagement_id, at, now=now) for slot_id, engagement_id, at in early if at)


def _bring(session: Session, slot_id: int, engagement_id: int, at: datetime, *, now: datetime) -> bool:
    """Put one slot on an hour outside the rhythm, unless that day had news already or somebody else is at the work."""
    if hold(session, engagement_id, is_patient=False) is None:
        return False
    slot = _lock(session, slot_id)
    if slot is None or slot.state is not SlotState.PLANNED or slot.promised_by <= at:
        return False
    cadence = cadences.load(slot.engagement.cadence)
    on = local(at, cadence.zone).date()
    of_day = select(Slot.id).where(Slot.engagement_id == engagement_id, Slot.local_on == on, Slot.id != slot.id)
    if session.scalar(of_day) is not None:
        return False
    ahead = datetime.combine(on, cadence.promised_by) - datetime.combine(on, cadence.send_at)
    slots.put(slot, schedule.SlotTimes(on, max(now, at - ahead), at, None))
    slot.asked_at = slot.last_call_at = None
    session.flush()
    return True


def _release(session: Session, slot: Slot, *, now: datetime, by: User | None = None) -> None:
    latest = _fold(session, slot, now=now, keep=slot)
    upcoming = plan_next(session, slot.engagement, after=latest.local_on, rule_after=latest.rule_on)
    is_late = slot.promised_by < now
    releases.regular(session, slot, next_news_at=upcoming.promised_by, by=by, now=now, is_late=is_late)
    _news_came(session, slot.engagement, now=now)


def _fold(session: Session, slot: Slot, *, now: datetime, keep: Slot | None = None) -> Slot:
    """Write down the slots whose promised time passed while nothing ran, as skipped, and return the latest of them
    (the given one where there is none). `keep` is filed and goes out itself."""
    cadence = cadences.load(slot.engagement.cadence)
    calendar = firm_calendar.of_firm(known_firm(session))
    latest, after, rule_after = slot, slot.local_on, slot.rule_on
    for _ in range(FOLD_MAXIMUM):
        following = schedule.following(cadence, after=after, rule_after=rule_after, calendar=calendar)
        if following.promised_by > now:
            break
        if latest is not keep:
            _skip(latest, "downtime", now=now)
        latest, after, rule_after = _slot(session, slot.engagement, following), following.on, following.rule_on
        if keep is not None:
            _skip(latest, "downtime", now=now)
    return latest


def _plan_again(slot: Slot, times: schedule.SlotTimes) -> None:
    slot.state, slot.skipped_why, slot.closed_at = SlotState.PLANNED, None, None
    slots.put(slot, times)
    slot.asked_at = slot.last_call_at = None
    is_filed = slot.checkpoint.revision > 0
    slot.checkpoint.state = CheckpointState.SUBMITTED if is_filed else CheckpointState.DUE


def _skip(slot: Slot, why: str, *, now: datetime) -> None:
    slot.state, slot.skipped_why, slot.closed_at = SlotState.SKIPPED, why, now
    if slot.checkpoint.state is CheckpointState.DUE:
        slot.checkpoint.state = CheckpointState.MISSED


def _news_came(session: Session, engagement: Engagement, *, now: datetime) -> None:
    """A real update ends the alarm about silence, and nobody waits for the call about it."""
    calls.settle(session, engagement, now=now)
    silent = select(Task).where(
        Task.kind.in_([TaskKind.PHONE_TWICE_SILENT, TaskKind.PROMISE_BROKEN]),
        Task.engagement_id == engagement.id,
        Task.done_at.is_(None),
    )
    for task in session.scalars(silent):
        tasks.done(task, now=now)


def _slot(session: Session, engagement: Engagement, times: schedule.SlotTimes) -> Slot:
    known = session.scalars(
        select(Slot).where(Slot.engagement_id == engagement.id, Slot.local_on == times.on)
    ).one_or_none()
    if known is not None:
        return known
    slot = Slot(
        engagement=engagement,
        local_on=times.on,
        rule_on=times.rule_on,
        send_at=times.send_at,
        promised_by=times.promised_by,
        state=SlotState.PLANNED,
    )
    slot.checkpoint = Checkpoint(state=CheckpointState.DUE, revision=0)
    session.add(slot)
    session.flush()
    return slot


def _lock(session: Session, slot_id: int) -> Slot | None:
    return session.scalars(
        select(Slot).where(Slot.id == slot_id).with_for_update(skip_locked=True),
        execution_options={"populate_existing": True},
    ).one_or_none()
