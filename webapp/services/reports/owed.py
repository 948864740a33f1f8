"""Reports that are owed: which are not filed, which were missed, and who looks after each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from emails.pieces import DueLine, Work
from webapp.models import (
    Checkpoint,
    CheckpointState,
    Engagement,
    EngagementState,
    Firm,
    Reply,
    Slot,
    SlotState,
    Update,
    UpdateKind,
    User,
)
from webapp.services.calendar import firm_calendar, stand_ins
from webapp.services.rhythm import schedule
from webapp.services.updates.status import NEWS, progress
from webapp.timezones import local


def before_next_day(firm: Firm, today: date) -> datetime:
    """Until when what goes out is asked for today: up to the next working day, as nobody is asked on a day off."""
    return schedule.instant(firm_calendar.of_firm(firm).add(today, 1), time(0), firm.zone)


def unfiled(session: Session, *, until: datetime) -> Sequence[Slot]:
    """Planned slots of owned, open work that go out by then and have no report yet."""
    return session.scalars(
        select(Slot)
        .join(Engagement, Slot.engagement_id == Engagement.id)
        .join(Checkpoint, Checkpoint.slot_id == Slot.id)
        .where(
            Slot.state == SlotState.PLANNED,
            Slot.send_at <= until,
            Engagement.state == EngagementState.OPEN,
            Engagement.owner_id.is_not(None),
            Checkpoint.state == CheckpointState.DUE,
        )
        .order_by(Slot.send_at, Slot.id)
    ).all()


def missed(session: Session) -> Sequence[Slot]:
    """Slots of open work that went by without a report, whose client still waits for the news; the oldest first."""
    return session.scalars(
        select(Slot)
        .join(Engagement, Slot.engagement_id == Engagement.id)
        .options(joinedload(Slot.engagement).joinedload(Engagement.client), joinedload(Slot.checkpoint))
        .where(client_waits(), Engagement.state == EngagementState.OPEN)
        .order_by(Slot.send_at, Slot.id)
    ).all()


def client_waits() -> ColumnElement[bool]:
    """Whether a slot closed without news, its client has heard none since, and no later slot took its place."""
    later = aliased(Slot)
    is_followed = exists().where(
        later.engagement_id == Slot.engagement_id, later.local_on > Slot.local_on, later.state == SlotState.NO_NEWS
    )
    has_heard = exists().where(
        Update.engagement_id == Slot.engagement_id,
        Update.kind.in_([*NEWS, UpdateKind.CLOSING]),
        Update.released_at >= Slot.closed_at,
    )
    return (Slot.state == SlotState.NO_NEWS) & ~is_followed & ~has_heard


def by_duty(slots: Iterable[Slot], *, on: date) -> dict[User, list[Slot]]:
    """Slots by who looks after them on a day; those of nobody, or of somebody who left, are left out."""
    found: dict[User, list[Slot]] = defaultdict(list)
    for slot in slots:
        present = stand_ins.in_charge(slot.engagement.owner, on)
        if present is not None:
            found[present].append(slot)
    return found


def lines(session: Session, slots: Sequence[Slot], firm: Firm, reader: User, *, now: datetime) -> tuple[DueLine, ...]:
    """The same, as a mail to a colleague lists them."""
    return tuple(
        DueLine(
            engagement=work_line(slot.engagement),
            client=slot.engagement.client.name,
            send_at=local(slot.send_at, firm.zone),
            promised_by=local(slot.promised_by, firm.zone),
            waiting_questions=_questions(session, slot.engagement),
            is_late=slot.send_at <= now,
            owner=owner_for(slot.engagement, reader),
        )
        for slot in slots
    )


def owner_for(engagement: Engagement, reader: User) -> str | None:
    """Whose work it is, where it is not the reader's own."""
    owner = engagement.owner
    return owner.name if owner is not None and owner.id != reader.id else None


def work_line(engagement: Engagement) -> Work:
    done, total = progress(engagement)
    return Work(title=engagement.title, reference=engagement.reference, steps_done=done, steps_total=total)


def _questions(session: Session, engagement: Engagement) -> int:
    waiting = select(func.count()).where(Reply.engagement_id == engagement.id, Reply.answered_at.is_(None))
    return session.scalar(waiting) or 0
