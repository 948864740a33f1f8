"""What an import would do: the answer to a dry run, and all that applying it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.models import PartOf
from webapp.services.imports.cells import Step
from webapp.services.imports.table import Fault

ContactKey = tuple[str, str]
"""A person by the client's name and their own."""


@dataclass(frozen=True, kw_only=True)
class PlannedContact:
    """A person of the table; `known_id` where they are in the database already, and stay as they are there."""

    name: str
    greeting: str | None = None
    address: str | None = None
    phone: str | None = None
    language: str
    zone: str
    known_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedEngagement:
    """One running job. `contacts` point into the plan's contacts."""

    reference: str
    title: str
    client: str
    playbook_id: int
    owner_id: int | None
    stage_id: int | None
    cadence: dict[str, Any]
    steps: tuple[Step, ...]
    facts: tuple[str, ...]
    contacts: tuple[tuple[ContactKey, PartOf], ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Either faults, or everything needed to apply it. `clients` maps each name to its row's id, None for a new one."""

    faults: tuple[Fault, ...] = ()
    rows: int = 0
    clients: Mapping[str, int | None] = field(default_factory=dict)
    contacts: Mapping[ContactKey, PlannedContact] = field(default_factory=dict)
    engagements: tuple[PlannedEngagement, ...] = ()
    language: str

    @property
    def new_clients(self) -> int:
        return sum(known_id is None for known_id in self.clients.values())

    @property
    def new_contacts(self) -> int:
        return sum(contact.known_id is None for contact in self.contacts.values())

    @property
    def new_engagements(self) -> int:
        return len(self.engagements)
