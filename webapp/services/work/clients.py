"""Clients and their contacts."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.kinds.address_moved import AddressMoved
from webapp.models import (
    AddressState,
    Client,
    Contact,
    Engagement,
    EngagementState,
    Participation,
    TaskKind,
    User,
)
from webapp.services.core import audits, tasks
from webapp.services.core.errors import NotFound
from webapp.services.core.firm import the_firm
from webapp.services.mail import queueing
from webapp.services.updates import composing, telling
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import frame
from webapp.services.work import engagements

LIVE = (EngagementState.OPEN, EngagementState.PAUSED)


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
    be somebody else's by now. Whoever reads there hears of it, and so does who looks after the work: an address is the
    key to all that its owner can see and say."""
    if contact.address == address:
        return
    _tell_of_change(session, contact, by=by, now=now)
    contact.address, contact.address_state = address, AddressState.FINE
    contact.link_epoch += 1
    session.flush()
    audits.note(session, "address_changed", contact, now=now, by=by)
    telling.address_changed(session, contact, now=now)


def _tell_of_change(session: Session, contact: Contact, *, by: User | None, now: datetime) -> None:
    firm = the_firm(session)
    parts = session.scalars(
        select(Participation)
        .join(Engagement, Participation.engagement_id == Engagement.id)
        .where(Participation.contact_id == contact.id, Engagement.state.in_(LIVE))
        .order_by(Participation.id)
    ).all()
    if firm is None or not parts:
        return
    is_shared = any(other.address == contact.address and other.id != contact.id for other in contact.client.contacts)
    if contact.address is not None and contact.can_be_mailed and not is_shared:
        engagement = parts[0].engagement
        to = composing.For.contact(firm, parts[0], now=now)
        frozen = Snapshot(**frame(session, engagement, now=now))
        context = AddressMoved(**composing.opening(frozen, to))
        key = f"address_moved:{contact.id}:{contact.link_epoch}"
        queueing.to_former_address(session, "address_moved", key, context, contact, engagement, now=now)
    for part in parts:
        if by is None or part.engagement.owner_id != by.id:
            key = f"{contact.id}:{part.engagement_id}:{contact.link_epoch}"
            tasks.raise_once(session, TaskKind.ADDRESS_CHANGED, key, now=now, engagement=part.engagement)


def change_country(session: Session, client: Client, country: str | None, *, by: User | None, now: datetime) -> None:
    """Whose public holidays a client has; None: the firm's. Mail on its way is held by the new ones too."""
    client.country = country
    session.flush()
    audits.note(session, "country_changed", client, now=now, by=by)
