"""Magic links: a capability for one contact and one engagement, revocable, for many uses.

token = base32lower( key number | 16 random bytes, the row's nonce | HMAC(purpose key, "purpose|epoch|nonce")[:16] ).
A leaked database alone or a leaked key alone opens nothing.
"""

import base64
import binascii
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.keys import Keyring
from webapp.models import Contact, Engagement, Link, OutboxEmail, Purpose, User
from webapp.services.core.errors import LinkInvalid

NONCE_LENGTH = 16
LIVES = {
    Purpose.FORMS: timedelta(days=7),
    Purpose.SIGN_IN: timedelta(minutes=10),
    Purpose.INVITATION: timedelta(days=7),
}
"""How long links to staff live; a client's page lives with the work, unsubscribe for ever."""
TOKEN_BYTES = 1 + NONCE_LENGTH + 16


def make(
    session: Session,
    keyring: Keyring,
    purpose: Purpose,
    *,
    now: datetime,
    contact: Contact | None = None,
    user: User | None = None,
    engagement: Engagement | None = None,
    mail: OutboxEmail | None = None,
    lives: timedelta | None = None,
) -> Link:
    """A new link row under the signing key and the contact's present epoch."""
    link = Link(
        nonce=secrets.token_bytes(NONCE_LENGTH),
        key_number=keyring.current,
        purpose=purpose,
        epoch=contact.link_epoch if contact else 0,
        contact=contact,
        user=user,
        engagement=engagement,
        outbox_email_id=mail.id if mail else None,
        created_at=now,
        expires_at=now + lives if lives else None,
    )
    session.add(link)
    session.flush()
    return link


def token(keyring: Keyring, link: Link) -> str:
    """The text that goes into the URL: 53 lower-case letters and digits, safe from every linkifier."""
    signature = keyring.mac(link.key_number, link.purpose, _message(link))
    raw = bytes([link.key_number]) + link.nonce + signature
    return base64.b32encode(raw).decode().rstrip("=").lower()


def find(
    session: Session, keyring: Keyring, text: str, purpose: Purpose, *, now: datetime, days_after_close: int
) -> Link:
    """The link a token stands for; raises LinkInvalid, the same for unknown, expired and revoked ones.

    A page lives while its engagement is open and `days_after_close` days after; unsubscribe links never expire and
    do not obey the contact's epoch, since they can only stop mail.
    """
    number, nonce, signature = _read(text)
    link = session.scalars(select(Link).where(Link.nonce == nonce, Link.purpose == purpose)).one_or_none()
    if link is None or link.key_number != number or number not in keyring:
        raise LinkInvalid
    if not hmac.compare_digest(signature, keyring.mac(number, purpose, _message(link))):
        raise LinkInvalid
    if purpose is Purpose.UNSUBSCRIBE:
        return link
    if link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= now):
        raise LinkInvalid
    if link.contact is not None and link.contact.link_epoch != link.epoch:
        raise LinkInvalid
    if link.user is not None and not link.user.is_active:
        raise LinkInvalid
    closed_at = link.engagement.closed_at if link.engagement else None
    if closed_at is not None and closed_at + timedelta(days=days_after_close) <= now:
        raise LinkInvalid
    return link


def page_for(session: Session, keyring: Keyring, contact: Contact, engagement: Engagement, *, now: datetime) -> Link:
    """A page link that staff hand over themselves, by phone messenger for instance; made once per epoch."""
    known = session.scalars(
        select(Link)
        .where(
            Link.contact_id == contact.id,
            Link.engagement_id == engagement.id,
            Link.purpose == Purpose.PAGE,
            Link.outbox_email_id.is_(None),
            Link.epoch == contact.link_epoch,
            Link.revoked_at.is_(None),
        )
        .limit(1)
    ).one_or_none()
    return known or make(session, keyring, Purpose.PAGE, now=now, contact=contact, engagement=engagement)


def revoke_all(contact: Contact) -> None:
    """Every page link this contact ever got stops working; unsubscribe links go on."""
    contact.link_epoch += 1


def missing_keys(session: Session, keyring: Keyring) -> list[int]:
    """Numbers of keys that live links were signed with and this installation no longer has."""
    used = session.scalars(select(Link.key_number).where(Link.revoked_at.is_(None)).distinct())
    return sorted(number for number in used if number not in keyring)


def missing_sentence(numbers: list[int]) -> str:
    """What to tell the operator: which keys to put back."""
    listed = ", ".join(str(number) for number in numbers)
    return f"SECRET_KEY lacks key {listed}, which signed links that clients still use. Put it back beside the new one."


def _message(link: Link) -> bytes:
    return f"{link.purpose}|{link.epoch}|".encode() + link.nonce


def _read(text: str) -> tuple[int, bytes, bytes]:
    padded = text.upper() + "=" * (-len(text) % 8)
    try:
        raw = base64.b32decode(padded)
    except (binascii.Error, ValueError):
        raise LinkInvalid from None
    # Two spellings of the same bytes would be two links: the last letter has a bit to spare.
    if len(raw) != TOKEN_BYTES or base64.b32encode(raw).decode().rstrip("=").lower() != text.lower():
        raise LinkInvalid
    return raw[0], raw[1 : 1 + NONCE_LENGTH], raw[1 + NONCE_LENGTH :]


def end_forms(session: Session, user: User, *, now: datetime) -> None:
    """No link to the forms that a person was mailed so far opens anything any more."""
    session.execute(
        update(Link)
        .where(Link.user_id == user.id, Link.purpose == Purpose.FORMS, Link.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session="fetch")
    )


def end_invitations(session: Session, user: User, *, now: datetime) -> None:
    """No invitation that a person was sent so far opens anything any more."""
    session.execute(
        update(Link)
        .where(Link.user_id == user.id, Link.purpose == Purpose.INVITATION, Link.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session="fetch")
    )
