"""The demo inbox on disk: a Maildir, which any number of processes may write and read at once."""

import email
import email.policy
import mailbox
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

_KEY = re.compile(r"(\d+)\.M(\d+)P\d+Q(\d+)\.")
_ENVELOPE = b"Delivered-To: "


@dataclass(frozen=True, kw_only=True)
class InboxMail:
    """One mail as kept: `to` is the envelope's recipient, `sent_at` when it was kept, `raw` the mail's exact bytes."""

    id: str
    to: str
    from_: str
    subject: str
    sent_at: datetime
    message_id: str
    headers: Mapping[str, str]
    text: str
    html: str
    raw: bytes


def prepare(folder: Path) -> None:
    """Make the Maildir, readable by its owner only, unless it is there. Several processes may do so at once."""
    for part in ("", "tmp", "new", "cur"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)


def keep(folder: Path, data: bytes, recipient: str) -> str:
    """Keep one mail for one recipient, on disk before this returns; returns its id.

    Raises OSError only where nothing was kept.
    """
    prepare(folder)
    try:
        key = mailbox.Maildir(folder, create=False).add(_ENVELOPE + recipient.encode() + b"\r\n" + data)
    except mailbox.Error as error:
        raise OSError(str(error)) from error
    with suppress(OSError):
        _sync(folder / "new")
    return key


def list_mails(folder: Path) -> list[InboxMail]:
    """All mails in the folder, newest last; none where there is no folder."""
    paths = [path for part in ("new", "cur") for path in (folder / part).glob("[!.]*")]
    return [_read(path) for path in sorted(paths, key=_order)]


def find_mail(folder: Path, key: str) -> InboxMail | None:
    """The mail with this id, or None. The id may come from a stranger: it is compared, never used as a path."""
    paths = (path for part in ("new", "cur") for path in (folder / part).glob("[!.]*"))
    return next((_read(path) for path in paths if _key(path) == key), None)


@lru_cache(maxsize=200)
def _read(path: Path) -> InboxMail:
    envelope, _, raw = path.read_bytes().partition(b"\r\n")
    message = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
    headers = {name: _header(name, str(raw)) or str(message[name]) for name, raw in message.raw_items()}
    return InboxMail(
        id=_key(path),
        to=envelope.removeprefix(_ENVELOPE).decode(errors="replace"),
        from_=headers.get("From", ""),
        subject=headers.get("Subject", ""),
        sent_at=_kept_at(path),
        message_id=headers.get("Message-ID", ""),
        headers=headers,
        text=_body(message, "plain"),
        html=_body(message, "html"),
        raw=raw,
    )


def _header(name: str, raw: str) -> str | None:
    """A header of addresses, decoded; None for others. Python 3.11's own reader splits long names at a wrong space."""
    if name.lower() not in ("from", "to", "reply-to", "sender"):
        return None
    try:
        return str(make_header(decode_header("".join(raw.splitlines()))))
    except (HeaderParseError, LookupError, UnicodeError):
        return None


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    content = part.get_payload(decode=True)
    return content.decode(errors="replace").replace("\r\n", "\n") if isinstance(content, bytes) else ""


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _key(path: Path) -> str:
    return path.name.partition(":")[0]


def _order(path: Path) -> tuple[int, ...]:
    found = _KEY.match(path.name)
    return tuple(map(int, found.groups())) if found else (int(path.stat().st_mtime), 0, 0)


def _kept_at(path: Path) -> datetime:
    seconds, microseconds, _ = _order(path)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds % 1_000_000)
