"""What a table is checked against: playbooks, people, clients and references, each read from the database once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from webapp.models import Client, Contact, Engagement, Firm, Playbook, User
from webapp.services.imports.cells import Unreadable, language_names, matching, weekday_names
from webapp.services.imports.table import Table

Named = TypeVar("Named")


@dataclass(frozen=True, kw_only=True)
class Known:
    """The firm's words, and whatever of the database a table may name."""

    firm: Firm
    weekdays: dict[str, int]
    languages: dict[str, str]
    references: frozenset[str]
    playbooks: dict[str, list[Playbook]]
    users: dict[str, list[User]]
    clients: dict[str, list[Client]]
    contacts: dict[tuple[int, str], list[Contact]]

    def playbook(self, text: str) -> Playbook:
        """By its key or by any of its labels. One that was retired is not offered any more."""
        found = self.playbooks.get(matching(text), [])
        by_key = [playbook for playbook in found if playbook.key == text]
        return _only(by_key or found, "service", text)

    def owner(self, text: str) -> User:
        """An active user by address or exact name, who may report."""
        user = _only(self.users.get(text) or self.users.get(text.lower(), []), "owner", text)
        if not user.may_own_work:
            raise Unreadable("handover.only_looks", name=user.name)
        return user

    def language(self, text: str) -> str:
        tag = self.languages.get(matching(text))
        if tag is None:
            raise Unreadable("language_unknown", text=text, languages=", ".join(self.firm.languages))
        return tag

    def client(self, name: str) -> Client | None:
        found = self.clients.get(name, [])
        return _only(found, "client", name) if found else None

    def contact(self, client: Client, name: str) -> Contact | None:
        found = self.contacts.get((client.id, name), [])
        return _only(found, "contact", name) if found else None


def look_up(session: Session, table: Table, *, firm: Firm) -> Known:
    """A fixed number of queries, however long the table is."""
    playbooks = session.scalars(
        select(Playbook)
        .where(Playbook.retired_at.is_(None))
        .options(selectinload(Playbook.stages), selectinload(Playbook.usual_milestones))
        .order_by(Playbook.id)
    ).all()
    by_word: dict[str, list[Playbook]] = defaultdict(list)
    for playbook in playbooks:
        for word in {matching(text) for text in (playbook.key, *playbook.labels.values())}:
            by_word[word].append(playbook)
    users: dict[str, list[User]] = defaultdict(list)
    for user in session.scalars(select(User).where(User.is_active).order_by(User.id)):
        users[user.address].append(user)
        users[user.name].append(user)
    clients: dict[str, list[Client]] = defaultdict(list)
    contacts: dict[tuple[int, str], list[Contact]] = defaultdict(list)
    names = _words(table, "client")
    for client in session.scalars(
        select(Client).where(Client.name.in_(names)).options(selectinload(Client.contacts)).order_by(Client.id)
    ):
        clients[client.name].append(client)
        for contact in client.contacts:
            contacts[client.id, contact.name].append(contact)
    taken = select(Engagement.reference).where(Engagement.reference.in_(_words(table, "reference")))
    tags = tuple(firm.languages)
    return Known(
        firm=firm,
        weekdays=weekday_names(tags),
        languages=language_names(tags),
        references=frozenset(session.scalars(taken)),
        playbooks=by_word,
        users=users,
        clients=clients,
        contacts=contacts,
    )


def _words(table: Table, column: str) -> Sequence[str]:
    return sorted({row[column] for row in table.rows} - {""})


def _only(found: Sequence[Named], noun: str, text: str) -> Named:
    if not found:
        raise Unreadable(f"{noun}_unknown", text=text)
    if len(found) > 1:
        raise Unreadable(f"{noun}_ambiguous", text=text)
    return found[0]
