"""All running jobs of a firm at once, from a table: read, checked as a whole, then applied in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload

from emails.pieces import Who
from webapp.models import (
    Act,
    AuditEntry,
    Base,
    Client,
    Contact,
    Engagement,
    EngagementState,
    Fact,
    Labels,
    Milestone,
    Participation,
    Playbook,
    Promise,
    PromiseWords,
    User,
)
from webapp.services.core.errors import Refused
from webapp.services.imports.cells import Dated, Step, matching
from webapp.services.imports.plan import ContactKey, PlannedContact, PlannedEngagement
from webapp.services.imports.plan import Plan as Plan
from webapp.services.imports.rows import check as check
from webapp.services.imports.table import COLUMNS as COLUMNS
from webapp.services.imports.table import REQUIRED as REQUIRED
from webapp.services.imports.table import Fault as Fault
from webapp.services.imports.table import Table as Table
from webapp.services.imports.table import decode as decode
from webapp.services.imports.table import read as read
from webapp.services.mail import queueing

ORIGIN = "import"

Fields = dict[str, Any]

_engagement = TypeAdapter(PlannedEngagement)
_people = TypeAdapter(list[tuple[ContactKey, PlannedContact]])

# Without it rows are inserted in runs that lack the same values, which for mixed rows means one by one.
_WITH_NULLS = {"render_nulls": True}


def apply(session: Session, plan: Plan, *, by: User | None, now: datetime) -> list[Engagement]:
    """Add everything a plan without faults says, in the caller's transaction; Refused, and nothing added, where it has
    faults. The engagements stay drafts and nobody is mailed. Check in the same writing transaction: a plan made
    earlier may meet a reference that was taken since."""
    if plan.faults:
        raise Refused("import_fault.has_faults", count=len(plan.faults))
    return _Applying(session, plan, by=by, now=now).apply()


def as_stored(plan: Plan, planned: PlannedEngagement) -> dict[str, Any]:
    """One engagement of a plan with its people, as JSON, to be applied later by itself."""
    people = [(key, plan.contacts[key]) for key, _ in planned.contacts]
    stored: dict[str, Any] = {
        "engagement": _engagement.dump_python(planned, mode="json"),
        "people": _people.dump_python(people, mode="json"),
        "language": plan.language,
    }
    return stored


def apply_stored(session: Session, stored: dict[str, Any], *, by: User | None, now: datetime) -> Engagement:
    """Add one engagement as it was planned. Refused where somebody took its reference meanwhile; a client or a contact
    that is there by now is not made again."""
    planned = _engagement.validate_python(stored["engagement"])
    if session.scalar(select(Engagement.id).where(Engagement.reference == planned.reference)) is not None:
        raise Refused("engagement.reference_taken", field="reference")
    client_id = session.scalar(select(Client.id).where(Client.name == planned.client).order_by(Client.id).limit(1))
    known = {each.name: each.id for each in session.scalars(select(Contact).where(Contact.client_id == client_id))}
    people = {
        key: replace(person, known_id=known.get(key[1])) for key, person in _people.validate_python(stored["people"])
    }
    plan = Plan(
        clients={planned.client: client_id}, contacts=people, engagements=(planned,), language=stored["language"]
    )
    return apply(session, plan, by=by, now=now)[0]


class _Applying:
    """Each table is filled by one bulk insert. Through the unit of work 5,000 rows would hold SQLite's only write lock
    for ten seconds, as long as anybody else waits for it."""

    def __init__(self, session: Session, plan: Plan, *, by: User | None, now: datetime) -> None:
        self.session = session
        self.plan = plan
        self.by_id = by.id if by else None
        self.now = now
        used = {planned.playbook_id for planned in plan.engagements}
        self.playbooks = {
            playbook.id: playbook
            for playbook in session.scalars(
                select(Playbook).where(Playbook.id.in_(used)).options(selectinload(Playbook.usual_milestones))
            )
        }

    def apply(self) -> list[Engagement]:
        client_ids = self._clients()
        contact_ids = self._contacts(client_ids)
        planned = self.plan.engagements
        rows = [self._engagement(each, client_ids[each.client]) for each in planned]
        engagements: list[Engagement] = []
        if rows:
            returning = insert(Engagement).returning(Engagement, sort_by_parameter_order=True)
            engagements = list(self.session.scalars(returning, rows, execution_options=_WITH_NULLS))
        ids = [engagement.id for engagement in engagements]
        self._insert(
            Participation,
            (
                {"engagement_id": number, "contact_id": contact_ids[key], "part": part}
                for number, each in zip(ids, planned, strict=True)
                for key, part in each.contacts
            ),
        )
        self._steps(ids)
        self._insert(
            Fact,
            (
                {"engagement_id": number, "text": text, "source": ORIGIN, "known_at": self.now}
                for number, each in zip(ids, planned, strict=True)
                for text in each.facts
            ),
        )
        self._note("started", Engagement, ids)
        return engagements

    def _clients(self) -> dict[str, int]:
        new = [name for name, known_id in self.plan.clients.items() if known_id is None]
        ids = self._insert_for_ids(Client, [{"name": name, "created_at": self.now} for name in new])
        self._note("added", Client, ids)
        known = {name: known_id for name, known_id in self.plan.clients.items() if known_id is not None}
        return known | dict(zip(new, ids, strict=True))

    def _contacts(self, client_ids: dict[str, int]) -> dict[ContactKey, int]:
        new = {key: contact for key, contact in self.plan.contacts.items() if contact.known_id is None}
        rows = [
            {
                "client_id": client_ids[client],
                "name": contact.name,
                "greeting": contact.greeting,
                "address": contact.address,
                "phone": contact.phone,
                "language": contact.language,
                "zone": contact.zone,
                "created_at": self.now,
            }
            for (client, _), contact in new.items()
        ]
        ids = self._insert_for_ids(Contact, rows)
        self._note("added", Contact, ids)
        known = {key: each.known_id for key, each in self.plan.contacts.items() if each.known_id is not None}
        return known | dict(zip(new, ids, strict=True))

    def _engagement(self, planned: PlannedEngagement, client_id: int) -> Fields:
        return {
            "reference": planned.reference,
            "title": planned.title,
            "client_id": client_id,
            "playbook_id": planned.playbook_id,
            "owner_id": planned.owner_id,
            "stage_id": planned.stage_id,
            "state": EngagementState.DRAFT,
            "cadence": planned.cadence,
            "thread_id": queueing.new_message_id(),
            "created_at": self.now,
        }

    def _steps(self, engagement_ids: Sequence[int]) -> None:
        """The milestones, their entries in the ledger, and the words that go with moves."""
        steps: list[tuple[Step, Playbook]] = []
        milestones: list[Fields] = []
        for engagement_id, planned in zip(engagement_ids, self.plan.engagements, strict=True):
            playbook = self.playbooks[planned.playbook_id]
            for position, step in enumerate(planned.steps, start=1):
                steps.append((step, playbook))
                milestones.append(self._milestone(engagement_id, position, step, playbook))
        words: list[Fields | None] = []
        entries: list[Fields] = []
        for milestone_id, (step, playbook) in zip(self._insert_for_ids(Milestone, milestones), steps, strict=True):
            for number, dated in enumerate(step.dates, start=1):
                reason = _reason(dated.why, playbook)
                entries.append(self._entry(milestone_id, number, dated, reason))
                why = None if reason else dated.why or None
                words.append({"why": why, "language": self.plan.language} if number > 1 else None)
        entry_ids = self._insert_for_ids(Promise, entries)
        self._insert(
            PromiseWords,
            ({"promise_id": entry_id, **said} for entry_id, said in zip(entry_ids, words, strict=True) if said),
        )

    def _milestone(self, engagement_id: int, position: int, step: Step, playbook: Playbook) -> Fields:
        return {
            "engagement_id": engagement_id,
            "position": position,
            "labels": self._labels(step.label, playbook),
            "done_on": step.done_on,
            "done_recorded_at": self.now if step.done_on else None,
        }

    def _entry(self, milestone_id: int, number: int, dated: Dated, reason: str | None) -> Fields:
        """The first promise, then moves from before Milepost, which may lack what nobody wrote down then: the same
        entries as `promises.promise` and `promises.move` make."""
        is_move = number > 1
        return {
            "milestone_id": milestone_id,
            "number": number,
            "act": Act.MOVE if is_move else Act.FIRST,
            "starts_on": dated.on,
            "cause": (dated.cause or Who.NOBODY) if is_move else None,
            "reason_key": reason if is_move else None,
            "origin": ORIGIN,
            "recorded_at": self.now,
            "recorded_by_id": self.by_id,
        }

    def _labels(self, label: str, playbook: Playbook) -> Labels:
        """The playbook's own labels, in all languages, for a step it knows under this name."""
        for usual in playbook.usual_milestones:
            if matching(label) in map(matching, usual.labels.values()):
                return dict(usual.labels)
        return {self.plan.language: label}

    def _note(self, act: str, subject: type[Base], ids: Sequence[int]) -> None:
        """The entries `audits.note` would make one by one."""
        entry = {
            "at": self.now,
            "user_id": self.by_id,
            "act": act,
            "subject": subject.__tablename__,
            "details": {"origin": ORIGIN},
        }
        self._insert(AuditEntry, ({**entry, "subject_id": subject_id} for subject_id in ids))

    def _insert(self, model: type[Base], rows: Iterable[Fields]) -> None:
        if found := list(rows):
            self.session.execute(insert(model), found, execution_options=_WITH_NULLS)

    def _insert_for_ids(self, model: type[Client | Contact | Milestone | Promise], rows: list[Fields]) -> list[int]:
        if not rows:
            return []
        returning = insert(model).returning(model.id, sort_by_parameter_order=True)
        return list(self.session.scalars(returning, rows, execution_options=_WITH_NULLS))


def _reason(why: str, playbook: Playbook) -> str | None:
    """The key of the playbook's reason that reads like this in any language, so that clients read it in theirs."""
    for reason in playbook.reasons:
        if why and matching(why) in map(matching, reason["labels"].values()):
            return str(reason["key"])
    return None
