"""Which way mails leave, by the settings."""

from collections.abc import Callable
from typing import NoReturn

from webapp.config import MailTransport, Settings
from workers.inbox import InboxTransport
from workers.outcomes import SendingStopped
from workers.smtp import SmtpTransport
from workers.transport import Transport


class NoTransport(Transport):
    """Stands where a setting is missing: mails wait in the outbox, and the alarm says what to set."""

    def __init__(self, missing: str) -> None:
        self._missing = missing

    def check(self) -> NoReturn:
        """Raises SendingStopped."""
        raise SendingStopped(f"{self._missing} is not set", stage="connect", is_permanent=True)

    def send(self, **_: object) -> NoReturn:
        """Never sends: raises SendingStopped."""
        self.check()


def open_transport(settings: Settings) -> Transport:
    """The way out that MAIL_TRANSPORT names, ready to use. Raises CannotOpen where its settings cannot be used."""
    missing = settings.missing_for_mail
    return NoTransport(missing) if missing else _WAYS[settings.mail_transport](settings)


def _smtp(settings: Settings) -> Transport:
    return SmtpTransport(
        settings.smtp_url.get_secret_value(),
        helo=settings.public_host,
        cafile=settings.smtp_cafile,
        answer_timeout=settings.smtp_answer_seconds,
    )


def _inbox(settings: Settings) -> Transport:
    return InboxTransport(settings.inbox_folder)


_WAYS: dict[MailTransport, Callable[[Settings], Transport]] = {MailTransport.SMTP: _smtp, MailTransport.INBOX: _inbox}
