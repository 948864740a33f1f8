"""What contacts decide about their mails: stop, pause, language, a fresh link."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emails.kinds.fresh_link import FreshLink
from emails.languages import LANGUAGES
from webapp.keys import Keyring
from webapp.models import AskedFor, Contact, Engagement, EngagementState, Firm, Link, Participation, TaskKind
from webapp.services.conversation import replies
from webapp.services.core import asked, audits, limits, tasks
from webapp.services.core.errors import NotFound, TooMany
from webapp.services.core.firm import the_firm
from webapp.services.mail import queueing
from webapp.services.updates import composing, snapshot, telling
from webapp.services.updates.status import frame
from webapp.timezones import local

PAUSE_MAXIMUM = timedelta(days=92)
ADDRESS_CAPS = [(1, timedelta(minutes=10)), (3, timedelta(days=1))]
PLACE_CAPS = [(10, timedelta(hours=1))]
CHOICE_CAPS = [(10, timedelta(minutes=10)), (40, timedelta(days=1))]


def stop(session: Session, link: Link, *, now: datetime) -> Participation:
    """No more mails about this work. What is queued is cancelled in the same transaction. A machine may have pressed:
    the contact gets a receipt with which it is undone, and who looks after the work hears of it."""
    part = _participation(session, link)
    replies.prove_arrival(session, link, now=now)
    if part.stopped_at is None:
        part.stopped_at = now
        session.flush()
        telling.stopped(session, part, now=now)
        replies.receipt_of_stop(session, part, now=now)
        tasks.raise_once(session, TaskKind.CLIENT_STOPPED, str(part.id), now=now, engagement=part.engagement)
        audits.note(session, "stopped", part, now=now, actor=f"link:{link.id}")
    return part


def start_again(session: Session, link: Link, *, now: datetime) -> Participation:
    part = _participation(session, link)
    _count(session, part.contact_id, now=now)
    replies.prove_arrival(session, link, now=now)
    stopped_at = part.stopped_at
    part.stopped_at = part.paused_until = None
    session.flush()
    if stopped_at is not None:
        telling.started_again(session, part, stopped_at=stopped_at, now=now)
    raised = tasks.open_one(session, TaskKind.CLIENT_STOPPED, str(part.id))
    if raised is not None:
        tasks.done(raised, now=now)
    audits.note(session, "started_again", part, now=now, actor=f"link:{link.id}")
    return part


def pause(session: Session, link: Link, lasts: timedelta, *, now: datetime) -> Participation:
    """No mails for so many days of the reader's own calendar, three months at most."""
    part = _participation(session, link)
    _count(session, part.contact_id, now=now)
    replies.prove_arrival(session, link, now=now)
    part.paused_until = local(now, part.contact.zone).date() + min(lasts, PAUSE_MAXIMUM)
    session.flush()
    telling.stopped(session, part, now=now)
    audits.note(session, "paused", part, now=now, actor=f"link:{link.id}")
    return part


def choose_language(session: Session, link: Link, tag: str, *, now: datetime) -> Contact:
    if link.contact is None or tag not in LANGUAGES:
        raise NotFound
    _count(session, link.contact.id, now=now)
    if link.contact.language == tag:
        return link.contact
    link.contact.language = tag
    session.flush()
    telling.language_changed(session, link.contact, now=now)
    audits.note(session, "language_chosen", link.contact, now=now, actor=f"link:{link.id}", language=tag)
    return link.contact


def ask_fresh_links(session: Session, keyring: Keyring, address: str, *, place: str, now: datetime) -> None:
    """Ask for a fresh link for each open work that an address takes part in. What is done here is the same for every
    address: a worker looks whether it is anybody's. The caps are kept in the database by keyed hashes, per address and
    per place on the network."""
    wanted = address.strip().lower()
    try:
        limits.count(session, f"fresh_place:{limits.keyed(keyring, limits.network(place))}", now=now, caps=PLACE_CAPS)
        limits.count(session, f"fresh_address:{limits.keyed(keyring, wanted)}", now=now, caps=ADDRESS_CAPS)
    except TooMany:
        return
    asked.keep(session, AskedFor.FRESH_LINK, wanted, now=now)


def send_fresh_links(session: Session, *, now: datetime) -> int:
    """Mail what was asked for to the addresses that are on file. Returns how many asked."""
    firm, waiting = the_firm(session), asked.take(session, AskedFor.FRESH_LINK)
    if firm is not None:
        for part in (part for row in waiting for part in _taking_part(session, row.address)):
            _fresh_link(session, firm, part, now=now)
    return len(waiting)


def _taking_part(session: Session, address: str) -> Sequence[Participation]:
    return session.scalars(
        select(Participation)
        .join(Contact, Participation.contact_id == Contact.id)
        .join(Engagement, Participation.engagement_id == Engagement.id)
        .where(
            func.lower(Contact.address) == address,
            Engagement.state.in_([EngagementState.OPEN, EngagementState.PAUSED]),
        )
        .order_by(Participation.id)
        .limit(5)
    ).all()


def _fresh_link(session: Session, firm: Firm, part: Participation, *, now: datetime) -> None:
    to = composing.For.contact(firm, part, now=now)
    frozen = snapshot.Snapshot(**frame(session, part.engagement, now=now))
    context = FreshLink(
        **composing.opening(frozen, to),
    )
    key = f"fresh_link:{part.id}:{int(now.timestamp())}"
    queueing.to_contact(session, "fresh_link", key, context, part.contact, part.engagement, now=now)


def _count(session: Session, contact_id: int, *, now: datetime) -> None:
    """A link that went astray cannot fill the database; a stop is always taken."""
    limits.count(session, f"choice:{contact_id}", now=now, caps=CHOICE_CAPS)


def _participation(session: Session, link: Link) -> Participation:
    part = session.scalars(
        select(Participation)
        .where(Participation.engagement_id == link.engagement_id, Participation.contact_id == link.contact_id)
        .with_for_update()
    ).one_or_none()
    if part is None:
        raise NotFound
    return part
