"""Calls that a manager took on because news failed to come: promised in a mail, and kept or broken like any promise."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Call, Person, Said
from webapp.models import CommitmentState, Engagement, PromisedCall, Task, TaskKind, User
from webapp.services.calendar import firm_calendar, stand_ins
from webapp.services.core import audits
from webapp.services.core.firm import known_firm
from webapp.services.rhythm import slots
from webapp.timezones import instant, local

ONE_DAY = timedelta(days=1)
SAID_MAXIMUM = 600
NO_CALL = "no_call"


def about(session: Session, engagement: Engagement, *, now: datetime) -> PromisedCall | None:
    """The call about the silence that lasts: from the second promised day in a row without news a manager takes it over
    and phones on the next working day. None where it is the first, or the firm has no manager."""
    silent = slots.silent_in_a_row(session, [engagement.id]).get(engagement.id, [])
    if len(silent) < slots.SILENT_IN_A_ROW:
        return None
    known = _latest(session, engagement)
    firm = known_firm(session)
    if known is not None and local(known.taken_on_at, firm.zone).date() > silent[-1]:
        return known
    today = local(now, firm.zone).date()
    heads = stand_ins.managers(session, today)
    if not heads:
        return None
    calendar = firm_calendar.of_firm(firm)
    on = calendar.on_or_after(today + ONE_DAY)
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


def told(session: Session, call: PromisedCall) -> Call:
    """A call as a snapshot keeps it."""
    zone = known_firm(session).zone
    return Call(
        person=Person(name=call.user.name, phone=call.user.phone),
        on=call.on,
        came_on=local(call.came_at, zone).date() if call.came_at else None,
        said=Said(text=call.said, language=call.language) if call.said else None,
    )


def came(session: Session, engagement: Engagement, said: str, *, by: User, now: datetime) -> None:
    """Somebody phoned. `said`: what came of it, which the next mail without news tells; it may stay empty."""
    call = _latest(session, engagement)
    if call is None or call.came_at is not None:
        return
    call.came_at, call.said, call.language = now, said.strip()[:SAID_MAXIMUM] or None, by.language
    if now <= call.promised_at:
        call.state, call.scored_at = CommitmentState.KEPT, now
    audits.note(session, "phoned", engagement, now=now, by=by)


def settle(session: Session, engagement: Engagement, *, now: datetime) -> None:
    """News came, or the work rests or ends: nobody waits for the call any more."""
    call = _latest(session, engagement)
    if call is not None and call.state is CommitmentState.OPEN:
        call.state, call.scored_at = CommitmentState.SETTLED, now


def score(session: Session, *, now: datetime) -> int:
    """Call broken what did not come by the end of its day, and remind those who must hear. The number of them."""
    late = session.scalars(
        select(PromisedCall)
        .where(PromisedCall.state == CommitmentState.OPEN, PromisedCall.promised_at < now)
        .order_by(PromisedCall.id)
    ).all()
    for call in late:
        call.state, call.scored_at = CommitmentState.BROKEN, now
        tasks = select(Task).where(Task.key == f"{TaskKind.PHONE_TWICE_SILENT}:{call.engagement_id}")
        for task in session.scalars(tasks.where(Task.done_at.is_(None))):
            task.mailed_at = None
    return len(late)


def open_ones(session: Session) -> dict[int, PromisedCall]:
    """The calls that clients wait for, by the number of their work."""
    waiting = select(PromisedCall).where(PromisedCall.came_at.is_(None)).order_by(PromisedCall.id)
    states = (CommitmentState.OPEN, CommitmentState.BROKEN)
    return {call.engagement_id: call for call in session.scalars(waiting.where(PromisedCall.state.in_(states)))}


def _latest(session: Session, engagement: Engagement) -> PromisedCall | None:
    return session.scalars(
        select(PromisedCall)
        .where(PromisedCall.engagement_id == engagement.id)
        .order_by(PromisedCall.id.desc())
        .limit(1)
    ).one_or_none()
