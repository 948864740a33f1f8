"""Every sample in every language as it would arrive: the HTML, and the bytes a receiving server would judge."""

from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha512

from emails import links
from emails.languages import LANGUAGES
from emails.mail import RenderedEmail
from emails.message import Mailbox, OutgoingMessage, encode
from emails.registry import SAMPLES
from emails.rendering import render

SITE = "https://news.darrenov.test"
SENDER = "news@darrenov.test"
RECIPIENT = "maria@client.test"
NAMES = ("page", "preferences", "reply", "unsubscribe", "forms", "today", "sign_in", "invitation", "answer", "outbox")
SENT_AT = datetime(2027, 4, 13, 17, 0, tzinfo=UTC)
# Our mails go to the sender's own server, which hands them on.
ARRIVED = (
    f"Return-Path: <{SENDER}>\r\n"
    "Received: from mail.darrenov.test (mail.darrenov.test [IPv6:2001:db8:41::19])\r\n"
    "\tby mx.client.test (Postfix) with ESMTPS id 4Xk2Qz1Jw5z3hN\r\n"
    f"\tfor <{RECIPIENT}>; Tue, 13 Apr 2027 17:00:02 +0000 (UTC)\r\n"
    "Received: from web.darrenov.test (web.darrenov.test [10.20.0.5])\r\n"
    "\tby mail.darrenov.test (Postfix) with ESMTPSA id 4Xk2Qy6TqRz9sV\r\n"
    f"\tfor <{RECIPIENT}>; Tue, 13 Apr 2027 17:00:01 +0000 (UTC)\r\n"
)


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """One sample in one language, its links put in."""

    name: str
    html: str
    mail: RenderedEmail
    language: str

    def octets(self) -> bytes:
        """The mail with the headers that the way to its reader has put on top."""
        is_regular = "link.invalid/preferences" in self.mail.html
        message = OutgoingMessage(
            message_id=f"<{sha512(self.name.encode()).hexdigest()[:32]}@darrenov.test>",
            date=SENT_AT,
            sender=Mailbox(name="Dar Renov", address=SENDER),
            recipient=Mailbox(name="Maria Bennani", address=RECIPIENT),
            reply_to=Mailbox(name="Salma Idrissi", address="salma@darrenov.test"),
            subject=self.mail.subject,
            html=self.html,
            text=links.put_in(self.mail.text, _addresses()),
            language="ar-MA" if self.language == "ary" else self.language,
            boundary_seed=self.name,
            unsubscribe_url=_addresses()["unsubscribe"] if is_regular else None,
            list_id="updates.darrenov.test" if is_regular else None,
        )
        return ARRIVED.encode() + encode(message)


@lru_cache(maxsize=1)
def every_mail() -> tuple[Arrived, ...]:
    """All samples in all languages, named `<language>.<sample>`."""
    return tuple(_every())


def _every() -> Iterator[Arrived]:
    for tag in LANGUAGES:
        for sample, build in SAMPLES.items():
            mail = render(build(tag))
            html = links.put_in(mail.html, _addresses())
            yield Arrived(name=f"{tag}.{sample}", html=html, mail=mail, language=tag)


def _addresses() -> dict[str, str]:
    """Links as long and as random as ours are, the same in every run."""
    return {name: f"{SITE}/{name[0]}/{_token(name)}" for name in NAMES}


def _token(name: str) -> str:
    return b32encode(sha512(name.encode()).digest()).decode().lower()[:53]
