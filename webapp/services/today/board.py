"""What the Today page shows: who is about to be left in the dark, and what waits for a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from webapp.models import (
    Checkpoint,
    CheckpointState,
    Contact,
    Engagement,
    EngagementState,
    HandOver,
    PromisedCall,
    Reply,
    Slot,
    SlotState,
    Task,
    TaskKind,
    Telling,
    TellingState,
    Tick,
    Update,
    UpdateKind,
    User,
)
from webapp.services.bulk import acts
from webapp.services.bulk.acts import Progress
from webapp.services.calendar import stand_ins
from webapp.services.conversation import replies
from webapp.services.core import tasks
from webapp.services.core.firm import the_firm
from webapp.services.dates import deadlines, questions, signals, staleness
from webapp.services.dates.questions import Asked
from webapp.services.dates.signals import Signal
from webapp.services.reports import escalation, owed
from webapp.services.updates import calls

SOON = timedelta(hours=36)
QUEUE_DOWN = "queue_down"
CLOCK = "clock"
CLOCK_SILENT = timedelta(minutes=2)
MIGHT_RUN_LATE = 10
MAIL_TASKS = (
    TaskKind.MAIL_FAILED,
    TaskKind.MAIL_UNKNOWN,
    TaskKind.MAIL_EXPIRED,
    TaskKind.MAIL_HELD,
    TaskKind.MAIL_REFUSED_LONG,
    TaskKind.MAIL_CAME_BACK,
    TaskKind.COMPLAINED,
)
SHOWN_APART = (TaskKind.PHONE, TaskKind.NOTICE_TO_READ, *deadlines.KINDS)


@dataclass(frozen=True)
class Unheard:
    """A moved date that somebody has not heard of in time. `tellings` are the calls to make, once it went out; before,
    nobody has heard, and `contacts` are all who should."""

    task: Task
    contacts: Sequence[Contact]
    tellings: Sequence[Telling]


@dataclass(frozen=True)
class Board:
    """`late`: past the sending time and unfiled. `missed`: the promised time passed and the client still waits; those
    of them of which somebody was told that there is no news are in `told_of_silence`, by their numbers. `stale`:
    the day of the last word about work whose last word is old. `might_run_late`: the most pressing first, for who
    looks after everybody's work, with `might_run_late_total` of them in all."""

    questions: Sequence[Asked]
    to_read: Sequence[Task]
    unheard: Sequence[Unheard]
    might_run_late: Sequence[list[Signal]]
    might_run_late_total: int
    stale: dict[int, date]
    late: Sequence[Slot]
    due: Sequence[Slot]
    filed: Sequence[Slot]
    missed: Sequence[Slot]
    told_of_silence: frozenset[int]
    phone: Sequence[Task]
    mails: Sequence[Task]
    alarms: Sequence[Task]
    calls: Mapping[int, PromisedCall]
    """Those that clients wait for, by the number of their work."""
    replies: Sequence[Reply]
    handovers: Sequence[HandOver]
    drafts: int
    under_way: Sequence[Progress]
    is_queue_down: bool
    is_clock_silent: bool


def show(session: Session, user: User, *, on: date, now: datetime) -> Board:
    """The board of one colleague: staff see their own work and that of whom they stand in for, managers and admins
    everybody's."""
    owners = stand_ins.covered(session, user, on) if user.role.sees_own_first else None
    firm = the_firm(session)
    planned = _planned(session, owners, before=now + SOON)
    pressing = signals.pressing(session, firm, now=now) if owners is None and firm is not None else []
    missed = owed.missed(session) if owners is None or firm is None else escalation.seen_by(session, firm, user, on=on)
    work = {slot.engagement for slot in (*planned, *missed)}
    waiting = [task for task in tasks.waiting(session) if owners is None or _concerns(task, owners)]
    handovers = session.scalars(
        select(HandOver).where(HandOver.to_user_id == user.id, HandOver.acknowledged_at.is_(None))
    ).all()
    ticks = {tick.name: tick.at for tick in session.scalars(select(Tick).where(Tick.name.in_([QUEUE_DOWN, CLOCK])))}
    drafts = select(func.count()).where(Engagement.state == EngagementState.DRAFT)
    return Board(
        questions=questions.shown(session, owners),
        to_read=[task for task in waiting if task.kind is TaskKind.NOTICE_TO_READ] if owners is None else [],
        unheard=_unheard(session, waiting, now=now),
        might_run_late=pressing[:MIGHT_RUN_LATE],
        might_run_late_total=len(pressing),
        stale=staleness.stale(session, work, firm, now=now) if firm is not None else {},
        late=[slot for slot in planned if slot.send_at <= now and not _is_filed(slot)],
        due=[slot for slot in planned if slot.send_at > now and not _is_filed(slot)],
        filed=[slot for slot in planned if _is_filed(slot)],
        missed=missed,
        told_of_silence=_told_of_silence(session, missed),
        phone=[task for task in waiting if task.kind is TaskKind.PHONE],
        mails=[task for task in waiting if task.kind in MAIL_TASKS],
        alarms=[task for task in waiting if task.kind not in (*MAIL_TASKS, *SHOWN_APART)],
        calls=calls.open_ones(session),
        replies=replies.waiting(session, owners=owners),
        handovers=handovers,
        drafts=session.scalar(drafts) or 0 if owners is None else 0,
        under_way=acts.going(session, user),
        is_queue_down=QUEUE_DOWN in ticks,
        is_clock_silent=CLOCK in ticks and now - ticks[CLOCK] > CLOCK_SILENT,
    )


def _planned(session: Session, owners: Collection[int] | None, *, before: datetime) -> Sequence[Slot]:
    wanted = (
        select(Slot)
        .join(Engagement, Slot.engagement_id == Engagement.id)
        .options(joinedload(Slot.engagement).joinedload(Engagement.client), joinedload(Slot.checkpoint))
        .where(Slot.state == SlotState.PLANNED, Slot.send_at < before, Engagement.state == EngagementState.OPEN)
        .order_by(Slot.send_at, Slot.id)
    )
    if owners is not None:
        wanted = wanted.where(Engagement.owner_id.in_(owners))
    return session.scalars(wanted).all()


def _told_of_silence(session: Session, missed: Collection[Slot]) -> frozenset[int]:
    told = (
        select(Update.slot_id)
        .join(Telling, Telling.update_id == Update.id)
        .where(
            Update.slot_id.in_([slot.id for slot in missed]),
            Update.kind == UpdateKind.NO_NEWS,
            Telling.state == TellingState.TOLD,
        )
    )
    return frozenset(number for number in session.scalars(told) if number is not None)


def _unheard(session: Session, waiting: Sequence[Task], *, now: datetime) -> list[Unheard]:
    """One for each work, as the worse of its tasks where the managers hear of it too."""
    late = [task for task in waiting if task.kind in deadlines.KINDS]
    found = []
    for engagement in dict.fromkeys(task.engagement for task in late if task.engagement is not None):
        of_work = [task for task in late if task.engagement is engagement]
        worst = next((task for task in of_work if task.kind is TaskKind.NOT_TOLD_LONG), of_work[0])
        tellings = deadlines.unheard(session, engagement, now=now)
        everybody = [part.contact for part in engagement.participations]
        contacts = list(dict.fromkeys(telling.contact for telling in tellings))
        found.append(Unheard(worst, contacts or everybody, tellings))
    return found


def _is_filed(slot: Slot) -> bool:
    checkpoint: Checkpoint = slot.checkpoint
    return checkpoint.state is CheckpointState.SUBMITTED


def _concerns(task: Task, owners: Collection[int]) -> bool:
    return task.engagement is None or task.engagement.owner_id in owners
