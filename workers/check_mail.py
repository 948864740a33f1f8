"""Asks the way out whether it takes mails and, where asked, sends one test mail: for `milepost doctor`."""

import sys
from datetime import UTC, datetime

from emails.message import (
    BadAddress,
    Mailbox,
    OutgoingMessage,
    check_address,
    encode,
    needs_smtputf8,
    new_message_id,
)
from webapp.config import Settings
from workers.app import App
from workers.message import signed
from workers.outcomes import Outcome
from workers.transport import CannotOpen

TEXT = "This is a test mail from Milepost. If you can read it, mail goes out."


def main(send_to: str | None = None) -> int:
    """0 where the mail server lets us in; the last line printed says what happened, in plain words."""
    app = App.load()
    settings = app.settings
    try:
        recipient = check_address(send_to) if send_to else None
    except BadAddress:
        sys.stdout.write(f"{send_to} is no mail address.\n")
        return 1
    try:
        with app.transport() as transport:
            transport.check()
            if recipient:
                transport.send(
                    # Not one of our tokens: should it come back, it is about no mail of the outbox.
                    envelope_from=settings.mail_return_path or settings.sender,
                    recipient=recipient,
                    data=_test_mail(settings, recipient),
                    at_data=lambda: True,
                    stopping=lambda: False,
                )
    except (Outcome, CannotOpen, ValueError) as fault:
        sys.stdout.write(f"Mail cannot leave: {fault}\n")
        return 1
    sys.stdout.write("A test mail was sent.\n" if recipient else "Mail can leave.\n")
    return 0


def _test_mail(settings: Settings, recipient: str) -> bytes:
    """Signed like any other, so that its reader's program can say whether the signature holds."""
    mail = OutgoingMessage(
        message_id=new_message_id(settings.sender.partition("@")[2]),
        date=datetime.now(UTC),
        sender=Mailbox(name="Milepost", address=settings.sender),
        recipient=Mailbox(name=None, address=recipient),
        subject="Test mail",
        html=f"<p>{TEXT}</p>",
        text=TEXT,
        language="en",
        boundary_seed="test",
    )
    return signed(settings, encode(mail, smtputf8=needs_smtputf8(mail)))
