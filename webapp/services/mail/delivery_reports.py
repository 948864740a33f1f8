"""Reads what mail servers send back about a mail they could not deliver: delivery status notifications (RFC 3464)."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from enum import StrEnum
from typing import Any

from emails.cleaning import one_line

log = logging.getLogger(__name__)

WORDS_MAXIMUM = 500
_STATUS_PART = re.compile(rb"message/(?:global-)?delivery-status", re.IGNORECASE)
_READABLE_PART = b"text/x-delivery-status"
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([245])\d\d\b")
_ENVELOPE_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "To")
# RFC 3463: the mail is too large, its content or the sender is refused. The address itself may be fine.
_ABOUT_THE_MAIL = re.compile(r"5\.(?:2\.3|3\.4|6\.(?!7\b)\d+|7\.\d+)")


class Fate(StrEnum):
    """`delivered`: also relayed, or handed on to several readers, of whom at least one has it."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


_FATES = {
    "failed": Fate.FAILED,
    "delayed": Fate.DELAYED,
    "delivered": Fate.DELIVERED,
    "relayed": Fate.DELIVERED,
    "expanded": Fate.DELIVERED,
}
_FATE_OF_CLASS = {"5": Fate.FAILED, "4": Fate.DELAYED, "2": Fate.DELIVERED}


@dataclass(frozen=True)
class DeliveryReport:
    """What became of one mail. `status` is the enhanced code (RFC 3463), `words` the other server's own."""

    fate: Fate
    status: str
    words: str
    addressed_to: tuple[str, ...]

    @property
    def is_about_address(self) -> bool:
        """Whether the address is to blame. A server that gave up after days of 4xx says nothing about the address."""
        return (
            self.fate is Fate.FAILED and self.status.startswith("5") and _ABOUT_THE_MAIL.fullmatch(self.status) is None
        )


def read(raw: bytes) -> DeliveryReport | None:
    """The report in a mail; None where it is something else: a vacation reply, a read receipt, advertising, rubbish."""
    try:
        return _read(raw)
    except Exception as fault:
        # Anybody can write to this address, and a bounce that bounces helps nobody.
        log.warning("a returned mail could not be read", extra={"fault": type(fault).__name__})
        return None


def _read(raw: bytes) -> DeliveryReport | None:
    # Python's parser takes message/* for headers before it undoes base64, so the part is read as text instead.
    mail = message_from_bytes(_STATUS_PART.sub(_READABLE_PART, raw))
    found = [_one(fields) for part in _parts(mail) for fields in _groups(part)]
    told = [report for report in found if report is not None]
    if not told:
        return None
    by_fate = {fate: (status, words) for fate, status, words in reversed(told)}
    # One address may stand for several readers: it failed only where nobody has it and nobody may still get it.
    fate = next(fate for fate in (Fate.DELIVERED, Fate.DELAYED, Fate.FAILED) if fate in by_fate)
    status, words = by_fate[fate]
    addresses = tuple(str(value) for name in _ENVELOPE_HEADERS for value in mail.get_all(name, []))
    return DeliveryReport(fate=fate, status=status, words=words, addressed_to=addresses)


def _parts(mail: "Message[Any, Any]") -> "Iterator[Message[Any, Any]]":
    """The status parts of the mail itself, not of mails that lie in it."""
    if mail.get_content_type() == _READABLE_PART.decode():
        yield mail
    if mail.get_content_maintype() == "multipart":
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _parts(part)


def _groups(part: "Message[Any, Any]") -> "Iterator[Message[Any, Any]]":
    """The groups of fields, which blank lines part: one about the mail, then one for each recipient."""
    payload = part.get_payload(decode=True)
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    for group in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip()):
        yield message_from_string(group.lstrip() + "\n\n")


def _one(fields: "Message[Any, Any]") -> tuple[Fate, str, str] | None:
    """Fate, status and words of one recipient; None for the group about the mail."""
    action = str(fields.get("Action", "")).strip().lower()
    said = one_line(str(fields.get("Diagnostic-Code", "")).partition(";")[2])
    status = _status(str(fields.get("Status", "")), said)
    fate = _FATES.get(re.split(r"[^a-z]", action)[0]) or _FATE_OF_CLASS.get(status[:1])
    if fate is None:
        return None
    words = said if status in said else f"{status} {said}"
    return fate, status, " ".join(words.split())[:WORDS_MAXIMUM]


def _status(told: str, said: str) -> str:
    """The enhanced code. Some servers always write 5.0.0; then the words of the refusal may know more."""
    match, closer = _STATUS.search(told), _STATUS.search(said)
    if match is not None and (match[0][1:] != ".0.0" or closer is None or closer[1] != match[1]):
        return match[0]
    if closer is not None:
        return closer[0]
    code = _REPLY_CODE.match(said)
    return f"{code[1]}.0.0" if code else ""
