"""Who hears of a report that was missed, in working days: its owner, then their stand-in, then the managers."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from webapp.models import Firm, Slot, User
from webapp.services.calendar import firm_calendar, stand_ins
from webapp.services.reports import owed

OWNER_AFTER = 1
STAND_IN_AFTER = 2
MANAGERS_AFTER = 3


def of_missed(session: Session, firm: Firm, *, on: date) -> list[tuple[Slot, list[User]]]:
    """Every missed report whose client still waits, and who hears of it on a day."""
    calendar = firm_calendar.of_firm(firm)
    managers = stand_ins.managers(session, on)
    return [(slot, _hearers(slot, calendar.between(slot.local_on, on), managers, on)) for slot in owed.missed(session)]


def seen_by(session: Session, firm: Firm, user: User, *, on: date) -> list[Slot]:
    """The missed reports one colleague sees: those they look after, at once, and those that have come to them."""
    owners = stand_ins.covered(session, user, on)
    return [
        slot
        for slot, hearers in of_missed(session, firm, on=on)
        if slot.engagement.owner_id in owners or user in hearers
    ]


def _hearers(slot: Slot, days: int, managers: Sequence[User], on: date) -> list[User]:
    """From the next working day who is on duty; from the second also who stands in for them, from the third also the
    managers. What nobody is responsible for is the managers' from the first."""
    if days < OWNER_AFTER:
        return []
    present = stand_ins.in_charge(slot.engagement.owner, on)
    if present is None:
        return list(managers)
    hear = [present]
    if days >= STAND_IN_AFTER and present.stand_in is not None and present.stand_in.may_own_work:
        hear.append(stand_ins.on_duty(present.stand_in, on))
    if days >= MANAGERS_AFTER:
        hear += managers
    return list(dict.fromkeys(hear))
