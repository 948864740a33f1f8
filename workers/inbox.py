"""Mails into the demo's inbox folder instead of a mail server, by the same rules."""

from collections.abc import Callable
from pathlib import Path

from webapp.dev import maildir
from workers.envelope import check_envelope
from workers.outcomes import Interrupted, SendingStopped, Withdrawn
from workers.transport import Transport


class InboxTransport(Transport):
    """Keeps each mail as a file of a Maildir, which is made when needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def check(self) -> str:
        """Whether mails can be kept in the folder. Raises SendingStopped."""
        try:
            maildir.prepare(self.folder)
        except OSError as error:
            raise SendingStopped(f"the inbox folder: {error.strerror}", stage="connect", is_permanent=False) from error
        return str(self.folder)

    def send(
        self,
        *,
        envelope_from: str,
        recipient: str,
        data: bytes,
        at_data: Callable[[], bool],
        stopping: Callable[[], bool],
    ) -> str:
        """Keep one mail on disk; returns an answer as a server would give. Raises as `Transport.send` does."""
        check_envelope(envelope_from, recipient, data)
        if stopping():
            raise Interrupted("stopped before the mail was handed over")
        self.check()
        if not at_data():
            raise Withdrawn("withdrawn at the last moment")
        try:
            key = maildir.keep(self.folder, data, recipient)
        except OSError as error:
            raise Interrupted(f"the inbox folder: {error.strerror}") from error
        return f"250 2.0.0 kept as {key}"
