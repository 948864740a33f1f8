"""Acts over many works: begun in one row, carried out by a worker in batches, looked at, and taken back half way.

No transaction changes more than a batch of works, so nobody waits long for a lock. What is done stays done: after a
kill the next batch goes on where the last commit ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.models import BulkAct, BulkKind, BulkPart, BulkState, Engagement, PartState, User
from webapp.services.bulk import kinds
from webapp.services.core import audits
from webapp.services.core.errors import NotFound, Refused

BATCH = 50
BACK_WITHIN = timedelta(hours=24)
GOING = (BulkState.RUNNING, BulkState.TAKING_BACK)
FAILED = "bulk.failed"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One work of an act that is to begin: its name as people know it, the work where there is one yet, and what is
    its own."""

    name: str
    engagement: Engagement | None = None
    details: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an act is: `done` of `total` works. `outcomes` counts the done ones by what came of them."""

    act: BulkAct
    total: int
    done: int
    states: dict[PartState, int]
    outcomes: dict[str, int]

    @property
    def is_going(self) -> bool:
        return self.act.state in GOING


def begin(
    session: Session,
    kind: BulkKind,
    parts: Sequence[Part],
    *,
    details: dict[str, Any] | None = None,
    by: User | None,
    now: datetime,
) -> BulkAct:
    """Write down what is to be done, and ring for a worker. A change of the calendar puts every work where the calendar
    wants it now, so it takes the place of one that is still at it."""
    if kind is BulkKind.CALENDAR:
        replace_calendar(session, now=now)
    act = BulkAct(kind=kind, state=BulkState.RUNNING, details=details or {}, begun_at=now, by_id=by.id if by else None)
    session.add(act)
    session.flush()
    session.add_all(
        BulkPart(
            act_id=act.id,
            name=part.name,
            engagement_id=part.engagement.id if part.engagement else None,
            details=part.details,
            state=PartState.WAITING,
        )
        for part in parts
    )
    audits.note(session, "begun", act, now=now, by=by, kind=kind.value, works=len(parts))
    session.flush()
    session.info["rings"] = True
    return act


def replace_calendar(session: Session, *, now: datetime) -> None:
    """A newer change of the calendar does all of what an older one is still at."""
    earlier = update(BulkAct).where(BulkAct.kind == BulkKind.CALENDAR, BulkAct.state == BulkState.RUNNING)
    session.execute(earlier.values(state=BulkState.REPLACED, ended_at=now))


def carry_on(session: Session, *, now: datetime, most: int = BATCH) -> int:
    """Do the next works of the oldest act that is going, or take them back; the number that were looked at. Two workers
    are never at one act."""
    act = session.scalars(
        select(BulkAct).where(BulkAct.state.in_(GOING)).order_by(BulkAct.id).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()
    if act is None:
        return 0
    is_back = act.state is BulkState.TAKING_BACK
    # Works are held in the order of their numbers, so that two who do this cannot wait for each other.
    parts = sorted(_next(session, act, most), key=lambda part: (part.engagement_id or 0, part.id))
    for part in parts:
        (_undo if is_back else _do)(session, act, part, now=now)
    session.flush()
    if not _next(session, act, 1):
        act.state, act.ended_at = BulkState.TAKEN_BACK if is_back else BulkState.DONE, now
    return len(parts)


def fail_next(session: Session) -> None:
    """What cannot be done at all leaves the others alone: the next work of the oldest act that is going."""
    act = session.scalars(select(BulkAct).where(BulkAct.state.in_(GOING)).order_by(BulkAct.id).limit(1)).one_or_none()
    for part in _next(session, act, 1) if act is not None else []:
        part.state = PartState.STAYS if act and act.state is BulkState.TAKING_BACK else PartState.REFUSED
        part.outcome = FAILED


def is_any_going(session: Session) -> bool:
    return session.scalar(select(BulkAct.id).where(BulkAct.state.in_(GOING)).limit(1)) is not None


def get(session: Session, act_id: int, user: User) -> BulkAct:
    """An act, for who began it and for managers; NotFound for others."""
    act = session.get(BulkAct, act_id)
    if act is None or not (user.role.leads or act.by_id == user.id):
        raise NotFound
    return act


def going(session: Session, user: User) -> list[Progress]:
    """The acts that are going, as far as they concern a colleague."""
    acts = session.scalars(select(BulkAct).where(BulkAct.state.in_(GOING)).order_by(BulkAct.id)).all()
    return [progress(session, act) for act in acts if user.role.leads or act.by_id == user.id]


def progress(session: Session, act: BulkAct) -> Progress:
    states: dict[PartState, int] = {}
    outcomes: dict[str, int] = {}
    rows = session.execute(
        select(BulkPart.state, BulkPart.outcome, func.count())
        .where(BulkPart.act_id == act.id)
        .group_by(BulkPart.state, BulkPart.outcome)
    )
    for state, outcome, count in rows:
        states[state] = states.get(state, 0) + count
        if state is PartState.DONE and outcome is not None:
            outcomes[outcome] = outcomes.get(outcome, 0) + count
    left = PartState.DONE if act.state is BulkState.TAKING_BACK else PartState.WAITING
    total = sum(states.values())
    return Progress(act=act, total=total, done=total - states.get(left, 0), states=states, outcomes=outcomes)


def not_done(session: Session, act: BulkAct) -> Sequence[BulkPart]:
    """The works that an act could not do, or could not take back, each with the sentence that says why."""
    return session.scalars(
        select(BulkPart)
        .where(BulkPart.act_id == act.id, BulkPart.state.in_([PartState.REFUSED, PartState.STAYS]))
        .order_by(BulkPart.id)
    ).all()


def can_take_back(act: BulkAct, *, now: datetime) -> bool:
    """A change of the calendar is taken back by changing the calendar again."""
    # What a table brought in stays a draft, so that there is nothing to take back once all of it is there.
    there = (BulkState.RUNNING,) if act.kind is BulkKind.BRING_IN else (BulkState.RUNNING, BulkState.DONE)
    is_there = act.state in there
    return is_there and kinds.of(act).undo is not None and now - act.begun_at <= BACK_WITHIN


def take_back(session: Session, act: BulkAct, *, by: User, now: datetime) -> None:
    """Stop where it is. What was not done yet is left as it is; what was done is taken back, the newest first, as far
    as no client has it."""
    session.refresh(act, with_for_update=True)
    if not can_take_back(act, now=now):
        raise Refused("bulk.too_late")
    waiting = update(BulkPart).where(BulkPart.act_id == act.id, BulkPart.state == PartState.WAITING)
    session.execute(waiting.values(state=PartState.LEFT))
    act.state, act.ended_at = BulkState.TAKING_BACK, None
    audits.note(session, "taken_back", act, now=now, by=by)
    session.info["rings"] = True


def _next(session: Session, act: BulkAct, most: int) -> Sequence[BulkPart]:
    is_back = act.state is BulkState.TAKING_BACK
    wanted = PartState.DONE if is_back else PartState.WAITING
    return session.scalars(
        select(BulkPart)
        .where(BulkPart.act_id == act.id, BulkPart.state == wanted)
        .order_by(BulkPart.id.desc() if is_back else BulkPart.id)
        .limit(most)
    ).all()


def _do(session: Session, act: BulkAct, part: BulkPart, *, now: datetime) -> None:
    try:
        part.outcome = kinds.of(act).do(session, act, part, now)
    except Refused as refusal:
        part.state, part.outcome = PartState.REFUSED, refusal.key
    else:
        part.state = PartState.DONE


def _undo(session: Session, act: BulkAct, part: BulkPart, *, now: datetime) -> None:
    undo = kinds.of(act).undo
    try:
        if undo is None:
            raise Refused("bulk.too_late")
        undo(session, act, part, now)
    except Refused as refusal:
        part.state, part.outcome = PartState.STAYS, refusal.key
    else:
        part.state = PartState.UNDONE
