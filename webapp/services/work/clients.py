"""Clients and their contacts."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.models import AddressState, Client, Contact, User
from webapp.services.core import audits
from webapp.services.updates import telling


def add(session: Session, name: str, *, by: User | None, now: datetime) -> Client:
    client = Client(name=name, created_at=now)
    session.add(client)
    session.flush()
    audits.note(session, "added", client, now=now, by=by)
    return client


def add_contact(
    session: Session,
    client: Client,
    *,
    name: str,
    address: str | None,
    phone: str | None,
    language: str,
    zone: str,
    greeting: str | None = None,
    by: User | None,
    now: datetime,
) -> Contact:
    """A person at a client. Without an address they are told by phone."""
    contact = Contact(
        client=client,
        name=name,
        greeting=greeting,
        address=address or None,
        phone=phone or None,
        language=language,
        zone=zone,
        created_at=now,
    )
    session.add(contact)
    session.flush()
    audits.note(session, "added", contact, now=now, by=by)
    return contact


def change_address(session: Session, contact: Contact, address: str | None, *, by: User | None, now: datetime) -> None:
    """Mail on its way to the old address never gets there; links already sent stop working, since the old inbox may
    be somebody else's by now."""
    if contact.address == address:
        return
    contact.address, contact.address_state = address, AddressState.FINE
    contact.link_epoch += 1
    session.flush()
    audits.note(session, "address_changed", contact, now=now, by=by)
    telling.address_changed(session, contact, now=now)


def change_country(session: Session, client: Client, country: str | None, *, by: User | None, now: datetime) -> None:
    """Whose public holidays a client has; None: the firm's. Mail on its way is held by the new ones too."""
    client.country = country
    session.flush()
    audits.note(session, "country_changed", client, now=now, by=by)
