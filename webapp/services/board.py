"""What the Today page shows: who is about to be left in the dark, and what waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from webapp.models import (
    Checkpoint,
    CheckpointState,
    Engagement,
    EngagementState,
    HandOver,
    Reply,
    Role,
    Slot,
    SlotState,
    Task,
    TaskKind,
    Tick,
    User,
)
from webapp.services import replies, tasks

SOON = timedelta(hours=36)
QUEUE_DOWN = "queue_down"
CLOCK = "clock"
CLOCK_SILENT = timedelta(minutes=2)
MAIL_TASKS = (
    TaskKind.MAIL_FAILED,
    TaskKind.MAIL_UNKNOWN,
    TaskKind.MAIL_EXPIRED,
    TaskKind.MAIL_HELD,
    TaskKind.MAIL_REFUSED_LONG,
)


@dataclass(frozen=True)
class Board:
    """`late`: past the sending time and unfiled. `missed`: the client got the no-news mail and still waits."""

    late: Sequence[Slot]
    due: Sequence[Slot]
    filed: Sequence[Slot]
    missed: Sequence[Slot]
    phone: Sequence[Task]
    mails: Sequence[Task]
    alarms: Sequence[Task]
    replies: Sequence[Reply]
    handovers: Sequence[HandOver]
    drafts: int
    is_queue_down: bool
    is_clock_silent: bool


def show(session: Session, user: User, *, now: datetime) -> Board:
    """The board of one colleague: staff see their own work, managers and admins everybody's."""
    sees_all = user.role is not Role.STAFF
    planned = _slots(session, None if sees_all else user, SlotState.PLANNED, before=now + SOON)
    missed = _slots(session, None if sees_all else user, SlotState.NO_NEWS, before=now)
    waiting = [task for task in tasks.waiting(session) if sees_all or _concerns(task, user)]
    handovers = session.scalars(
        select(HandOver).where(HandOver.to_user_id == user.id, HandOver.acknowledged_at.is_(None))
    ).all()
    ticks = {tick.name: tick.at for tick in session.scalars(select(Tick).where(Tick.name.in_([QUEUE_DOWN, CLOCK])))}
    drafts = select(Engagement.id).where(Engagement.state == EngagementState.DRAFT)
    return Board(
        late=[slot for slot in planned if slot.send_at <= now and not _is_filed(slot)],
        due=[slot for slot in planned if slot.send_at > now and not _is_filed(slot)],
        filed=[slot for slot in planned if _is_filed(slot)],
        missed=_still_missed(session, missed),
        phone=[task for task in waiting if task.kind is TaskKind.PHONE],
        mails=[task for task in waiting if task.kind in MAIL_TASKS],
        alarms=[task for task in waiting if task.kind is not TaskKind.PHONE and task.kind not in MAIL_TASKS],
        replies=replies.waiting(session, owner=None if sees_all else user),
        handovers=handovers,
        drafts=len(session.scalars(drafts).all()) if sees_all else 0,
        is_queue_down=QUEUE_DOWN in ticks,
        is_clock_silent=CLOCK in ticks and now - ticks[CLOCK] > CLOCK_SILENT,
    )


def _slots(session: Session, owner: User | None, state: SlotState, *, before: datetime) -> Sequence[Slot]:
    wanted = (
        select(Slot)
        .join(Engagement, Slot.engagement_id == Engagement.id)
        .options(joinedload(Slot.engagement).joinedload(Engagement.client), joinedload(Slot.checkpoint))
        .where(Slot.state == state, Slot.send_at < before, Engagement.state == EngagementState.OPEN)
        .order_by(Slot.send_at, Slot.id)
    )
    if owner is not None:
        wanted = wanted.where(Engagement.owner_id == owner.id)
    return session.scalars(wanted).all()


def _still_missed(session: Session, missed: Sequence[Slot]) -> list[Slot]:
    """Of the slots without news, those that are the newest closed one of their work."""
    newest: dict[int, Slot] = {}
    for slot in missed:
        newest[slot.engagement_id] = slot
    closed = session.execute(
        select(Slot.engagement_id, Slot.local_on).where(
            Slot.engagement_id.in_(list(newest)), Slot.state == SlotState.RELEASED
        )
    ).all()
    for engagement_id, on in closed:
        if engagement_id in newest and on >= newest[engagement_id].local_on:
            del newest[engagement_id]
    return list(newest.values())


def _is_filed(slot: Slot) -> bool:
    checkpoint: Checkpoint = slot.checkpoint
    return checkpoint.state is CheckpointState.SUBMITTED


def _concerns(task: Task, user: User) -> bool:
    return task.engagement is None or task.engagement.owner_id == user.id
