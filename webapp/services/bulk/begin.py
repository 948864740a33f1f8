"""Begins each kind of act over many works: what is written down for every one of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.models import BulkAct, BulkKind, Engagement, Slot, User
from webapp.services.bulk import acts, kinds
from webapp.services.bulk.acts import Part
from webapp.services.core.errors import Refused
from webapp.services.dates import ledger
from webapp.services.dates.ledger import Why
from webapp.services.dates.milestones import Moved
from webapp.services.imports import bring_in as importing
from webapp.services.imports.plan import Plan
from webapp.services.promised.redating import Answer
from webapp.services.work import engagements


def go_live(session: Session, drafts: Sequence[Engagement], *, by: User, now: datetime) -> BulkAct:
    """Switch many live; their first updates are spread over the coming days."""
    parts = [
        Part(name=work.reference, engagement=work, details={"first_after": first_after.isoformat()})
        for work, first_after in engagements.spread(drafts, now=now)
    ]
    return acts.begin(session, BulkKind.GO_LIVE, parts, by=by, now=now)


def move(session: Session, moved: Sequence[Moved], why: Why, *, by: User, now: datetime) -> BulkAct:
    """Move the dates of many works for one cause: those of one work together. Refused, naming the field, where the
    explanation is not whole."""
    for step in moved:
        entries = ledger.effective(step.milestone)
        ledger.check(step.to, why, ledger.when(entries[-1]) if entries else None)
    of_work: dict[int, list[Moved]] = {}
    for step in sorted(moved, key=lambda each: each.milestone.engagement_id):
        of_work.setdefault(step.milestone.engagement_id, []).append(step)
    parts = []
    for number, steps in of_work.items():
        work = engagements.get(session, number)
        parts.append(Part(name=work.reference, engagement=work, details=kinds.steps_as_stored(steps)))
    return acts.begin(session, BulkKind.MOVE, parts, details={"why": kinds.why_as_stored(why)}, by=by, now=now)


def bring_in(session: Session, plan: Plan, *, by: User | None, now: datetime) -> BulkAct:
    """Add the works of a table without faults, as drafts."""
    if plan.faults:
        raise Refused("import_fault.has_faults", count=len(plan.faults))
    parts = [Part(name=each.reference, details=importing.as_stored(plan, each)) for each in plan.engagements]
    return acts.begin(session, BulkKind.BRING_IN, parts, by=by, now=now)


def redate(session: Session, planned: Sequence[Slot], *, answer: Answer, by: User, now: datetime) -> BulkAct:
    """Put the planned updates of many works where the calendar wants them now."""
    parts = [Part(name=slot.engagement.reference, engagement=slot.engagement) for slot in planned]
    details = kinds.answer_as_stored(answer)
    return acts.begin(session, BulkKind.CALENDAR, parts, details=details, by=by, now=now)


def zone(
    session: Session, works: Sequence[Engagement], *, old: str, new: str, answer: Answer, by: User, now: datetime
) -> BulkAct:
    """Let the rhythms of these works go by another zone."""
    parts = [Part(name=work.reference, engagement=work) for work in works]
    details = {"from": old, "to": new, **kinds.answer_as_stored(answer)}
    return acts.begin(session, BulkKind.ZONE, parts, details=details, by=by, now=now)
