"""The ways a mail can leave, behind one interface: a mail server, or the demo's inbox folder."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from workers.inbox import InboxTransport
from workers.outcomes import (
    AnswerUnknown,
    Interrupted,
    MessageRefused,
    Outcome,
    RecipientRefused,
    SendingStopped,
    Withdrawn,
)
from workers.smtp import SmtpTransport

__all__ = [
    "AnswerUnknown",
    "Interrupted",
    "MessageRefused",
    "NoTransport",
    "Outcome",
    "RecipientRefused",
    "SendingStopped",
    "Transport",
    "Withdrawn",
    "open_transport",
]


class Transport(Protocol):
    """One way out for many mails, one after the other; a context manager. See `SmtpTransport.send` for the rules."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None: ...

    def close(self) -> None: ...

    def send(
        self,
        *,
        envelope_from: str,
        recipient: str,
        data: bytes,
        at_data: Callable[[], bool],
        stopping: Callable[[], bool],
    ) -> str: ...


class NoTransport:
    """Stands where no mail server is set: mails wait in the outbox, and the alarm says what to set."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is open."""

    def send(
        self,
        *,
        envelope_from: str,
        recipient: str,
        data: bytes,
        at_data: Callable[[], bool],
        stopping: Callable[[], bool],
    ) -> str:
        """Never sends: raises SendingStopped."""
        raise SendingStopped("SMTP_URL is not set", stage="connect", is_permanent=True)


def open_transport(
    target: str | Path,
    *,
    helo: str | None = None,
    cafile: Path | str | None = None,
    answer_timeout: float = 600,
    stop_grace: float = 20,
) -> Transport:
    """The transport for an SMTP URL (a str) or an inbox folder (a Path). Nothing is connected before the first mail.

    Raises `workers.relay.BadRelay` for a URL that cannot be used.
    """
    if isinstance(target, Path):
        return InboxTransport(target)
    return SmtpTransport(target, helo=helo, cafile=cafile, answer_timeout=answer_timeout, stop_grace=stop_grace)
