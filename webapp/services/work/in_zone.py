"""Works whose rhythm goes by one zone, when the firm's own clocks turn out to be others."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Engagement, EngagementState, Firm
from webapp.services.calendar import firm_calendar
from webapp.services.core.supposing import supposing
from webapp.services.promised import redating
from webapp.services.promised.redating import Redated


def works(session: Session, zone: str) -> Sequence[Engagement]:
    """Those that are not closed."""
    return session.scalars(
        select(Engagement)
        .where(Engagement.cadence["zone"].as_string() == zone, Engagement.state != EngagementState.CLOSED)
        .order_by(Engagement.id)
    ).all()


def foreseen(session: Session, firm: Firm, old: str, new: str, *, now: datetime) -> list[Redated]:
    """The works whose clients would wait beyond an hour that they have in writing, were these works to go by another
    zone. Nothing is written."""
    planned = [slot for slot in redating.ahead(session, now=now) if slot.engagement.cadence["zone"] == old]
    with supposing(session):
        for slot in planned:
            slot.engagement.cadence = {**slot.engagement.cadence, "zone": new}
        calendar = firm_calendar.of_firm(firm)
        found = redating.foresee(session, planned, calendar, now=now, is_rhythm_new=True)
        return [each for each in found if each.is_in_writing]
