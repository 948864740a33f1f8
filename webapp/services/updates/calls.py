"""Calls that a manager took on because news failed to come: promised in a mail, and kept or broken like any promise."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Call, Person, Said
from webapp.models import (
    CommitmentState,
    Engagement,
    Firm,
    PromisedCall,
    Task,
    TaskKind,
    Telling,
    TellingState,
    Update,
    UpdateKind,
    User,
)
from webapp.services.calendar import firm_calendar, stand_ins
from webapp.services.core import audits, tasks
from webapp.services.core.firm import known_firm
from webapp.services.rhythm import slots
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at
from webapp.timezones import instant, local

ONE_DAY = timedelta(days=1)
SAID_MAXIMUM = 600
NO_CALL = "no_call"


def about(session: Session, engagement: Engagement, *, now: datetime) -> PromisedCall | None:
    """The call about the silence that lasts: from the second promised day in a row without news a manager takes it over
    and phones on the next working day after everybody has the mail that says so. Once a mail told what became of it,
    the next one promises another. None where it is the first silence, or the firm has no manager."""
    silent = slots.silent_in_a_row(session, [engagement.id]).get(engagement.id, [])
    if len(silent) < slots.SILENT_IN_A_ROW:
        return None
    known = _latest(session, engagement)
    if known is not None and known.told_at is None:
        return known
    if known is not None:
        known.ended_at = now
    return _take_on(session, engagement, known_firm(session), now=now)


def _take_on(session: Session, engagement: Engagement, firm: Firm, *, now: datetime) -> PromisedCall | None:
    read_at = max((deliver_at(now, reader(part, firm)) for part in engagement.participations), default=now)
    calendar = firm_calendar.of_firm(firm)
    on = calendar.on_or_after(local(max(read_at, now), firm.zone).date() + ONE_DAY)
    heads = stand_ins.managers(session, on)
    if not heads:
        return None
    _, closes = calendar.hours_on(on)[-1]
    call = PromisedCall(
        engagement=engagement,
        user=heads[0],
        taken_on_at=now,
        on=on,
        promised_at=instant(on, closes, firm.zone),
        state=CommitmentState.OPEN,
    )
    session.add(call)
    session.flush()
    return call


def told(session: Session, call: PromisedCall, *, now: datetime) -> Call:
    """A call as a snapshot keeps it. What became of it is told once."""
    zone = known_firm(session).zone
    if call.came_at is not None or call.promised_at <= now:
        call.told_at = now
    person = call.came_by or call.user
    return Call(
        number=call.id,
        person=Person(name=person.name, phone=person.phone),
        on=call.on,
        by=call.promised_at,
        came_on=local(call.came_at, zone).date() if call.came_at else None,
        is_over=call.came_at is None and call.promised_at <= now,
        said=Said(text=call.said, language=call.language) if call.said else None,
    )


def came(session: Session, engagement: Engagement, said: str, *, by: User, now: datetime) -> None:
    """Somebody phoned, perhaps once more. `said`: what came of it, which the next mail without news tells; it may stay
    empty."""
    call = _latest(session, engagement)
    if call is None:
        return
    call.came_at, call.came_by, call.told_at = now, by, None
    call.said, call.language = said.strip()[:SAID_MAXIMUM] or None, by.language
    if call.state is CommitmentState.OPEN and now <= call.promised_at:
        call.state, call.scored_at = CommitmentState.KEPT, now
    audits.note(session, "phoned", engagement, now=now, by=by)


def settle(session: Session, engagement: Engagement, *, now: datetime) -> None:
    """News came, or the work rests or ends: nobody waits for the call, nor need anybody phone any more."""
    call = _latest(session, engagement)
    if call is not None:
        call.ended_at = now
        if call.state is CommitmentState.OPEN:
            call.state, call.scored_at = CommitmentState.SETTLED, now
    task = _task(session, engagement.id)
    if task is not None:
        tasks.done(task, now=now)


def score(session: Session, *, now: datetime) -> int:
    """Call broken what did not come by the end of its day, and remind those who must hear; a call that nobody was to
    hear of is none that could be broken. The number of them."""
    late = session.scalars(
        select(PromisedCall)
        .where(PromisedCall.state == CommitmentState.OPEN, PromisedCall.promised_at < now)
        .order_by(PromisedCall.id)
    ).all()
    for call in late:
        is_told = _is_told(session, call)
        call.state, call.scored_at = CommitmentState.BROKEN if is_told else CommitmentState.SETTLED, now
        task = _task(session, call.engagement_id)
        if task is not None:
            task.mailed_at = None
    return len(late)


def _is_told(session: Session, call: PromisedCall) -> bool:
    """Whether somebody was to hear of it; where all have stopped their mails, nobody was."""
    told = (
        select(Telling.id)
        .join(Update, Telling.update_id == Update.id)
        .where(
            Update.engagement_id == call.engagement_id,
            Update.kind == UpdateKind.NO_NEWS,
            Update.released_at >= call.taken_on_at,
            Telling.state != TellingState.SKIPPED,
        )
        .limit(1)
    )
    return session.scalar(told) is not None


def open_ones(session: Session) -> dict[int, PromisedCall]:
    """The calls that clients wait for, by the number of their work."""
    waiting = select(PromisedCall).where(PromisedCall.came_at.is_(None), PromisedCall.ended_at.is_(None))
    return {call.engagement_id: call for call in session.scalars(waiting.order_by(PromisedCall.id))}


def _task(session: Session, engagement_id: int) -> Task | None:
    """What asks somebody to phone about the silence."""
    return tasks.open_one(session, TaskKind.PHONE_TWICE_SILENT, str(engagement_id))


def _latest(session: Session, engagement: Engagement) -> PromisedCall | None:
    """The call of the silence that lasts."""
    return session.scalars(
        select(PromisedCall)
        .where(PromisedCall.engagement_id == engagement.id, PromisedCall.ended_at.is_(None))
        .order_by(PromisedCall.id.desc())
        .limit(1)
    ).one_or_none()
