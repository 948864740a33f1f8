"""Reads what mail servers send back about a mail they could not deliver: delivery status notifications (RFC 3464)."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import parseaddr
from enum import StrEnum
from functools import partial
from typing import Any

from emails.cleaning import one_line
from webapp.services.mail import returned_words, status_codes

log = logging.getLogger(__name__)

WORDS_MAXIMUM = 500
_STATUS_PART = re.compile(rb"message/(?:global-)?delivery-status", re.IGNORECASE)
_READABLE_PART = b"text/x-delivery-status"
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([245])\d\d\b")
_ENVELOPE_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "To")
_NOBODY = re.compile(
    r"no such (?:user|mailbox)|(?:user|recipient|mailbox|account) (?:unknown|not found)|unknown user", re.IGNORECASE
)
_FULL = re.compile(
    r"over ?quota|quota (?:exceed|is full)|exceed\w* (?:\w+ )?(?:quota|allowed size|storage)|mailbox (?:is )?full"
    r"|out of storage|postfach\W.{0,60}\b(?:voll|überfüllt)|speicherplatz|boîte (?:aux lettres )?(?:est )?pleine"
    r"|ящик переполнен|переполнен",
    re.IGNORECASE | re.DOTALL,
)
_FIELD_GAP = re.compile(r"(?m)^([A-Za-z-]+)[ \t]+:")
_FEEDBACK = re.compile(rb"message/feedback-report", re.IGNORECASE)
_READABLE_FEEDBACK = b"text/x-feedback-report"
NO_COMPLAINTS = ("not-spam", "auth-failure", "dmarc")
_TOKEN_ADDRESS = re.compile(r"[a-z2-7]{26}@", re.IGNORECASE)


class Fate(StrEnum):
    """`delivered`: also relayed, or handed on to several readers, of whom at least one has it. `complaint`: the reader
    called it unwanted (RFC 5965). `came_back`: something came back that is no report, and no automatic reply."""

    COMPLAINT = "complaint"
    CAME_BACK = "came_back"
    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


_FATES = {
    "failed": Fate.FAILED,
    "failure": Fate.FAILED,
    "expired": Fate.FAILED,
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
    sender: str = ""

    @property
    def is_about_address(self) -> bool:
        """Whether the address is to blame. A server that gave up after days of 4xx says nothing about the address, and
        one that gives no reason in numbers may give it in words."""
        if self.fate is not Fate.FAILED or self.is_full:
            return False
        is_vague = self.status in ("", "5.0.0")
        return status_codes.is_about_address(self.status) or (is_vague and bool(_NOBODY.search(self.words)))

    @property
    def is_full(self) -> bool:
        """Whether there is no room in their mailbox for now."""
        return status_codes.is_full(self.status) or _FULL.search(self.words) is not None


def read(raw: bytes) -> DeliveryReport | None:
    """What a mail that came back says; None where it changes nothing: an automatic reply (RFC 3834), a warning that it
    is late, or what cannot be read at all."""
    try:
        return _read(raw)
    except Exception as fault:
        # Anybody can write to this address, and a bounce that bounces helps nobody.
        log.warning("a returned mail could not be read", extra={"fault": type(fault).__name__})
        return None


def _read(raw: bytes) -> DeliveryReport | None:
    # Python's parser takes message/* for headers before it undoes base64, so these parts are read as text instead.
    mail = message_from_bytes(_FEEDBACK.sub(_READABLE_FEEDBACK, _STATUS_PART.sub(_READABLE_PART, raw)))
    addresses = tuple(str(value) for name in _ENVELOPE_HEADERS for value in mail.get_all(name, []))
    about = partial(DeliveryReport, addressed_to=addresses, sender=parseaddr(str(mail.get("From", "")))[1].lower())
    feedback = [fields for part in _parts(mail, _READABLE_FEEDBACK) for fields in _groups(part)]
    if feedback:
        kinds = [str(fields.get("Feedback-Type", "")).strip().lower() for fields in feedback]
        is_complaint = not any(kind in NO_COMPLAINTS for kind in kinds)
        return about(fate=Fate.COMPLAINT, status="", words="") if is_complaint else None
    found = [_one(fields) for part in _parts(mail, _READABLE_PART) for fields in _groups(part)]
    told = [report for report in found if report is not None]
    if not told:
        said = returned_words.said(mail)
        if said is None:
            return None
        is_full = _FULL.search(said) is not None
        fate, status = (Fate.FAILED, "5.2.2") if is_full else (Fate.CAME_BACK, "")
        return about(fate=fate, status=status, words=one_line(said)[:WORDS_MAXIMUM])
    # One address may stand for several readers: it failed only where nobody has it and nobody may still get it.
    fates = {fate for fate, _, _ in told}
    fate = next(fate for fate in (Fate.DELIVERED, Fate.DELAYED, Fate.FAILED) if fate in fates)
    _, status, words = min((report for report in told if report[0] is fate), key=lambda report: not report[1])
    return about(fate=fate, status=status, words=words)


def _parts(mail: "Message[Any, Any]", wanted: bytes) -> "Iterator[Message[Any, Any]]":
    """The parts of one type: of the mail itself, and of a mail in it that was sent to a return address of ours, as a
    scanner wraps it; not of mails that lie in it otherwise."""
    if mail.get_content_type() == wanted.decode():
        yield mail
    if mail.get_content_maintype() in ("multipart", "message"):
        for part in mail.get_payload() if isinstance(mail.get_payload(), list) else ():
            is_inside = mail.get_content_type() == "message/rfc822"
            if isinstance(part, Message) and (not is_inside or _TOKEN_ADDRESS.search(str(part.get("To", "")))):
                yield from _parts(part, wanted)


def _groups(part: "Message[Any, Any]") -> "Iterator[Message[Any, Any]]":
    """The groups of fields, which blank lines part: one about the mail, then one for each recipient. Where the blank
    line before them lacks, they stand among the part's own headers."""
    if "Action" in part:
        yield part
    payload = part.get_payload(decode=True)
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    for group in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip()):
        yield message_from_string(_FIELD_GAP.sub(r"\1:", group.lstrip()) + "\n\n")


def _one(fields: "Message[Any, Any]") -> tuple[Fate, str, str] | None:
    """Fate, status and words of one recipient; None for the group about the mail."""
    action = str(fields.get("Action", "")).strip().lower()
    kind, colon, rest = str(fields.get("Diagnostic-Code", "")).partition(";")
    said = one_line(rest if colon else kind)
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
    code = _REPLY_CODE.match(said) or _REPLY_CODE.match(told.strip())
    return f"{code[1]}.0.0" if code else ""
