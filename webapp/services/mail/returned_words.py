"""Mails that came back without a report in numbers: what they say, and which are only automatic replies."""

import re
from email.message import Message
from email.utils import parseaddr
from typing import Any

SAID_MAXIMUM = 4000
READ_RECEIPT = "message/disposition-notification"
_WARNING = re.compile(
    r"warning|delayed|delay |still being retried|not yet been delivered|verzöger|retard|задерж|откладыв", re.IGNORECASE
)
_MACHINE = re.compile(r"mailer-daemon|postmaster|mdaemon|no-?reply|^$", re.IGNORECASE)
_AUTOMATIC_PRECEDENCE = ("bulk", "junk", "auto_reply", "list")


def said(mail: "Message[Any, Any]") -> str | None:
    """The first words of a mail that came back; None for what has no head, a warning that it is late, a receipt that it
    was read (RFC 8098), and an automatic reply (RFC 3834). Whose name a mail server writes under, or who names the
    failed recipients, is no automatic reply, whatever else its headers claim."""
    if not mail.keys() or _WARNING.search(str(mail.get("Subject", ""))):
        return None
    if any(part.get_content_type() == READ_RECEIPT for part in mail.walk()):
        return None
    sender = parseaddr(str(mail.get("From", "")))[1]
    is_server = "X-Failed-Recipients" in mail or _MACHINE.search(sender.partition("@")[0]) is not None
    if not is_server and _is_automatic(mail):
        return None
    return _words(mail)


def _is_automatic(mail: "Message[Any, Any]") -> bool:
    is_submitted = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower() != "no"
    has_mark = any(name.lower().startswith("x-auto") for name in mail)
    precedence = str(mail.get("Precedence", "")).strip().lower()
    return is_submitted or has_mark or precedence in _AUTOMATIC_PRECEDENCE


def _words(mail: "Message[Any, Any]") -> str:
    """The first text part, or nothing."""
    for part in mail.walk():
        payload = part.get_payload(decode=True) if part.get_content_maintype() == "text" else None
        if isinstance(payload, bytes):
            try:
                return payload.decode(part.get_content_charset("utf-8"), "replace")[:SAID_MAXIMUM]
            except LookupError:
                return payload.decode("utf-8", "replace")[:SAID_MAXIMUM]
    return ""
