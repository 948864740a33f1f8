"""Puts into the outbox what mails are to say, under a key that makes copies impossible; a worker writes them out."""

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails import stored
from emails.mail import Mail
from emails.registry import RULES
from webapp.models import (
    Contact,
    Engagement,
    Firm,
    MailState,
    OutboxEmail,
    OutboxTelling,
    SignInChallenge,
    Telling,
    User,
)
from webapp.services.calendar import stand_ins
from webapp.services.core.firm import known_firm
from webapp.services.mail import writing
from webapp.timezones import local

log = logging.getLogger(__name__)

# Composes the context late, so that trouble with one reader is trouble with that mail only.
Composer = Callable[[], Mail]


def to_contact(
    session: Session,
    kind: str,
    key: str,
    context: Mail | Composer,
    contact: Contact,
    engagement: Engagement,
    *,
    now: datetime,
    not_before: datetime | None = None,
    tellings: Sequence[Telling] = (),
) -> OutboxEmail | None:
    """Queue a client's mail. Replies go to who looks after the work on the day it goes out, or to the firm's mailbox
    where nobody does. None where the contact has no address; the row that is already there where `key` is known."""
    if contact.address is None:
        return None
    mail = _about(session, engagement, contact, contact.address, at=not_before or now)
    mail.contact = contact
    return _post(session, kind, key, context, mail, now=now, not_before=not_before, tellings=tellings)


def to_former_address(
    session: Session, kind: str, key: str, context: Mail, contact: Contact, engagement: Engagement, *, now: datetime
) -> OutboxEmail:
    """Queue a mail to the address a contact has and is about to lose: it is about that, and carries none of their
    links."""
    mail = _about(session, engagement, contact, str(contact.address), at=now)
    return _post(session, kind, key, context, mail, now=now)


def to_user(
    session: Session,
    kind: str,
    key: str,
    context: Mail,
    user: User,
    *,
    now: datetime,
    engagement: Engagement | None = None,
    challenge: SignInChallenge | None = None,
    language: str | None = None,
) -> OutboxEmail:
    """Queue a mail to a colleague, in their own language unless `language` names the one it is written in."""
    mail = OutboxEmail(
        to_name=user.name,
        to_address=user.address,
        user=user,
        language=language or user.language,
        engagement=engagement,
        challenge_id=challenge.id if challenge else None,
    )
    return _post(session, kind, key, context, mail, now=now)


def _about(session: Session, engagement: Engagement, contact: Contact, address: str, *, at: datetime) -> OutboxEmail:
    """A mail to an address of a contact about a piece of work; replies go to who looks after it at that moment."""
    firm = known_firm(session)
    name, reply_address = reply_to(firm, engagement, on=local(at, firm.zone).date())
    return OutboxEmail(
        to_name=contact.name,
        to_address=address,
        reply_to_name=name,
        reply_to_address=reply_address,
        language=contact.language,
        engagement=engagement,
        thread_id=engagement.thread_id,
    )


def reply_to(firm: Firm, engagement: Engagement, *, on: date) -> tuple[str | None, str | None]:
    """The name and address that a client's answer goes to: those of the owner, or of who stands in for them on that
    day; the firm's mailbox where nobody owns the work; none where there is neither."""
    present = stand_ins.in_charge(engagement.owner, on)
    if present is not None:
        return present.name, present.address
    return (firm.name, firm.mailbox) if firm.mailbox else (None, None)


def new_message_id() -> str:
    """The left half of a Message-ID (RFC 5322 3.6.4) that nobody else makes; the sender's domain is put to it when the
    mail is encoded."""
    return secrets.token_hex(16)


def _post(
    session: Session,
    kind: str,
    key: str,
    context: Mail | Composer,
    mail: OutboxEmail,
    *,
    now: datetime,
    not_before: datetime | None = None,
    tellings: Sequence[Telling] = (),
) -> OutboxEmail:
    with session.no_autoflush:
        known = session.scalars(select(OutboxEmail).where(OutboxEmail.dedupe_key == key)).one_or_none()
    if known is not None:
        return known
    rule = RULES[kind]
    start = not_before or now
    mail.kind, mail.dedupe_key, mail.priority = kind, key, rule.priority
    mail.message_id = new_message_id()
    mail.queued_at = mail.dated_at = now
    mail.not_before = start
    mail.expires_at = start + rule.lives
    mail.state, mail.attempt, mail.refusals = MailState.QUEUED, 0, 0
    mail.says = _to_say(context)
    session.add(mail)
    session.flush()
    session.info["rings"] = True
    session.add_all(OutboxTelling(outbox_email_id=mail.id, telling_id=telling.id) for telling in tellings)
    if mail.says is None:
        writing.hold(session, mail, now=now)
    session.flush()
    return mail


def _to_say(context: Mail | Composer) -> str | None:
    """One mail that cannot be composed must not hold up the others: it is kept, empty, for a person to look at."""
    try:
        return stored.dump(context() if callable(context) else context)
    except Exception:
        log.exception("a mail could not be composed")
        return None
