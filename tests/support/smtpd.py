"""A real SMTP server on loopback that keeps what it accepts and misbehaves on request, step by step."""

import socket
import ssl
import threading
from base64 import b64decode
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import BinaryIO, NoReturn, Self

from tests.support.certificates import Certificate
from tests.support.gate import Gate


class Fault(Enum):
    """What the server does at a step instead of answering."""

    DROP = "close the connection"
    SILENCE = "say nothing until the other side leaves"
    KEEP_AND_DROP = "accept the mail, then close without a word (at DOT)"
    KEEP_AND_SILENCE = "accept the mail, then say nothing (at DOT)"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """One mail the server took on, its dots unstuffed."""

    envelope_from: str
    recipients: tuple[str, ...]
    data: bytes
    options: str
    is_tls: bool
    user: str | None
    connection: int


class SmtpServer:
    """Listens on a free port of 127.0.0.1 while its context lasts; one thread per connection.

    `misbehave(step, ...)` queues what to do the next times that step comes: an answer such as "450 4.2.0 Later", a
    Fault, or a Gate. Steps are CONNECT, the verbs, BODY (after 354, some of the body read) and DOT (the whole body
    read). Every answer takes `pause_seconds`.
    """

    def __init__(
        self,
        *,
        certificate: Certificate | None = None,
        is_tls: bool = False,
        users: dict[str, str] | None = None,
        extensions: Sequence[str] = ("8BITMIME", "SMTPUTF8"),
        mechanisms: str = "PLAIN LOGIN",
        pause_seconds: float = 0,
    ) -> None:
        self.accepted: list[Accepted] = []
        self.commands: list[str] = []
        self.connections = 0
        self.is_tls = is_tls
        self.users = users
        self.extensions = extensions
        self.mechanisms = mechanisms
        self.pause_seconds = pause_seconds
        self.tls: ssl.SSLContext | None = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate.file, certificate.key)
        self.closing = threading.Event()
        self._faults: dict[str, deque[str | Fault | Gate]] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._listen, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_all()
        for thread in self._threads:
            thread.join(5)

    @property
    def url(self) -> str:
        """The server's SMTP_URL without a user."""
        return f"{'smtps' if self.is_tls else 'smtp'}://127.0.0.1:{self.port}"

    def misbehave(self, step: str, *faults: str | Fault | Gate) -> None:
        """Queue what happens at the next times of this step, one each."""
        self._faults.setdefault(step, deque()).extend(faults)

    def drop_all(self) -> None:
        """Close every open connection, as a restart would."""
        for sock in list(self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def fault(self, step: str) -> str | Fault | Gate | None:
        """Take the next queued fault of a step."""
        queue = self._faults.get(step)
        return queue.popleft() if queue else None

    def next_fault(self, step: str) -> str | Fault | Gate | None:
        """What `fault` will give, left in the queue."""
        queue = self._faults.get(step)
        return queue[0] if queue else None

    def _listen(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(sock)
            thread = threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        conversation = _Conversation(self, sock, number)
        with suppress(OSError, _Gone):
            conversation.run()
        self._open.discard(sock)
        conversation.close()


class _Gone(Exception):
    """The conversation is over."""


class _Conversation:
    def __init__(self, server: SmtpServer, sock: socket.socket, number: int) -> None:
        self.server = server
        self.sock = sock
        self.number = number
        self.is_tls = False
        self.user: str | None = None
        self.reader: BinaryIO = sock.makefile("rb")
        self._forget()

    def run(self) -> None:
        if self.server.is_tls:
            self._secure()
        self._answer("CONNECT", "220 milepost.test ESMTP")
        while line := self.reader.readline(4096):
            text = line.decode(errors="replace").rstrip("\r\n")
            self.server.commands.append(text)
            verb, _, rest = text.partition(" ")
            handler = getattr(self, f"_on_{verb.lower()}", None)
            if handler is None:
                self._say("502 5.5.1 What?")
            else:
                handler(rest)

    def close(self) -> None:
        self.reader.close()
        self.sock.close()

    def _forget(self) -> None:
        self.sender: str | None = None
        self.options = ""
        self.recipients: list[str] = []

    def _say(self, text: str) -> None:
        self.server.closing.wait(self.server.pause_seconds)
        self.sock.sendall(text.encode() + b"\r\n")

    def _answer(self, step: str, usual: str) -> bool:
        """Whether the step went the usual way."""
        fault = self.server.fault(step)
        if isinstance(fault, Gate):
            fault.hold(self.server.closing)
            fault = None
        if fault is None:
            self._say(usual)
            return True
        if isinstance(fault, Fault):
            self._fail(fault)
        self._say(fault)
        if fault.startswith("421"):
            raise _Gone
        return fault[0] in "23"

    def _fail(self, fault: Fault) -> NoReturn:
        if fault in (Fault.SILENCE, Fault.KEEP_AND_SILENCE):
            self.reader.read()
        raise _Gone

    def _secure(self) -> None:
        assert self.server.tls
        self.reader.close()
        self.sock = self.server.tls.wrap_socket(self.sock, server_side=True)
        self.reader = self.sock.makefile("rb")
        self.is_tls = True

    def _on_ehlo(self, name: str) -> None:
        offers = list(self.server.extensions)
        if self.server.tls and not self.is_tls:
            offers.append("STARTTLS")
        if self.server.users:
            offers.append(f"AUTH {self.server.mechanisms}")
        self._answer("EHLO", "\r\n".join(["250-milepost.test", *(f"250-{offer}" for offer in offers), "250 HELP"]))

    def _on_starttls(self, _: str) -> None:
        if self._answer("STARTTLS", "220 2.0.0 Go ahead"):
            self._secure()

    def _on_auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        if mechanism == "LOGIN":
            user = b64decode(initial).decode()
            self._say("334 UGFzc3dvcmQ6")
            password = b64decode(self.reader.readline(4096)).decode()
        else:
            _, user, password = b64decode(initial).decode().split("\0")
        if not self.server.users or self.server.users.get(user) != password:
            return self._say("535 5.7.8 Wrong user name or password")
        if self._answer("AUTH", "235 2.7.0 Welcome"):
            self.user = user

    def _on_mail(self, rest: str) -> None:
        if self.sender is not None:
            return self._say("503 5.5.1 MAIL was said already")
        if self._answer("MAIL", "250 2.1.0 Sender ok"):
            address, _, self.options = rest.removeprefix("FROM:<").partition(">")
            self.sender = address

    def _on_rcpt(self, rest: str) -> None:
        if self._answer("RCPT", "250 2.1.5 Recipient ok"):
            self.recipients.append(rest.removeprefix("TO:<").partition(">")[0])

    def _on_rset(self, _: str) -> None:
        self._forget()
        self._answer("RSET", "250 2.0.0 Forgotten")

    def _on_quit(self, _: str) -> None:
        self._answer("QUIT", "221 2.0.0 Bye")
        raise _Gone

    def _on_data(self, _: str) -> None:
        if not self._answer("DATA", "354 Go ahead"):
            return
        lines: list[bytes] = []
        fault = self.server.fault("BODY")
        if isinstance(fault, Gate):
            lines.append(self.reader.read(1000))
            fault.hold(self.server.closing)
        elif fault is not None:
            self._break_in_body(fault)
        while (line := self.reader.readline()) != b".\r\n":
            if not line:
                raise _Gone
            lines.append(line.removeprefix(b"."))
        self._take(b"".join(lines))

    def _break_in_body(self, fault: str | Fault) -> None:
        self.reader.read(1000)
        if fault is Fault.SILENCE:
            self.server.closing.wait()
        if isinstance(fault, str):
            self._say(fault)
        raise _Gone

    def _take(self, data: bytes) -> None:
        ahead = self.server.next_fault("DOT")
        is_kept = ahead is None or isinstance(ahead, Gate) or ahead in (Fault.KEEP_AND_DROP, Fault.KEEP_AND_SILENCE)
        if is_kept or str(ahead).startswith("2"):
            assert self.sender is not None
            mail = Accepted(
                envelope_from=self.sender,
                recipients=tuple(self.recipients),
                data=data,
                options=self.options.strip(),
                is_tls=self.is_tls,
                user=self.user,
                connection=self.number,
            )
            self.server.accepted.append(mail)
        self._forget()
        self._answer("DOT", f"250 2.0.0 Ok: queued as {len(self.server.accepted)}")
