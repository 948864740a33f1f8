"""The promised days of one engagement, looked up."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Engagement, Slot, SlotState


def current(session: Session, engagement: Engagement) -> Slot | None:
    """The slot that is planned now, or None for work that is not open."""
    return session.scalars(
        select(Slot)
        .where(Slot.engagement_id == engagement.id, Slot.state == SlotState.PLANNED)
        .order_by(Slot.local_on)
        .limit(1)
    ).one_or_none()


def last_had(session: Session, slot: Slot) -> date | None:
    """The latest local date of its work that had another slot, or None for the first one."""
    return session.scalars(
        select(Slot.local_on)
        .where(Slot.engagement_id == slot.engagement_id, Slot.id != slot.id)
        .order_by(Slot.local_on.desc())
        .limit(1)
    ).one_or_none()
