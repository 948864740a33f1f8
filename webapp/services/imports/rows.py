"""Checks a table against the firm's data: every fault at once, by row and column, and nothing written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from webapp.models import Client, Contact, Firm, PartOf, Playbook, Stage
from webapp.services.imports import cells
from webapp.services.imports.cells import Unreadable, matching
from webapp.services.imports.known import Known, look_up
from webapp.services.imports.plan import ContactKey, Plan, PlannedContact, PlannedEngagement
from webapp.services.imports.table import COLUMNS, REQUIRED, Fault, Row, Table, fault
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import Cadence, Every

REFERENCE_MAXIMUM = 40
TITLE_MAXIMUM = 200
NAME_MAXIMUM = 120
FACT_MAXIMUM = 1000

PARTS = {
    "decides": PartOf.DECIDES,
    "supplies": PartOf.SUPPLIES,
    "informed": PartOf.INFORMED,
    "kept informed": PartOf.INFORMED,
    "is kept informed": PartOf.INFORMED,
}
# Only to read a rhythm whose playbook is unknown, so that its own faults are told as well.
_ANY_RHYTHM = Cadence(
    every=Every.WEEKLY, weekdays=(0,), anchor=date(2026, 1, 5), zone="UTC", send_at=time(16), promised_by=time(18)
)

Value = TypeVar("Value")


@dataclass
class _Person:
    """A contact as the rows so far describe them, and where each thing was said."""

    known: Contact | None
    said: dict[str, tuple[object, int]] = field(default_factory=dict)


def check(session: Session, table: Table, *, firm: Firm) -> Plan:
    """What the table would add, or every fault in it. Rows with the same reference are one engagement with several
    contacts: what they say about the work is empty or equal. Clients are the same by exact name; contacts by client
    and exact name, since people may share one address."""
    return _Checking(look_up(session, table, firm=firm), table).plan()


class _Checking:
    def __init__(self, known: Known, table: Table) -> None:
        self.known = known
        self.table = table
        self.faults: list[Fault] = list(table.faults)
        self.clients: dict[str, Client | None] = {}
        self.people: dict[ContactKey, _Person] = {}

    def plan(self) -> Plan:
        groups: dict[str, list[Row]] = {}
        for row in self.table.rows:
            groups.setdefault(row["reference"] or f"\0{row.number}", []).append(row)
        found = [self._engagement(rows) for rows in groups.values()]
        language = self.known.firm.language
        if self.faults:
            places = {column: at for at, column in enumerate(COLUMNS)}
            self.faults.sort(key=lambda each: (each.row, places.get(each.column, -1)))
            return Plan(faults=tuple(self.faults), rows=len(self.table.rows), language=language)
        return Plan(
            rows=len(self.table.rows),
            clients={name: client.id if client else None for name, client in self.clients.items()},
            contacts={key: self._contact(key, person) for key, person in self.people.items()},
            engagements=tuple(engagement for engagement in found if engagement is not None),
            language=language,
        )

    def _engagement(self, rows: Sequence[Row]) -> PlannedEngagement | None:
        """None where something is missing; there is a fault for it then."""
        known = self.known
        reference = self._shared(rows, "reference", self._reference)
        title = self._shared(rows, "title", _at_most(TITLE_MAXIMUM))
        playbook = self._shared(rows, "service", known.playbook)
        owner = self._shared(rows, "owner", known.owner)
        name = self._shared(rows, "client", _at_most(NAME_MAXIMUM))
        stage = self._shared(rows, "stage", _stage_of(playbook)) if playbook else None
        zone = known.firm.zone
        usual = replace(cadences.load(playbook.cadence) if playbook else _ANY_RHYTHM, zone=zone)
        rhythm = self._shared(rows, "rhythm", lambda text: self._rhythm(text, usual))
        steps = self._shared(rows, "dates", cells.steps)
        facts = self._shared(rows, "known", _facts)
        client = self._client(rows, name) if name else None
        contacts = self._contacts(rows, name, client)
        if reference is None or title is None or playbook is None or name is None:
            return None
        first_stage = playbook.stages[0].id if playbook.stages else None
        return PlannedEngagement(
            reference=reference,
            title=title,
            client=name,
            playbook_id=playbook.id,
            owner_id=owner.id if owner else None,
            stage_id=stage.id if stage else first_stage,
            cadence=rhythm or {**playbook.cadence, "zone": zone},
            steps=steps or (),
            facts=facts or (),
            contacts=tuple(contacts.items()),
        )

    def _shared(self, rows: Sequence[Row], column: str, read: Callable[[str], Value]) -> Value | None:
        """What the rows of one engagement say in a column, said once or several times the same."""
        said: tuple[Row, Value] | None = None
        is_empty = True
        for row in rows:
            if not row[column]:
                continue
            is_empty = False
            value = self._read(row, column, read)
            if value is None:
                continue
            if said is None:
                said = row, value
            elif said[1] != value:
                self._add(row, column, "contradicts", text=row[column], first=said[0][column], first_row=said[0].number)
        if is_empty and column in REQUIRED and column in self.table.columns:
            self._add(rows[0], column, "required")
        return said[1] if said else None

    def _read(self, row: Row, column: str, read: Callable[[str], Value]) -> Value | None:
        try:
            return read(row[column])
        except Unreadable as error:
            for each in (error, *error.others):
                self._add(row, column, each.key, **each.values)
            return None

    def _reference(self, text: str) -> str:
        if text in self.known.references:
            raise Unreadable("reference_taken", text=text)
        return _at_most(REFERENCE_MAXIMUM)(text)

    def _rhythm(self, text: str, usual: Cadence) -> dict[str, Any]:
        return cadences.dump(cells.rhythm(text, usual=usual, weekdays=self.known.weekdays))

    def _client(self, rows: Sequence[Row], name: str) -> Client | None:
        if name not in self.clients:
            row = next(row for row in rows if row["client"])
            self.clients[name] = self._read(row, "client", self.known.client)
        return self.clients[name]

    def _contacts(self, rows: Sequence[Row], name: str | None, client: Client | None) -> dict[ContactKey, PartOf]:
        """The people of one engagement; each row names one."""
        found: dict[ContactKey, PartOf] = {}
        for row in rows:
            said = self._said(row)
            part = self._read(row, "part", _part) if row["part"] else PartOf.DECIDES
            if not row["contact"]:
                if "contact" in self.table.columns:
                    self._add(row, "contact", "required")
                continue
            person = self._read(row, "contact", _at_most(NAME_MAXIMUM))
            if person is None or name is None:
                continue
            key = name, person
            if key in found:
                self._add(row, "contact", "contact_twice", name=person)
                continue
            found[key] = part or PartOf.DECIDES
            self._merge(row, key, client, said)
        return found

    def _said(self, row: Row) -> dict[str, object]:
        """What one row says about its contact, read and stored as it will be."""
        firm = self.known.firm
        readers: dict[str, Callable[[str], object]] = {
            "greeting": _at_most(NAME_MAXIMUM),
            "address": cells.address,
            "language": self.known.language,
            "zone": cells.zone,
        }
        said = {column: self._read(row, column, read) for column, read in readers.items() if row[column]}
        if row["phone"]:
            zone = str(said.get("zone") or firm.zone)
            said["phone"] = self._read(row, "phone", lambda text: cells.phone(text, zone=zone, firm_phone=firm.phone))
        return {column: value for column, value in said.items() if value is not None}

    def _merge(self, row: Row, key: ContactKey, client: Client | None, said: dict[str, object]) -> None:
        """Take what a row says about a contact together with what is known already; two different answers are a
        fault, never a silent choice."""
        if key not in self.people:
            contact = self._read(row, "contact", lambda name: self.known.contact(client, name)) if client else None
            self.people[key] = _Person(contact)
        person = self.people[key]
        for column, value in said.items():
            if person.known is not None:
                stored = getattr(person.known, column)
                if stored != value:
                    self._add(
                        row, column, "contact_known_otherwise", name=key[1], text=row[column], known=stored or "-"
                    )
                continue
            first, number = person.said.setdefault(column, (value, row.number))
            if first != value:
                self._add(
                    row, column, "contact_contradicts", name=key[1], text=row[column], first=first, first_row=number
                )

    def _contact(self, key: ContactKey, person: _Person) -> PlannedContact:
        firm = self.known.firm
        fields: dict[str, Any] = {"language": firm.language, "zone": firm.zone}
        fields |= {column: value for column, (value, _) in person.said.items()}
        return PlannedContact(name=key[1], known_id=person.known.id if person.known else None, **fields)

    def _add(self, row: Row, column: str, key: str, **values: object) -> None:
        self.faults.append(fault(row.number, column, key, **values))


def _at_most(maximum: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > maximum:
            raise Unreadable("too_long", maximum=maximum, length=len(text))
        return text

    return read


def _stage_of(playbook: Playbook) -> Callable[[str], Stage]:
    def read(text: str) -> Stage:
        for stage in playbook.stages:
            if matching(text) in map(matching, stage.labels.values()):
                return stage
        stages = ", ".join(next(iter(stage.labels.values()), "") for stage in playbook.stages)
        raise Unreadable("stage_unknown", text=text, stages=stages)

    return read


def _part(text: str) -> PartOf:
    part = PARTS.get(matching(text))
    if part is None:
        raise Unreadable("part_unknown", text=text)
    return part


def _facts(text: str) -> tuple[str, ...]:
    facts = tuple(" ".join(part.split()) for line in text.split("\n") for part in line.split(";") if part.strip())
    return tuple(map(_at_most(FACT_MAXIMUM), facts))
