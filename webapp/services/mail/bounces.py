"""Mails that come back. Each leaves under a return address of its own, so that a bounce names its mail.

token = base32lower( key number | 5 bytes, the row's number | HMAC(purpose key, "number|message id")[:10] ): 26 letters
and digits that nobody can make up, the same at every attempt; no table keeps them.
"""

import base64
import hmac
import logging
import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import islice

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from emails.registry import RULES
from webapp.keys import Keyring
from webapp.models import (
    AddressState,
    Link,
    MailState,
    OutboxEmail,
    Participation,
    Reply,
    TaskKind,
    TellingState,
)
from webapp.services.core import tasks
from webapp.services.mail import consequences, outbox
from webapp.services.mail.delivery_reports import DeliveryReport, Fate

log = logging.getLogger(__name__)

PURPOSE = "bounce"
NUMBER_LENGTH = 5
MAC_LENGTH = 10
TOKENS_MAXIMUM = 20
"""A mail that names more is none of the mail servers'."""
RETURNABLE = (MailState.TRANSMITTING, MailState.SENT, MailState.UNKNOWN)
"""Only what was handed over can come back."""
_TOKEN = re.compile(r"(?<![a-z0-9])[a-z2-7]{26}(?![a-z0-9])")


class Effect(StrEnum):
    """What a returned mail changed."""

    NO_REPORT = "no delivery report"
    NOT_OURS = "about no mail of ours"
    NOTHING_NEW = "nothing new"
    ON_ITS_WAY = "not failed"
    FAILED = "failed"
    TO_LOOK_AT = "somebody looks at it"
    STOPPED = "mails stopped"


def return_address(keyring: Keyring, base: str, mail: OutboxEmail) -> str:
    """The envelope sender of one mail: the base with a token behind its local part (bounces@x: bounces+token@x). A base
    that ends in a mark of its own, such as `bounces-@x`, keeps it."""
    local, _, domain = base.rpartition("@")
    mark = "+" if local[-1].isalnum() else ""
    return f"{local}{mark}{_token(keyring, mail, keyring.current)}@{domain}"


def take(
    session: Session, keyring: Keyring, report: DeliveryReport | None, *, recipients: Iterable[str], now: datetime
) -> Effect:
    """Draw the consequences of one mail that arrived at a return address, once, however often it comes.

    `recipients` is where it was addressed to, besides its own headers. Failed for good: the mail is failed, the address
    flagged where it is to blame, and whoever was told by this mail alone becomes a phone call, with a task. A complaint
    stops all mails to that contact. What came back in a form of its own is looked at by a person. Anything else is
    proof that a mail in doubt was taken over, and changes nothing more. What is no report, or carries no token of ours,
    changes nothing: nobody is ever answered.
    """
    if report is None:
        return Effect.NO_REPORT
    mail = _mail(session, keyring, [*recipients, *report.addressed_to])
    if mail is None:
        return Effect.NOT_OURS
    if report.fate is Fate.COMPLAINT:
        return _complained(session, mail, now=now)
    if report.fate is Fate.CAME_BACK:
        return _to_look_at(session, mail, report, now=now)
    if report.fate is not Fate.FAILED:
        outbox.arrived(session, mail, now=now, by=None)
        return Effect.ON_ITS_WAY
    if mail.state not in RETURNABLE or _was_answered(session, mail):
        return Effect.NOTHING_NEW
    mail.state, mail.finished_at, mail.answer = MailState.FAILED, now, report.words
    if report.is_about_address and mail.contact is not None and mail.contact.address == mail.to_address:
        mail.contact.address_state = AddressState.REFUSED
    tasks.done_for_mail(session, mail, now=now)
    consequences.came_back(session, mail, now=now, report=report)
    session.flush()
    log.info("a mail was returned", extra={"mail": mail.id, "status": report.status})
    return Effect.FAILED


def _to_look_at(session: Session, mail: OutboxEmail, report: DeliveryReport, *, now: datetime) -> Effect:
    """Something came back to this mail's own address. Who answers automatically without saying so does it from the
    address that was written to."""
    is_from_reader = report.sender == mail.to_address.lower()
    if is_from_reader or mail.state not in RETURNABLE or _was_answered(session, mail):
        return Effect.NOTHING_NEW
    if RULES[mail.kind].makes_task:
        tasks.raise_once(session, TaskKind.MAIL_CAME_BACK, str(mail.id), now=now, mail=mail, answer=report.words)
    return Effect.TO_LOOK_AT


def _complained(session: Session, mail: OutboxEmail, *, now: datetime) -> Effect:
    """The reader called a mail unwanted: no more mails to them, and somebody hears of it. Who shared a mail that had
    not left hears by phone."""
    contact = mail.contact
    if contact is None:
        return Effect.NOTHING_NEW
    parts = session.scalars(
        select(Participation).where(Participation.contact_id == contact.id, Participation.stopped_at.is_(None))
    ).all()
    for part in parts:
        part.stopped_at = now
    session.flush()
    for cancelled in outbox.cancel_for(session, contact=contact, engagement=None, why="stopped", now=now):
        for telling in consequences.carried(session, cancelled):
            if telling.state is TellingState.DUE:
                consequences.phone(session, telling, now=now)
    if not parts:
        return Effect.NOTHING_NEW
    tasks.raise_once(session, TaskKind.COMPLAINED, str(contact.id), now=now, mail=mail)
    return Effect.STOPPED


def _token(keyring: Keyring, mail: OutboxEmail, key_number: int) -> str:
    # The Message-ID binds it to this very mail, also where a restored database gives the same number again.
    signature = keyring.mac(key_number, PURPOSE, f"{mail.id}|{mail.message_id}".encode())[:MAC_LENGTH]
    raw = bytes([key_number]) + mail.id.to_bytes(NUMBER_LENGTH) + signature
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _mail(session: Session, keyring: Keyring, addresses: Iterable[str]) -> OutboxEmail | None:
    """The mail a token among these addresses stands for, locked. Letters may have changed their case on the way."""
    for token in islice(_TOKEN.findall(" ".join(addresses).lower()), TOKENS_MAXIMUM):
        raw = base64.b32decode(token.upper() + "======")
        key_number, number = raw[0], int.from_bytes(raw[1 : 1 + NUMBER_LENGTH])
        if key_number not in keyring:
            continue
        mail = session.scalars(
            select(OutboxEmail).where(OutboxEmail.id == number).with_for_update(),
            execution_options={"populate_existing": True},
        ).one_or_none()
        if mail is not None and hmac.compare_digest(token, _token(keyring, mail, key_number)):
            return mail
    return None


def _was_answered(session: Session, mail: OutboxEmail) -> bool:
    """Somebody wrote to us through this mail's own link: it arrived, whatever a server further on says."""
    through = exists().where(Reply.link_id == Link.id, Link.outbox_email_id == mail.id)
    return bool(session.scalar(select(through)))
