"""Handing mails to a real SMTP server, the usual way, and stopping."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.support.sending import BIG_MAIL, MAIL, open_to, send
from tests.support.smtpd import Fault, SmtpServer
from workers.outcomes import (
    AnswerUnknown,
    Interrupted,
    MessageRefused,
    RecipientRefused,
    Withdrawn,
)
from workers.smtp import SmtpTransport


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def transport(server: SmtpServer) -> Iterator[SmtpTransport]:
    with open_to(server) as transport:
        yield transport


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port: int = unused.getsockname()[1]
    return port


def test_an_accepted_mail_gives_the_servers_last_line(server: SmtpServer, transport: SmtpTransport) -> None:
    answer = send(transport)

    assert answer == "250 2.0.0 Ok: queued as 1"
    [mail] = server.accepted
    assert (mail.envelope_from, mail.recipients, mail.data) == ("news@firm.example", ("maria@client.example",), MAIL)


def test_another_makers_server_takes_the_mail_too() -> None:
    class Keeper:
        def __init__(self) -> None:
            self.mails: list[tuple[str, list[str], bytes]] = []

        async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
            return "250 2.0.0 Kept"

    keeper, port = Keeper(), unused_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with SmtpTransport(f"smtp://127.0.0.1:{port}", slice_seconds=0.01) as transport:
            answers = [send(transport, data=b"Subject: x\r\n\r\n.dot\r\n..\r\n"), send(transport)]
    finally:
        controller.stop()

    assert answers == ["250 2.0.0 Kept"] * 2
    assert keeper.mails[0] == ("news@firm.example", ["maria@client.example"], b"Subject: x\r\n\r\n.dot\r\n..\r\n")


def test_many_mails_share_one_connection(server: SmtpServer, transport: SmtpTransport) -> None:
    for number in range(5):
        send(transport, recipient=f"contact{number}@client.example")

    assert server.connections == 1
    assert [mail.recipients for mail in server.accepted] == [(f"contact{n}@client.example",) for n in range(5)]


def test_the_dot_does_not_wait_for_the_bodys_acknowledgement(server: SmtpServer, transport: SmtpTransport) -> None:
    send(transport)

    assert transport._line is not None
    assert transport._line.sock is not None
    assert transport._line.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    "body", [b".\r\n", b"..\r\n", b".a\r\n..b\r\n", b"a\r\n.\r\nQUIT\r\n", b"no end of line", b"\r\n.\r\n\r\n", b""]
)
def test_dots_at_line_starts_come_through_unchanged(body: bytes, server: SmtpServer, transport: SmtpTransport) -> None:
    data = b"Subject: dots\r\n\r\n" + body

    send(transport, data=data)

    assert server.accepted[0].data.removesuffix(b"\r\n") == data.removesuffix(b"\r\n")
    assert len(server.accepted) == 1


def test_a_mail_of_many_chunks_comes_through_whole(server: SmtpServer, transport: SmtpTransport) -> None:
    send(transport, data=BIG_MAIL[:1_000_010] + b"\r\n")

    assert server.accepted[0].data == BIG_MAIL[:1_000_010] + b"\r\n"


@pytest.mark.parametrize("data", [b"a: b\n\nx\n", b"a: b\r\n\r\nx\n.\nMAIL FROM:<e@evil.example>\r\n", b"a\rb\r\n"])
def test_a_bare_line_feed_or_return_never_reaches_the_line(
    data: bytes, server: SmtpServer, transport: SmtpTransport
) -> None:
    with pytest.raises(ValueError, match="CRLF"):
        send(transport, data=data)

    assert server.connections == 0


@pytest.mark.parametrize(
    "recipient", ["", "a@x.example, b@y.example", "a@x.example>\r\nRCPT TO:<b@y.example", "A <a@x.example>", "a@[::1]"]
)
def test_anything_but_one_address_never_reaches_the_line(
    recipient: str, server: SmtpServer, transport: SmtpTransport
) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        send(transport, recipient=recipient)

    assert server.connections == 0


def test_a_mail_withdrawn_at_354_sends_none_of_its_body(server: SmtpServer, transport: SmtpTransport) -> None:
    with pytest.raises(Withdrawn):
        send(transport, at_data=lambda: False)

    assert server.accepted == []
    assert server.commands[-1] == "DATA"
    assert send(transport) == "250 2.0.0 Ok: queued as 1"


def test_the_last_word_is_asked_once_and_only_at_354(server: SmtpServer, transport: SmtpTransport) -> None:
    seen: list[str] = []

    def at_data() -> bool:
        seen.append(server.commands[-1])
        return True

    server.misbehave("RCPT", "550 5.1.1 Unknown")
    with pytest.raises(RecipientRefused):
        send(transport, at_data=at_data)
    send(transport, at_data=at_data)

    assert seen == ["DATA"]


def test_an_error_in_the_last_word_closes_the_line_with_nothing_sent(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    def at_data() -> bool:
        raise LookupError("the database is away")

    with pytest.raises(LookupError):
        send(transport, at_data=at_data)
    send(transport)

    assert len(server.accepted) == 1
    assert server.connections == 2


def test_a_connection_the_server_gave_up_is_renewed_without_a_word(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    send(transport)
    server.drop_all()
    send(transport)
    server.misbehave("MAIL", "421 4.4.2 Idle too long")
    send(transport)
    server.misbehave("MAIL", "452 4.5.3 Too many mails on this connection")
    send(transport)

    assert len(server.accepted) == 4
    assert server.connections == 4


def test_an_idle_connection_is_renewed(server: SmtpServer) -> None:
    with open_to(server, idle_seconds=0) as transport:
        send(transport)
        send(transport)

    assert server.connections == 2


def test_a_mail_outside_ascii_needs_the_servers_extensions() -> None:
    eight_bit = "Subject: x\r\n\r\nə\r\n".encode()

    with SmtpServer() as able, open_to(able) as transport:
        send(transport, data=eight_bit)
        send(transport, recipient="مريم@client.example")
    with SmtpServer(extensions=()) as unable, open_to(unable) as transport:
        with pytest.raises(MessageRefused, match="8BITMIME"):
            send(transport, data=eight_bit)
        with pytest.raises(RecipientRefused, match="SMTPUTF8"):
            send(transport, recipient="مريم@client.example")
        send(transport)

    assert [mail.options for mail in able.accepted] == ["BODY=8BITMIME", "SMTPUTF8"]
    assert able.accepted[1].recipients == ("مريم@client.example",)
    assert [mail.options for mail in unable.accepted] == [""]


def test_an_answer_is_kept_as_its_last_line_without_controls(server: SmtpServer, transport: SmtpTransport) -> None:
    server.misbehave("DOT", "250-first\r\n250-second\r\n250 \x1b[31mlast\x00 one" + "!" * 600)

    answer = send(transport)

    assert answer.startswith("250 [31mlast one!!!")
    assert len(answer) == 500


@pytest.mark.parametrize("asked", range(1, 6))
def test_a_stop_before_the_dot_leaves_nothing_behind(asked: int, server: SmtpServer, transport: SmtpTransport) -> None:
    count = 0

    def stopping() -> bool:
        nonlocal count
        count += 1
        return count >= asked

    with pytest.raises(Interrupted):
        send(transport, stopping=stopping)

    assert server.accepted == []


def test_a_stop_in_the_body_leaves_nothing_behind(server: SmtpServer, transport: SmtpTransport) -> None:
    is_stopping = False

    def at_data() -> bool:
        nonlocal is_stopping
        is_stopping = True
        return True

    server.misbehave("BODY", Fault.SILENCE)
    with pytest.raises(Interrupted):
        send(transport, data=BIG_MAIL, at_data=at_data, stopping=lambda: is_stopping)

    assert server.commands[-1] == "DATA"
    assert server.accepted == []


def test_a_stop_after_the_dot_waits_for_its_grace_and_is_then_unknown(server: SmtpServer) -> None:
    server.misbehave("DOT", Fault.KEEP_AND_SILENCE)

    with open_to(server, answer_timeout=60) as transport, pytest.raises(AnswerUnknown, match="stopped"):
        send(transport, stopping=lambda: bool(server.accepted))

    assert len(server.accepted) == 1


def test_a_stop_after_the_dot_still_hears_an_answer_within_its_grace(server: SmtpServer) -> None:
    with open_to(server, stop_grace=5) as transport:
        answer = send(transport, stopping=lambda: bool(server.accepted))

    assert answer.startswith("250")
