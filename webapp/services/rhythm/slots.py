"""The promised days of one engagement, looked up."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import Engagement, Slot, SlotState
from webapp.services.rhythm.schedule import SlotTimes

LOOKED_BACK = 12
SILENT_IN_A_ROW = 2
"""From so many promised days in a row without a report on, somebody must look after it."""


def current(session: Session, engagement: Engagement) -> Slot | None:
    """The slot that is planned now, or None for work that is not open."""
    return session.scalars(
        select(Slot)
        .where(Slot.engagement_id == engagement.id, Slot.state == SlotState.PLANNED)
        .order_by(Slot.local_on)
        .limit(1)
    ).one_or_none()


def times(slot: Slot) -> SlotTimes:
    """The day and moments of a slot as they are planned."""
    return SlotTimes(slot.local_on, slot.send_at, slot.promised_by, slot.rule_on)


def put(slot: Slot, times: SlotTimes) -> None:
    """Plan a slot for another day or other moments."""
    slot.local_on, slot.rule_on = times.on, times.rule_on
    slot.send_at, slot.promised_by = times.send_at, times.promised_by


def last_had(session: Session, planned: Collection[Slot]) -> dict[int, date]:
    """The latest local date that had another slot, by the work of each of these; none for the first slot of a work."""
    rows = session.execute(
        select(Slot.engagement_id, func.max(Slot.local_on))
        .where(
            Slot.engagement_id.in_([slot.engagement_id for slot in planned]),
            Slot.id.not_in([slot.id for slot in planned]),
        )
        .group_by(Slot.engagement_id)
    )
    return {number: on for number, on in rows}  # noqa: C416 - rows, not pairs, for the type checker


def silent_in_a_row(session: Session, numbers: Sequence[int]) -> dict[int, list[date]]:
    """The promised days in a row, newest first, on which the owner reported nothing, up to the last of all; by the
    number of the engagement. Looked back over the last twelve at most."""
    newest = func.row_number().over(partition_by=Slot.engagement_id, order_by=Slot.local_on.desc())
    closed = (
        select(Slot.engagement_id, Slot.local_on, Slot.state, newest.label("place"))
        .where(Slot.engagement_id.in_(numbers), Slot.state.in_([SlotState.NO_NEWS, SlotState.RELEASED]))
        .subquery()
    )
    rows = session.execute(
        select(closed.c.engagement_id, closed.c.local_on, closed.c.state)
        .where(closed.c.place <= LOOKED_BACK)
        .order_by(closed.c.engagement_id, closed.c.place)
    )
    in_a_row: dict[int, list[date]] = defaultdict(list)
    reported: set[int] = set()
    for number, on, state in rows:
        if state == SlotState.RELEASED:
            reported.add(number)
        elif number not in reported:
            in_a_row[number].append(on)
    return in_a_row
