"""What each kind of act does with one of its works, and how that is taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from webapp.models import BulkAct, BulkKind, BulkPart, Engagement, EngagementState
from webapp.services.core import locks
from webapp.services.core.errors import NotFound, Refused
from webapp.services.dates import ledger, milestones
from webapp.services.dates.ledger import When, Why
from webapp.services.dates.milestones import Moved
from webapp.services.imports import bring_in
from webapp.services.promised import redating
from webapp.services.promised.redating import Answer
from webapp.services.work import engagements

ONE_DAY = timedelta(days=1)
MOVED, KEPT, TOLD = "moved", "kept", "told"
ORIGIN = "delays"

Do = Callable[[Session, BulkAct, BulkPart, datetime], str | None]
Undo = Callable[[Session, BulkAct, BulkPart, datetime], None]

_why, _when = TypeAdapter(Why), TypeAdapter(When)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`do` returns one word for what came of it, or None; `undo` is None where the opposite act takes it back. Both
    refuse before they write anything."""

    do: Do
    undo: Undo | None = None


def of(act: BulkAct) -> Kind:
    return KINDS[act.kind]


def why_as_stored(why: Why) -> dict[str, Any]:
    """The explanation that all works of a move share."""
    stored: dict[str, Any] = _why.dump_python(why, mode="json")
    return stored


def steps_as_stored(moved: list[Moved]) -> dict[str, Any]:
    """The new dates of one work's steps, as its part of the act keeps them."""
    return {"steps": [{"id": step.milestone.id, "to": _when.dump_python(step.to, mode="json")} for step in moved]}


def _work(session: Session, part: BulkPart) -> Engagement:
    held = locks.hold(session, part.engagement_id)
    if held is None:
        raise NotFound
    return held


def _redate(session: Session, act: BulkAct, part: BulkPart, now: datetime) -> str | None:
    work = _work(session, part)
    found = redating.redate(session, work, now=now, is_rhythm_new=False, tells=_tells(act, work), by=act.by)
    return _outcome(found)


def answer_as_stored(answer: Answer) -> dict[str, Any]:
    """What is done about hours in writing."""
    return {"tells": answer.tells, "exceptions": sorted(answer.exceptions)}


def _tells(act: BulkAct, work: Engagement) -> bool:
    stored = act.details
    return Answer(tells=stored["tells"], exceptions=frozenset(stored["exceptions"])).of(work.id)


def _outcome(found: redating.Redated | None) -> str | None:
    if found is None:
        return None
    if found.is_kept:
        return KEPT
    if found.is_in_writing:
        return TOLD
    return MOVED if found.has_moved else None


def _change_zone(session: Session, act: BulkAct, part: BulkPart, now: datetime) -> str | None:
    work = _work(session, part)
    if work.state is EngagementState.CLOSED:
        raise Refused("engagement.not_open")
    if work.cadence["zone"] != act.details["from"]:
        return None
    part.details = {"is_changed": True}
    return _to_zone(session, act, work, act.details["to"], now)


def _change_zone_back(session: Session, act: BulkAct, part: BulkPart, now: datetime) -> None:
    """Only what this act changed, and nobody since."""
    work = _work(session, part)
    if part.details and work.cadence["zone"] == act.details["to"] and work.state is not EngagementState.CLOSED:
        _to_zone(session, act, work, act.details["from"], now)


def _to_zone(session: Session, act: BulkAct, work: Engagement, zone: str, now: datetime) -> str | None:
    if act.by is None:
        raise NotFound
    cadence, tells = {**work.cadence, "zone": zone}, _tells(act, work)
    return _outcome(engagements.change_rhythm(session, work, cadence, tells=tells, by=act.by, now=now))


def _go_live(session: Session, act: BulkAct, part: BulkPart, now: datetime) -> None:
    first_after = date.fromisoformat((part.details or {})["first_after"])
    engagements.go_live(session, _work(session, part), by=act.by, now=now, first_after=first_after)


def _back_to_draft(session: Session, act: BulkAct, part: BulkPart, now: datetime) -> None:
    engagements.not_live_after_all(session, _work(session, part), by=act.by, now=now)


def _move(session: Session, act: BulkAct, part: BulkPart, now: datetime) -> None:
    if act.by is None:
        raise NotFound
    work = _work(session, part)
    stored = (part.details or {})["steps"]
    steps = [milestones.get(session, work, step["id"]) for step in stored]
    was = [ledger.effective(step)[-1:] for step in steps]
    moved = [Moved(milestone=step, to=_when.validate_python(of["to"])) for step, of in zip(steps, stored, strict=True)]
    why = _why.validate_python(act.details["why"])
    entries = milestones.move_together(session, moved, why, by=act.by, now=now, origin=ORIGIN)
    part.details = {
        "steps": [
            {**of, "was": _when.dump_python(ledger.when(before[0]), mode="json"), "entry": entry.id}
            for of, before, entry in zip(stored, was, entries, strict=True)
        ]
    }


def _move_back(session: Session, act: BulkAct, part: BulkPart, now: datetime) -> None:
    """As long as nobody has heard of it."""
    if act.by is None:
        raise NotFound
    work = _work(session, part)
    back = []
    for stored in (part.details or {})["steps"]:
        step = milestones.get(session, work, stored["id"])
        last = ledger.effective(step)[-1]
        if last.id != stored["entry"] or not ledger.is_open(session, last) or work.state is EngagementState.CLOSED:
            raise Refused("bulk.was_told")
        back.append(Moved(milestone=step, to=_when.validate_python(stored["was"])))
    why = _why.validate_python(act.details["why"])
    milestones.move_together(session, back, why, by=act.by, now=now, origin=ORIGIN)


def _bring_in(session: Session, act: BulkAct, part: BulkPart, now: datetime) -> None:
    made = bring_in.apply_stored(session, part.details or {}, by=act.by, now=now)
    part.engagement_id, part.details = made.id, None


def _leave(_session: Session, _act: BulkAct, _part: BulkPart, _now: datetime) -> None:
    """A draft that was brought in stays one: nobody is mailed about it."""
    raise Refused("bulk.stays_draft")


KINDS: dict[BulkKind, Kind] = {
    BulkKind.CALENDAR: Kind(do=_redate),
    BulkKind.ZONE: Kind(do=_change_zone, undo=_change_zone_back),
    BulkKind.GO_LIVE: Kind(do=_go_live, undo=_back_to_draft),
    BulkKind.MOVE: Kind(do=_move, undo=_move_back),
    BulkKind.BRING_IN: Kind(do=_bring_in, undo=_leave),
}
