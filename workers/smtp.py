"""Mails to a mail server over SMTP, the DATA step driven by hand so that what arrived is never a guess.

MAIL, RCPT, DATA; at the server's 354 the caller has the last word; then the body, then the dot, then the answer.
"""

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import NoReturn

from webapp.services.mail import status_codes
from workers.envelope import check_envelope
from workers.greeting import expect, greet, is_permanent, stop_sending, trouble_of_the_sender, words_of
from workers.line import Line, Stopped
from workers.outcomes import (
    AnswerUnknown,
    Interrupted,
    MessageRefused,
    RecipientRefused,
    SendingStopped,
    Withdrawn,
    plain_answer,
)
from workers.relay import parse_relay
from workers.transport import Transport

_DOT_AT_LINE_START = re.compile(rb"^\.", re.MULTILINE)
_SENDER_CODES = frozenset({421, 530, 534, 535, 538})
_STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
_VARYING = re.compile(r"\S*@\S*")
"""What differs from one refusal to the next: the address in it."""
_BODY_CHUNK = 16 * 1024


class SmtpTransport(Transport):
    """One connection to the server in SMTP_URL, opened at the first mail, kept across mails, renewed after trouble.

    Certificates are always verified; `cafile` adds a trusted root of one's own. All waits are in seconds;
    `answer_timeout` is the wait after the dot (RFC 5321 4.5.3.2.6), `stop_grace` what is left of it once the process is
    asked to stop. A connection idle for `idle_seconds` is renewed. Raises BadRelay for a URL that cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        helo: str | None = None,
        cafile: Path | str | None = None,
        connect_timeout: float = 15,
        command_timeout: float = 30,
        body_timeout: float = 120,
        answer_timeout: float = 600,
        stop_grace: float = 20,
        idle_seconds: float = 30,
        slice_seconds: float = 0.2,
    ) -> None:
        self.relay = parse_relay(url)
        self._helo = helo or _own_name()
        self._tls = ssl.create_default_context()
        if cafile:
            self._tls.load_verify_locations(cafile=cafile)
        self._connect_timeout = connect_timeout
        self._command_timeout = command_timeout
        self._body_timeout = body_timeout
        self._answer_timeout = answer_timeout
        self._stop_grace = stop_grace
        self._idle_seconds = idle_seconds
        self._slice_seconds = slice_seconds
        self._line: Line | None = None
        self.greeting = ""
        self._needs_reset = False
        self._refused_before: str | None = None
        self._used_at = 0.0

    def close(self) -> None:
        """Say goodbye, if there is somebody to say it to."""
        line, self._line = self._line, None
        if line is None:
            return
        line.command_timeout = min(line.command_timeout, 2)
        with suppress(OSError, Stopped):
            line.docmd("QUIT")
        line.close()

    def check(self) -> str:
        """Connect and sign in without sending anything; returns the server's greeting. Raises SendingStopped."""
        self._hang_up()
        self._connected(lambda: False)
        return self.greeting

    def send(
        self,
        *,
        envelope_from: str,
        recipient: str,
        data: bytes,
        at_data: Callable[[], bool],
        stopping: Callable[[], bool],
    ) -> str:
        """Hand over one mail to one recipient; returns the last line of the server's acceptance.

        `data` has CRLF line ends and is dot-stuffed here. `at_data` is called once, at the server's 354: only if it
        returns true does any of the body leave. `stopping` is asked all along: before the dot it ends the attempt as
        Interrupted, after it the answer still has `stop_grace` seconds. Raises the types in `workers.outcomes`; after
        anything but a plain refusal the connection is closed and the next mail opens a new one.
        """
        check_envelope(envelope_from, recipient, data)
        try:
            line = self._greeted_with_sender(envelope_from, recipient, data, stopping)
            with _before_the_dot(line):
                self._name_recipient(line, recipient)
                self._ask_for_data(line)
            if not at_data():
                raise Withdrawn("withdrawn at the last moment")
            answer = self._transmit(line, data)
        except (RecipientRefused, MessageRefused):
            self._needs_reset = True
            self._used_at = monotonic()
            raise
        except BaseException:
            self._hang_up()
            raise
        self._used_at = monotonic()
        return answer

    def _greeted_with_sender(
        self, envelope_from: str, recipient: str, data: bytes, stopping: Callable[[], bool]
    ) -> Line:
        """A line on which MAIL was accepted. A kept connection gets one fresh try: the server may have tired of it."""
        if self._line is not None and monotonic() - self._used_at < self._idle_seconds:
            line = self._line
            line.stopping, line.stop_grace = stopping, 0
            try:
                self._say_sender(line, envelope_from, recipient, data)
            except SendingStopped:
                self._hang_up()
            else:
                return line
        self._hang_up()
        line = self._connected(stopping)
        self._say_sender(line, envelope_from, recipient, data)
        return line

    def _connected(self, stopping: Callable[[], bool]) -> Line:
        line = Line(
            self.relay,
            helo=self._helo,
            tls=self._tls,
            connect_timeout=self._connect_timeout,
            command_timeout=self._command_timeout,
            slice_seconds=self._slice_seconds,
        )
        self._line, self._needs_reset = line, False
        line.stopping = stopping
        self.greeting = greet(line)
        return line

    def _say_sender(self, line: Line, envelope_from: str, recipient: str, data: bytes) -> None:
        line.stage = "MAIL"
        with trouble_of_the_sender(line):
            if self._needs_reset:
                expect(line, *line.rset())
                self._needs_reset = False
            options = ""
            if not data.isascii() and line.has_extn("8bitmime"):
                options += " BODY=8BITMIME"
            line.command_encoding = "ascii"
            if not (envelope_from + recipient).isascii() or not _is_head_ascii(data):
                if not line.has_extn("smtputf8"):
                    # RFC 6531 names this case; the number tells our own people's words for it from the others.
                    answer = "553 5.6.7 our mail server takes only ASCII letters before the @ (no SMTPUTF8)"
                    raise RecipientRefused(answer, is_permanent=True, is_about_address=True)
                line.command_encoding = "utf-8"
                options += " SMTPUTF8"
            if not data.isascii() and not line.has_extn("8bitmime"):
                raise MessageRefused("the mail server carries only 7-bit mails (no 8BITMIME)", is_permanent=True)
            expect(line, *line.docmd("MAIL", f"FROM:<{envelope_from}>{options}"))

    def _name_recipient(self, line: Line, recipient: str) -> None:
        line.stage = "RCPT"
        code, text = line.docmd("RCPT", f"TO:<{recipient}>")
        if code in _SENDER_CODES:
            stop_sending(line, code, text)
        if 400 <= code <= 599:
            self._refuse_recipient(line, code, text)
        if code // 100 != 2:
            raise Interrupted(plain_answer(code, text))
        self._refused_before = None

    def _refuse_recipient(self, line: Line, code: int, text: bytes | str) -> NoReturn:
        """Say who is to blame (Postfix tells a sender that it does not want only here, `smtpd_delay_reject`): the
        address by the recipient's own codes; a full mailbox nobody, it is tried again; us by a code about the sender or
        trust, by 554 without one, and by any answer of no meaning that two recipients in a row get."""
        answer = plain_answer(code, text)
        found = _STATUS.search(answer)
        status = found[0] if found else ""
        if not is_permanent(code) or status_codes.is_full(status):
            raise RecipientRefused(answer, is_permanent=False)
        if status_codes.is_about_address(status):
            self._refused_before = None
            raise RecipientRefused(answer, is_permanent=True, is_about_address=True)
        words = _VARYING.sub("", answer)
        if status_codes.is_about_sender(status) or (code == 554 and not status) or words == self._refused_before:
            stop_sending(line, code, text)
        self._refused_before = words
        raise RecipientRefused(answer, is_permanent=True)

    def _ask_for_data(self, line: Line) -> None:
        line.stage = "DATA"
        code, text = line.docmd("DATA")
        if code in _SENDER_CODES:
            stop_sending(line, code, text)
        if 400 <= code <= 599:
            raise MessageRefused(plain_answer(code, text), is_permanent=is_permanent(code))
        if code != 354:
            raise Interrupted(plain_answer(code, text))

    def _transmit(self, line: Line, data: bytes) -> str:
        body = _DOT_AT_LINE_START.sub(b"..", data)
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        with _before_the_dot(line):
            self._send_body(line, body)
        self._send_dot(line)
        line.stop_grace = self._stop_grace
        try:
            code, text = line.answer(within=self._answer_timeout)
        except Stopped:
            raise AnswerUnknown("stopped while waiting for the mail server's answer") from None
        except OSError as error:
            raise AnswerUnknown(words_of(error)) from error
        if 200 <= code <= 299:
            return plain_answer(code, text)
        if not 400 <= code <= 599:
            raise AnswerUnknown(plain_answer(code, text))
        if code == 421:
            self._hang_up()
        raise MessageRefused(plain_answer(code, text), is_permanent=is_permanent(code))

    def _send_body(self, line: Line, body: bytes) -> None:
        try:
            for at in range(0, len(body), _BODY_CHUNK):
                line.push(body[at : at + _BODY_CHUNK], within=self._body_timeout)
        except ConnectionError:
            # A server that refuses half way says why before it closes.
            code, text = line.answer(within=1)
            if code // 100 == 5:
                self._hang_up()
                raise MessageRefused(plain_answer(code, text), is_permanent=is_permanent(code)) from None
            raise

    def _send_dot(self, line: Line) -> None:
        try:
            line.push(b".\r\n", within=self._body_timeout)
        except (Stopped, OSError) as error:
            if line.pushed:
                raise AnswerUnknown("the connection broke at the final dot") from error
            raise Interrupted(words_of(error)) from error

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


@contextmanager
def _before_the_dot(line: Line) -> Iterator[None]:
    try:
        yield
    except (Stopped, OSError) as error:
        raise Interrupted(words_of(error)) from error


def _is_head_ascii(data: bytes) -> bool:
    return data.partition(b"\r\n\r\n")[0].isascii()


def _own_name() -> str:
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"
