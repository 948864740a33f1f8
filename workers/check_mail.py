"""Signs in at the mail server and, where asked, sends one test mail: for `milepost doctor`."""

import sys
from datetime import UTC, datetime

from emails.message import Mailbox, OutgoingMessage, encode, new_message_id
from workers.app import App
from workers.outcomes import Outcome
from workers.relay import BadRelay
from workers.smtp import SmtpTransport


def main(send_to: str | None = None) -> int:
    """0 where the mail server lets us in; the last line printed says what happened, in plain words."""
    app = App.load()
    sender = app.settings.sender
    try:
        with SmtpTransport(
            app.settings.smtp_url.get_secret_value(), helo=app.settings.public_host, cafile=app.settings.smtp_cafile
        ) as transport:
            transport.check()
            if send_to:
                text = "This is a test mail from Milepost. If you can read it, mail goes out."
                mail = OutgoingMessage(
                    message_id=new_message_id(sender.partition("@")[2]),
                    date=datetime.now(UTC),
                    sender=Mailbox(name="Milepost", address=sender),
                    recipient=Mailbox(name=None, address=send_to),
                    subject="Test mail",
                    html=f"<p>{text}</p>",
                    text=text,
                    language="en",
                    boundary_seed="test",
                )
                transport.send(
                    envelope_from=sender,
                    recipient=send_to,
                    data=encode(mail),
                    at_data=lambda: True,
                    stopping=lambda: False,
                )
    except (Outcome, BadRelay, ValueError) as fault:
        sys.stdout.write(f"The mail server does not let us send: {fault}\n")
        return 1
    sys.stdout.write("A test mail was sent.\n" if send_to else "The mail server lets us in.\n")
    return 0
