"""One rendered mail as the bytes that go over the wire.

Everything that varies comes in with the message, so every attempt at one mail has the same bytes. `EmailMessage` costs
9 ms for a mail of 60 KB; writing the same structure with `binascii` costs well under one.
"""

import binascii
import re
import secrets
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from emails import policy
from emails.policy import LINE_LENGTH, BadHeader

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_BEYOND_LATIN = re.compile("[\u0370-\U0010ffff]+")
_OWN_HEADERS = re.compile(
    r"date|from|to|cc|bcc|sender|reply-to|subject|message-id|in-reply-to|references|auto-submitted|received"
    r"|return-path|dkim-signature|mime-version|list-(id|unsubscribe|unsubscribe-post)|(content|resent)-.*",
    re.IGNORECASE,
)


class BadAddress(ValueError):
    """The text is not exactly one mail address that we can send to."""


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A display name, if any, and one address as `check_address` returns it."""

    name: str | None
    address: str


@dataclass(frozen=True, kw_only=True)
class OutgoingMessage:
    """A mail to one recipient, links already in it.

    `message_id`, `in_reply_to` and `references` carry their angle brackets; `list_id` does not. `date` is aware.
    `boundary_seed` is anything fixed for this mail, such as its row's id.
    """

    message_id: str
    date: datetime
    sender: Mailbox
    recipient: Mailbox
    reply_to: Mailbox | None = None
    subject: str
    html: str
    text: str
    language: str
    boundary_seed: str
    unsubscribe_url: str | None = None
    list_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    auto_submitted: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


def encode(message: OutgoingMessage, *, smtputf8: bool = False) -> bytes:
    """The mail as bytes with CRLF line ends, 7-bit unless `smtputf8`; the same message always gives the same bytes.

    Text and HTML are alternatives (RFC 2046 5.1.4); text that is mostly Arabic or Cyrillic is base64, which is smaller.
    The boundary contains `=_`, which neither of the two encodings can produce, so no body can contain it. Raises
    BadHeader for a value that cannot stand in its header.
    """
    boundary = "=_" + sha256(message.boundary_seed.encode()).hexdigest()[:32]
    return b"".join(
        [
            *_headers(message, smtputf8=smtputf8),
            b"MIME-Version: 1.0\r\n",
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode(),
            f"--{boundary}\r\n".encode(),
            _part("plain", message.text, is_base64=_is_mostly_beyond_latin(message.text)),
            f"\r\n--{boundary}\r\n".encode(),
            _part("html", message.html, is_base64=False),
            f"\r\n--{boundary}--\r\n".encode(),
        ]
    )


def needs_smtputf8(message: OutgoingMessage) -> bool:
    """Whether an address of the headers has a local part outside ASCII: only SMTPUTF8 servers carry it (RFC 6531)."""
    mailboxes = [message.sender, message.recipient, *([message.reply_to] if message.reply_to else [])]
    return not all(mailbox.address.isascii() for mailbox in mailboxes)


def new_message_id(domain: str) -> str:
    """A new Message-ID with its angle brackets: 130 random bits at the IDNA form of the domain (RFC 5322 3.6.4)."""
    ascii_domain = domain if domain.isascii() else check_address(f"x@{domain}").partition("@")[2]
    if not _DOMAIN.fullmatch(ascii_domain):
        raise BadAddress(f"Not a domain name: {domain[:100]!r}")
    return f"<{b32encode(secrets.token_bytes(20)).decode().lower()[:26]}@{ascii_domain.lower()}>"


def check_address(text: str) -> str:
    """The one address in the text, its domain IDNA-encoded and in lower case; raises BadAddress, which says why.

    Refuses display names, lists, comments, quoted local parts, domain literals, controls and line breaks. Whether the
    domain exists is not asked.
    """
    try:
        found = validate_email(text.strip(" "), check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError as error:
        raise BadAddress(str(error)) from error
    address = f"{found.local_part}@{found.ascii_domain}"
    if not policy.is_address(address):
        raise BadAddress("The address has characters that cannot be written in a mail.")
    return address


def _headers(message: OutgoingMessage, *, smtputf8: bool) -> list[bytes]:
    if message.date.tzinfo is None:
        raise BadHeader("Date: a time without a zone")
    if not _LANGUAGE.fullmatch(message.language):
        raise BadHeader(f"Content-Language: not a language tag: {message.language[:100]!r}")
    lines = [
        f"Date: {format_datetime(message.date.astimezone(UTC))}\r\n".encode(),
        _mailbox("From", message.sender, smtputf8=smtputf8),
        _mailbox("To", message.recipient, smtputf8=smtputf8),
    ]
    if message.reply_to:
        lines.append(_mailbox("Reply-To", message.reply_to, smtputf8=smtputf8))
    lines += [policy.words("Subject", message.subject), policy.identifiers("Message-ID", [message.message_id])]
    if message.in_reply_to:
        lines.append(policy.identifiers("In-Reply-To", [message.in_reply_to]))
    if message.references:
        lines.append(policy.identifiers("References", message.references))
    if message.auto_submitted:
        lines.append(policy.tokens("Auto-Submitted", "auto-generated"))
    if message.list_id:
        lines.append(policy.tokens("List-Id", f"<{_list_id(message.list_id)}>"))
    if message.unsubscribe_url:
        lines.append(policy.tokens("List-Unsubscribe", f"<{_link(message.unsubscribe_url)}>"))
        lines.append(policy.tokens("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    for name, value in message.headers.items():
        if _OWN_HEADERS.fullmatch(name):
            raise BadHeader(f"{name}: written by the message itself")
        lines.append(policy.words(name, value))
    lines.append(policy.tokens("Content-Language", message.language))
    return lines


def _mailbox(name: str, mailbox: Mailbox, *, smtputf8: bool) -> bytes:
    return policy.mailbox(name, mailbox.address, display_name=mailbox.name, smtputf8=smtputf8)


def _list_id(text: str) -> str:
    if not _DOMAIN.fullmatch(text):
        raise BadHeader(f"List-Id: not a dotted name: {text[:100]!r}")
    return text


def _link(url: str) -> str:
    """RFC 8058 wants https; plain http is let through for the demo on one machine."""
    if urlsplit(url).scheme not in ("https", "http") or any(mark in url for mark in "<>,"):
        raise BadHeader(f"List-Unsubscribe: not a web address: {url[:100]!r}")
    return url


def _part(subtype: str, body: str, *, is_base64: bool) -> bytes:
    # One kind of line end in and out: with CRLF in the text b2a_qp mixes soft breaks of both kinds.
    octets = body.replace("\r\n", "\n").replace("\r", "\n").encode(errors="replace")
    if is_base64:
        name, encoded = "base64", _base64(octets.replace(b"\n", b"\r\n"))
    else:
        name, encoded = "quoted-printable", binascii.b2a_qp(octets, istext=True).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {name}\r\n\r\n'
    return head.encode() + encoded


def _is_mostly_beyond_latin(text: str) -> bool:
    """More than a third of the characters from Greek on: Arabic or Cyrillic text, not Azerbaijani or French."""
    return (len(text) - len(_BEYOND_LATIN.sub("", text))) * 3 > len(text)


def _base64(octets: bytes) -> bytes:
    written = binascii.b2a_base64(octets, newline=False)
    return b"\r\n".join([written[at : at + LINE_LENGTH] for at in range(0, len(written), LINE_LENGTH)])
