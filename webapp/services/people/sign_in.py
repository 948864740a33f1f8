"""Sign-in by mail: a link and an 8-digit code, ten minutes, once, bound to the browser that asked."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails import links
from emails.kinds.sign_in import SignIn
from emails.pieces import Brand
from webapp.keys import Keyring
from webapp.models import AskedFor, AskedMail, Link, OutboxEmail, SignInChallenge, User, UserSession
from webapp.services.core import asked, audits, limits
from webapp.services.core.errors import LinkInvalid, Refused, TooMany
from webapp.services.core.firm import the_firm
from webapp.services.mail import links as magic_links
from webapp.services.mail import queueing
from webapp.services.people import users
from webapp.services.updates import composing
from webapp.timezones import local

TTL = timedelta(minutes=10)
TRIES = 5
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=30)
SEEN_EVERY = timedelta(hours=1)
ADDRESS_CAPS = [(3, timedelta(minutes=10)), (20, timedelta(days=1))]
PLACE_CAPS = [(20, timedelta(hours=1))]
URL = links.placeholder("sign_in")
# No link, so that nothing takes it for one; the worker puts the digits in.
CODE = "{{code}}"


def ask(
    session: Session,
    keyring: Keyring,
    address: str,
    browser: str,
    *,
    place: str,
    now: datetime,
    known_as: Collection[str] = (),
) -> str:
    """Start a sign-in for an address in a browser and return the challenge's public name. Whether the address is
    anybody's a worker looks (`answer`): neither the answer nor its time tells. `known_as` are the keyed hashes of the
    addresses that signed in with this browser before: they have a cap of their own, which strangers who ask for such
    an address cannot use up."""
    name, wanted = secrets.token_bytes(16), address_hash(keyring, address)
    by = limits.keyed(keyring, f"{address.lower()}|{browser}") if wanted in known_as else wanted
    try:
        limits.count(session, f"sign_in_place:{limits.keyed(keyring, limits.network(place))}", now=now, caps=PLACE_CAPS)
        limits.count(session, f"sign_in:{by}", now=now, caps=ADDRESS_CAPS)
    except TooMany:
        return name.hex()
    asked.keep(session, AskedFor.SIGN_IN, address, now=now, nonce=name, browser_hash=_digest(browser))
    return name.hex()


def address_hash(keyring: Keyring, address: str) -> str:
    return limits.keyed(keyring, address.lower())


def answer(session: Session, keyring: Keyring, *, now: datetime) -> int:
    """Mail a link and a code to each who asked and is a colleague. Returns how many asked."""
    waiting = asked.take(session, AskedFor.SIGN_IN)
    for row in waiting:
        user = users.find(session, row.address)
        if user is not None and user.is_active and row.asked_at + TTL > now:
            _challenge(session, keyring, row, user, now=now)
    return len(waiting)


def _challenge(session: Session, keyring: Keyring, row: AskedMail, user: User, *, now: datetime) -> None:
    challenge = SignInChallenge(
        nonce=row.nonce,
        key_number=keyring.current,
        user=user,
        browser_hash=row.browser_hash,
        created_at=row.asked_at,
        expires_at=row.asked_at + TTL,
    )
    session.add(challenge)
    session.flush()
    firm = the_firm(session)
    context = SignIn(
        language=user.language,
        brand=composing.brand(firm) if firm else Brand(name="Milepost"),
        today=local(now, firm.zone if firm else "UTC").date(),
        recipient=user.name,
        url=URL,
        code=CODE,
    )
    queueing.to_user(session, "sign_in", f"sign_in:{challenge.id}", context, user, now=now, challenge=challenge)


def code(keyring: Keyring, challenge: SignInChallenge) -> str:
    """The 8 digits of a challenge: derived from the key, never stored."""
    mac = keyring.mac(challenge.key_number, "sign-in-code", challenge.nonce)
    return f"{int.from_bytes(mac[:8], 'big') % 10**8:08d}"


def by_code(session: Session, keyring: Keyring, name: str, typed: str, browser: str, *, now: datetime) -> User:
    """The user whose code was typed in the browser that asked. Raises LinkInvalid; a wrong code uses up a try, so the
    caller commits in either case."""
    challenge = _find(session, name)
    _check(challenge, browser, now=now)
    digits = "".join(str(int(character)) for character in typed if character.isdecimal())
    if not hmac.compare_digest(digits, code(keyring, challenge)):
        challenge.tries += 1
        raise LinkInvalid
    challenge.used_at = now
    return challenge.user


def by_link(session: Session, link: Link, browser: str, *, now: datetime) -> User:
    """The user whose mailed link was pressed in the browser that asked."""
    mail = session.get(OutboxEmail, link.outbox_email_id) if link.outbox_email_id else None
    wanted = mail.challenge_id if mail else None
    challenge = session.get(SignInChallenge, wanted, populate_existing=True, with_for_update=True) if wanted else None
    if challenge is None:
        raise LinkInvalid
    _check(challenge, browser, now=now)
    challenge.used_at = now
    return challenge.user


def by_invitation(session: Session, link: Link, address: str, *, now: datetime) -> User:
    """An invitation signs in once, in any browser, who can say to which address it went: a scanner that presses what it
    finds in a mail types nothing. Then all invitations of that person are over."""
    session.refresh(link, ["used_at"], with_for_update=True)
    if link.user is None or link.used_at is not None:
        raise LinkInvalid
    if address.strip().casefold() != link.user.address.casefold():
        raise Refused("sign_in.not_yours", field="address")
    magic_links.end_invitations(session, link.user, now=now)
    link.user.joined_at = link.user.joined_at or now
    return link.user


def end_session(session: Session, browser: UserSession, *, now: datetime) -> None:
    """Sign a browser out; whoever ends one may fear for their mailbox, so the links of mailed forms end with it."""
    browser.ended_at = now
    magic_links.end_forms(session, browser.user, now=now)


def open_session(session: Session, user: User, *, browser: str | None, now: datetime) -> str:
    """Sign a browser in; the returned secret goes into its cookie and is stored as a hash only."""
    secret = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            secret_hash=_digest(secret),
            user=user,
            created_at=now,
            last_seen_at=now,
            browser=browser[:200] if browser else None,
        )
    )
    user.joined_at = user.joined_at or now
    audits.note(session, "signed_in", user, now=now, by=user)
    return secret


def session_of(session: Session, secret: str, *, now: datetime) -> UserSession | None:
    """The signed-in browser of a cookie, unless it ended: idle for 12 hours, 30 days old, or its user gone."""
    found = session.scalars(
        select(UserSession).where(UserSession.secret_hash == _digest(secret), UserSession.ended_at.is_(None))
    ).one_or_none()
    if found is None or not found.user.is_active:
        return None
    # last_seen_at is written at most hourly, so a session may look up to an hour older than it is.
    if now - found.last_seen_at > IDLE + SEEN_EVERY or now - found.created_at > ABSOLUTE:
        return None
    return found


def _find(session: Session, name: str) -> SignInChallenge:
    try:
        nonce = bytes.fromhex(name)
    except ValueError:
        raise LinkInvalid from None
    challenge = session.scalars(
        select(SignInChallenge).where(SignInChallenge.nonce == nonce).with_for_update()
    ).one_or_none()
    if challenge is None:
        raise LinkInvalid
    return challenge


def _check(challenge: SignInChallenge, browser: str, *, now: datetime) -> None:
    if challenge.used_at is not None or challenge.expires_at <= now or challenge.tries >= TRIES:
        raise LinkInvalid
    if not challenge.user.is_active or not hmac.compare_digest(challenge.browser_hash, _digest(browser)):
        raise LinkInvalid


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
