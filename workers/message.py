"""Makes the bytes of one mail: links put in, headers set, encoded, signed. The same row gives the same bytes."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import dkim
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails import links, message
from emails.languages import language
from emails.message import Mailbox, OutgoingMessage
from emails.registry import RULES
from webapp.config import Settings
from webapp.models import Firm, Link, OutboxEmail, Purpose, SignInChallenge
from webapp.services.mail import bounces
from webapp.services.mail import links as magic_links
from webapp.services.people import sign_in
from workers.outcomes import SendingStopped

SIGNED_HEADERS = [
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"references", b"in-reply-to", b"mime-version",
    b"content-type", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post",
]  # fmt: skip
NEVER_ADDED = [b"reply-to", b"cc", b"sender", b"list-unsubscribe", b"list-unsubscribe-post"]


def links_of(session: Session, settings: Settings, mail: OutboxEmail, *, now: datetime) -> dict[str, Link]:
    """The link rows of a mail, made at its first attempt: a retry finds them and builds the same addresses."""
    made = session.scalars(select(Link).where(Link.outbox_email_id == mail.id))
    # Links revoked since the last attempt are made anew: the mail that brings the new ones must not carry dead ones.
    known = {link.purpose.value: link for link in made if not _is_revoked(link)}
    for purpose in _purposes(mail):
        if purpose.value not in known:
            known[purpose.value] = magic_links.make(
                session,
                settings.keyring,
                purpose,
                now=now,
                contact=mail.contact,
                user=mail.user,
                engagement=mail.engagement,
                mail=mail,
                lives=_LIVES.get(purpose),
            )
    return known


def urls(settings: Settings, mail: OutboxEmail, rows: Mapping[str, Link]) -> dict[str, str]:
    """The addresses behind the placeholders of a mail."""
    base = settings.public_url
    made = {"today": f"{base}/", "engagement": f"{base}/engagements/{mail.engagement_id}"}
    for purpose, link in rows.items():
        token = magic_links.token(settings.keyring, link)
        made[purpose] = f"{base}/{_PATHS[Purpose(purpose)]}/{token}"
    if "page" in made:
        made["preferences"] = f"{made['page']}#mails"
    return made


def build(
    settings: Settings,
    firm: Firm | None,
    mail: OutboxEmail,
    addresses: Mapping[str, str],
    challenge: SignInChallenge | None,
) -> bytes:
    """The whole mail as it goes over the wire. Raises SendingStopped where the key to sign with cannot be used, which
    is no fault of this mail."""
    domain = settings.sender.partition("@")[2]
    name = firm.name if firm else "Milepost"
    code = sign_in.code(settings.keyring, challenge) if challenge else ""

    def filled(text: str) -> str:
        return links.put_in(text.replace(sign_in.CODE, code), addresses)

    outgoing = OutgoingMessage(
        message_id=f"<{mail.message_id}@{domain}>",
        date=mail.dated_at,
        sender=Mailbox(name=name, address=settings.sender),
        recipient=Mailbox(name=mail.to_name, address=mail.to_address),
        reply_to=_reply_to(firm, mail),
        subject=mail.subject,
        html=filled(mail.html),
        text=filled(mail.text),
        language=language(mail.language).mail_tag,
        boundary_seed=mail.message_id,
        unsubscribe_url=addresses.get("unsubscribe") if RULES[mail.kind].is_regular else None,
        list_id=f"updates.{domain}" if RULES[mail.kind].is_regular else None,
        in_reply_to=f"<{mail.thread_id}@{domain}>" if mail.thread_id else None,
        references=(f"<{mail.thread_id}@{domain}>",) if mail.thread_id else (),
    )
    return signed(settings, message.encode(outgoing, smtputf8=message.needs_smtputf8(outgoing)))


def envelope_sender(settings: Settings, mail: OutboxEmail) -> str:
    """Where a mail comes back to: an address of its own where MAIL_RETURN_PATH is set, else the one it comes from."""
    if not settings.mail_return_path:
        return settings.sender
    return bounces.return_address(settings.keyring, settings.mail_return_path, mail)


def _reply_to(firm: Firm | None, mail: OutboxEmail) -> Mailbox | None:
    """A colleague's address that needs SMTPUTF8 must not keep a mail from a reader whose server lacks it: the firm's
    mailbox stands in."""
    candidates = [(mail.reply_to_name, mail.reply_to_address), (firm.name, firm.mailbox) if firm else (None, None)]
    for name, address in candidates if mail.reply_to_address else []:
        if address and (address.isascii() or not mail.to_address.isascii()):
            return Mailbox(name=name, address=address)
    return None


def _purposes(mail: OutboxEmail) -> list[Purpose]:
    if mail.contact_id is not None:
        return [Purpose.PAGE, Purpose.UNSUBSCRIBE]
    wanted = {
        "day_mail": Purpose.FORMS,
        "last_call": Purpose.FORMS,
        "sign_in": Purpose.SIGN_IN,
        "invitation": Purpose.INVITATION,
    }.get(mail.kind)
    return [wanted] if wanted else []


def _is_revoked(link: Link) -> bool:
    if link.purpose is Purpose.UNSUBSCRIBE or link.contact is None:
        return False
    return link.revoked_at is not None or link.epoch != link.contact.link_epoch


def signed(settings: Settings, data: bytes) -> bytes:
    """The mail with its DKIM signature, where a key is set. Raises SendingStopped where the key cannot be used."""
    if not settings.dkim_key_file:
        return data
    present = {line.split(b":")[0].lower() for line in data.split(b"\r\n\r\n")[0].split(b"\r\n") if b":" in line}
    try:
        signature: bytes = dkim.sign(
            data,
            settings.dkim_selector.encode(),
            settings.dkim_domain.encode(),
            Path(settings.dkim_key_file).read_bytes(),
            include_headers=_signed_names(present),
        )
    except (OSError, dkim.KeyFormatError, dkim.UnknownKeyTypeError) as fault:
        answer = f"the key in DKIM_KEY_FILE cannot be used: {fault}"
        raise SendingStopped(answer, stage="DKIM", is_permanent=True) from fault
    return signature.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + data


def _signed_names(present: set[bytes]) -> list[bytes]:
    """Each header of ours once more than it stands there, and those that change who speaks although they are absent:
    one put on top by somebody on the way breaks the signature (RFC 6376 8.15)."""
    ours = [name for name in SIGNED_HEADERS if name in present]
    return [*ours, *ours, *(name for name in NEVER_ADDED if name not in present)]


_PATHS = {
    Purpose.PAGE: "u",
    Purpose.UNSUBSCRIBE: "unsubscribe",
    Purpose.FORMS: "checkpoints",
    Purpose.SIGN_IN: "sign-in",
    Purpose.INVITATION: "invitations",
}
_LIVES = magic_links.LIVES
