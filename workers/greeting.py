"""The first words on a line: connect, EHLO, STARTTLS and AUTH. Trouble here is the sender's, never a mail's."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from workers.line import Line, Stopped
from workers.outcomes import Interrupted, SendingStopped, plain_answer
from workers.relay import StartTls


def greet(line: Line) -> str:
    """Make the line ready for mails; returns the server's greeting. Raises SendingStopped, or Interrupted on a stop."""
    with trouble_of_the_sender(line):
        if line.stopping():
            raise Stopped
        greeting = expect(line, *line.connect(line.relay.host, line.relay.port))
        _ehlo(line)
        _secure(line)
        _sign_in(line)
    return greeting


@contextmanager
def trouble_of_the_sender(line: Line) -> Iterator[None]:
    """Turn what goes wrong up to and including MAIL into SendingStopped, a stop into Interrupted."""
    try:
        yield
    except Stopped as error:
        raise Interrupted(words_of(error)) from error
    except ssl.SSLCertVerificationError as error:
        answer = f"the mail server's certificate is not valid: {error.verify_message}"
        raise SendingStopped(answer, stage="TLS", is_permanent=True) from error
    except OSError as error:
        raise SendingStopped(words_of(error), stage=line.stage, is_permanent=False) from error


def expect(line: Line, code: int, text: bytes) -> str:
    """The answer as plain text if it is a 2xx; raises SendingStopped otherwise."""
    if 200 <= code <= 299:
        return plain_answer(code, text)
    stop_sending(line, code, text)


def stop_sending(line: Line, code: int, text: bytes | str) -> NoReturn:
    """Raise SendingStopped for an answer, at the line's stage."""
    raise SendingStopped(
        plain_answer(code, text),
        stage=line.stage,
        is_permanent=is_permanent(code),
        is_at_this_mail=line.stage in ("RCPT", "DATA"),
    )


def is_permanent(code: int) -> bool:
    """A 5xx: asking again gives the same answer. A 4xx: not now (RFC 5321 4.2.1)."""
    return 500 <= code <= 599


def words_of(error: BaseException) -> str:
    """An error of the connection in plain words."""
    if isinstance(error, Stopped):
        return "stopped before the mail was handed over"
    return plain_answer(0, str(error)) or type(error).__name__


def _ehlo(line: Line) -> None:
    line.stage = "EHLO"
    expect(line, *line.ehlo())


def _secure(line: Line) -> None:
    relay = line.relay
    if relay.is_tls or relay.starttls is StartTls.NEVER:
        return
    line.stage = "STARTTLS"
    if not line.has_extn("starttls"):
        if relay.starttls is StartTls.OPTIONAL and not relay.user:
            return
        raise SendingStopped("the mail server offers no STARTTLS", stage=line.stage, is_permanent=True)
    expect(line, *line.docmd("STARTTLS"))
    line.stage = "TLS"
    line.start_tls()
    _ehlo(line)


def _sign_in(line: Line) -> None:
    relay = line.relay
    if relay.user is None or relay.password is None:
        return
    line.stage = "AUTH"
    offered = line.esmtp_features.get("auth", "").upper().split()
    line.user, line.password = relay.user, relay.password
    try:
        # One try: smtplib's login() goes on to the next mechanism and reports only the last answer.
        if "PLAIN" in offered:
            line.auth("PLAIN", line.auth_plain)
        elif "LOGIN" in offered:
            line.auth("LOGIN", line.auth_login)
        else:
            answer = "the mail server offers neither AUTH PLAIN nor AUTH LOGIN"
            raise SendingStopped(answer, stage=line.stage, is_permanent=True)
    except smtplib.SMTPResponseException as error:
        stop_sending(line, error.smtp_code, error.smtp_error)
    except UnicodeEncodeError:
        answer = "the user name or password has characters outside ASCII"
        raise SendingStopped(answer, stage=line.stage, is_permanent=True) from None
