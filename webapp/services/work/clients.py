"""Clients and their contacts."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import AddressState, Client, Contact, Engagement, User
from webapp.services.core import audits
from webapp.services.core.errors import NotFound
from webapp.services.updates import telling
from webapp.services.work import engagements


def may_change(session: Session, client: Client, user: User, *, on: date) -> bool:
    """Whoever may act on a piece of work of the client, open or over: an address is the key to all that its owner can
    see and say. A client without work is everybody's who acts."""
    works = session.scalars(select(Engagement).where(Engagement.client_id == client.id)).all()
    if not works or user.role.leads:
        return user.role.acts
    return any(engagements.can_act(user, engagement, on=on) for engagement in works)


def get_acting(session: Session, client_id: int, user: User, *, on: date) -> Client:
    """The client, for somebody who may change it; NotFound, the same answer, where they may not."""
    client = session.get(Client, client_id)
    if client is None or not may_change(session, client, user, on=on):
        raise NotFound
    return client


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
