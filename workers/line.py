"""One connection to a mail server, on which no wait is blind: each is cut in slices, so that a stop is seen.

smtplib keeps the protocol (EHLO, its features, AUTH); reading, writing and the hand-driven DATA are here, because
smtplib sends body and dot in one call and blocks in both directions.
"""

import smtplib
import socket
import ssl
from collections.abc import Callable
from time import monotonic

from workers.relay import Relay

_LONGEST_REPLY = 64 * 1024


class Stopped(Exception):
    """The process is asked to end, and the wait was not worth finishing."""


class Line(smtplib.SMTP):
    """`stopping` is asked at each slice; once it is true, a wait ends after `stop_grace` seconds with Stopped.

    `stage` names the step under way, `pushed` counts the octets of the latest `push` that left this process.
    """

    def __init__(
        self,
        relay: Relay,
        *,
        helo: str,
        tls: ssl.SSLContext,
        connect_timeout: float,
        command_timeout: float,
        slice_seconds: float,
    ) -> None:
        super().__init__(local_hostname=helo, timeout=connect_timeout)
        self.relay = relay
        self.tls = tls
        self.command_timeout = command_timeout
        self.slice_seconds = slice_seconds
        self.stopping: Callable[[], bool] = lambda: False
        self.stop_grace = 0.0
        self.stage = "connect"
        self.pushed = 0
        self._received = b""

    def getreply(self) -> tuple[int, bytes]:
        """One whole reply within the command's time; the code is -1 where a line is not a reply."""
        return self.answer(within=self.command_timeout)

    def answer(self, *, within: float) -> tuple[int, bytes]:
        """One whole reply, its lines joined by a newline. Raises OSError when it does not come, Stopped on a stop."""
        deadline = _Deadline(self, within)
        lines: list[bytes] = []
        while sum(map(len, lines)) < _LONGEST_REPLY:
            line = self._read_line(deadline)
            if not line[:3].isdigit():
                return -1, line
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)
        raise ConnectionError("the mail server's reply does not end")

    def send(self, s: object) -> None:
        """smtplib's way out: commands go through `push`."""
        text = s if isinstance(s, bytes) else str(s).encode(self.command_encoding)
        self.push(text, within=self.command_timeout)

    def push(self, octets: bytes, *, within: float) -> None:
        """Write all octets within the time. Raises OSError or Stopped; `pushed` then says how many left.

        An answer that nobody asked for is never taken for the next one: the line is out of step and good for nothing.
        """
        self.pushed = 0
        if self._received:
            raise ConnectionError("the mail server said more than it was asked")
        deadline = _Deadline(self, within)
        sock = self._socket()
        while self.pushed < len(octets):
            deadline.check()
            sock.settimeout(self.slice_seconds)
            try:
                self.pushed += sock.send(octets[self.pushed :])
            except TimeoutError:
                continue

    def start_tls(self) -> None:
        """Turn to TLS after the server's 220 and forget what it said before (RFC 3207 4.2)."""
        if self._received:
            raise ConnectionError("the mail server's answer to STARTTLS carried more than an answer")
        sock = self._socket()
        sock.settimeout(self.command_timeout)
        self.sock = self.tls.wrap_socket(sock, server_hostname=self.relay.host)
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        # The dot follows the body in a write of its own; without this it waits 40 ms for the body's acknowledgement.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.relay.is_tls:
            return plain
        self.stage = "TLS"
        try:
            return self.tls.wrap_socket(plain, server_hostname=self.relay.host)
        except BaseException:
            plain.close()
            raise

    def _socket(self) -> socket.socket:
        if self.sock is None:
            raise ConnectionError("the connection is closed")
        return self.sock

    def _read_line(self, deadline: "_Deadline") -> bytes:
        sock = self._socket()
        while b"\n" not in self._received:
            deadline.check()
            sock.settimeout(self.slice_seconds)
            try:
                chunk = sock.recv(8192)
            except TimeoutError:
                continue
            if not chunk:
                raise ConnectionError("the mail server closed the connection")
            self._received += chunk
            if len(self._received) > _LONGEST_REPLY:
                raise ConnectionError("the mail server's reply does not end")
        line, _, self._received = self._received.partition(b"\n")
        return line


class _Deadline:
    """The end of one wait: its time, cut short to the line's grace once a stop is asked for."""

    def __init__(self, line: Line, seconds: float) -> None:
        self._line = line
        self._end = monotonic() + seconds
        self._stop_end: float | None = None

    def check(self) -> None:
        now = monotonic()
        if self._stop_end is None and self._line.stopping():
            self._stop_end = now + self._line.stop_grace
        if self._stop_end is not None and now >= self._stop_end:
            raise Stopped
        if now >= self._end:
            raise TimeoutError("the mail server did not answer in time")
