"""A mail server that refuses, goes silent or leaves, at every step."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.sending import BIG_MAIL, open_to, send
from tests.support.smtpd import Fault, SmtpServer
from workers.outcomes import (
    AnswerUnknown,
    Interrupted,
    MessageRefused,
    RecipientRefused,
    SendingStopped,
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


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL"])
@pytest.mark.parametrize(
    ("answer", "is_permanent"), [("421 4.3.0 Closing", False), ("451 4.3.0 Later", False), ("554 5.7.1 Never", True)]
)
def test_a_refusal_before_the_recipient_is_trouble_of_the_sender(
    step: str, answer: str, is_permanent: bool, server: SmtpServer, transport: SmtpTransport
) -> None:
    server.misbehave(step, answer)

    with pytest.raises(SendingStopped) as caught:
        send(transport)

    assert caught.value.is_permanent is is_permanent
    assert caught.value.answer == answer
    assert caught.value.stage == step.replace("CONNECT", "connect")
    assert send(transport) == "250 2.0.0 Ok: queued as 1"


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL"])
@pytest.mark.parametrize("fault", [Fault.DROP, Fault.SILENCE, "not a reply"])
def test_a_lost_or_silent_server_before_the_recipient_is_passing_trouble_of_the_sender(
    step: str, fault: Fault | str, server: SmtpServer
) -> None:
    server.misbehave(step, fault)

    with open_to(server, command_timeout=0.2) as transport, pytest.raises(SendingStopped) as caught:
        send(transport)

    assert caught.value.is_permanent is False
    assert caught.value.answer


def test_a_refused_connection_is_passing_trouble_of_the_sender() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    with pytest.raises(SendingStopped) as caught:
        send(SmtpTransport(f"smtp://127.0.0.1:{port}"))

    assert (caught.value.stage, caught.value.is_permanent) == ("connect", False)


@pytest.mark.parametrize(
    ("answer", "is_permanent"),
    [("450 4.2.0 Greylisted", False), ("452 4.2.2 Full", False), ("550 5.1.1 Unknown", True)],
)
def test_a_refused_recipient_leaves_the_connection_for_the_next_mail(
    answer: str, is_permanent: bool, server: SmtpServer, transport: SmtpTransport
) -> None:
    server.misbehave("RCPT", answer)

    with pytest.raises(RecipientRefused) as caught:
        send(transport)

    assert (caught.value.is_permanent, caught.value.answer) == (is_permanent, answer)
    send(transport, recipient="next@client.example")
    assert [mail.recipients for mail in server.accepted] == [("next@client.example",)]
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    ["553 5.7.1 <b@x.example>: Sender address rejected: not owned", "550 5.1.8 Bad sender", "554 Relay access denied"],
)
def test_a_refusal_that_means_the_sender_blames_no_recipient(
    answer: str, server: SmtpServer, transport: SmtpTransport
) -> None:
    server.misbehave("RCPT", answer)

    with pytest.raises(SendingStopped) as caught:
        send(transport)

    assert (caught.value.stage, caught.value.is_at_this_mail) == ("RCPT", True)


def test_an_answer_of_no_meaning_is_the_recipients_once_and_ours_where_the_next_one_gets_it_too(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.misbehave("RCPT", "550 <one@client.example> not here")
    with pytest.raises(RecipientRefused) as first:
        send(transport)

    server.misbehave("RCPT", "550 <two@client.example> not here")
    with pytest.raises(SendingStopped):
        send(transport, recipient="two@client.example")

    assert (first.value.is_permanent, first.value.is_about_address) == (True, False)


def test_two_wrong_addresses_in_a_row_are_two_wrong_addresses(server: SmtpServer, transport: SmtpTransport) -> None:
    for _ in range(2):
        server.misbehave("RCPT", "550 5.1.1 Unknown")
        with pytest.raises(RecipientRefused) as caught:
            send(transport)
        assert caught.value.is_about_address


def test_a_full_mailbox_is_tried_again(server: SmtpServer, transport: SmtpTransport) -> None:
    server.misbehave("RCPT", "552 5.2.2 Mailbox full")

    with pytest.raises(RecipientRefused) as caught:
        send(transport)

    assert (caught.value.is_permanent, caught.value.is_about_address) == (False, False)


@pytest.mark.parametrize("step", ["DATA", "DOT"])
@pytest.mark.parametrize(("answer", "is_permanent"), [("451 4.3.0 Later", False), ("554 5.6.0 Never", True)])
def test_a_refused_mail_leaves_the_connection_for_the_next_mail(
    step: str, answer: str, is_permanent: bool, server: SmtpServer, transport: SmtpTransport
) -> None:
    server.misbehave(step, answer)

    with pytest.raises(MessageRefused) as caught:
        send(transport)

    assert (caught.value.is_permanent, caught.value.answer) == (is_permanent, answer)
    send(transport)
    assert len(server.accepted) == 1
    assert server.connections == 1


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
@pytest.mark.parametrize("answer", ["421 4.3.0 Closing", "530 5.7.0 Authentication required"])
def test_a_server_that_closes_or_wants_a_sign_in_says_nothing_about_the_mail(
    step: str, answer: str, server: SmtpServer, transport: SmtpTransport
) -> None:
    server.misbehave(step, answer)

    with pytest.raises(SendingStopped) as caught:
        send(transport)

    assert caught.value.stage == step
    assert send(transport)
    assert server.connections == 2


def test_a_421_after_the_dot_is_a_passing_refusal_of_the_mail(server: SmtpServer, transport: SmtpTransport) -> None:
    server.misbehave("DOT", "421 4.3.2 Shutting down")

    with pytest.raises(MessageRefused) as caught:
        send(transport)

    assert caught.value.is_permanent is False
    assert send(transport) == "250 2.0.0 Ok: queued as 1"


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
@pytest.mark.parametrize("fault", [Fault.DROP, Fault.SILENCE, "what?"])
def test_a_line_lost_before_the_body_can_be_tried_again(step: str, fault: Fault | str, server: SmtpServer) -> None:
    server.misbehave(step, fault)

    with open_to(server, command_timeout=0.2) as transport:
        with pytest.raises(Interrupted):
            send(transport)
        send(transport)

    assert len(server.accepted) == 1


def test_a_line_lost_in_the_body_can_be_tried_again(server: SmtpServer, transport: SmtpTransport) -> None:
    server.misbehave("BODY", Fault.DROP)

    with pytest.raises(Interrupted):
        send(transport, data=BIG_MAIL)

    assert server.accepted == []
    assert send(transport)


def test_a_refusal_in_the_body_is_heard(server: SmtpServer, transport: SmtpTransport) -> None:
    server.misbehave("BODY", "552 5.3.4 Too big")

    with pytest.raises(MessageRefused, match="Too big"):
        send(transport, data=BIG_MAIL)

    assert server.accepted == []


def test_a_server_that_stops_reading_the_body_can_be_tried_again(server: SmtpServer) -> None:
    server.misbehave("BODY", Fault.SILENCE)

    with open_to(server, body_timeout=0.2) as transport, pytest.raises(Interrupted, match="in time"):
        send(transport, data=BIG_MAIL)


@pytest.mark.parametrize("fault", [Fault.KEEP_AND_DROP, Fault.KEEP_AND_SILENCE, Fault.DROP, Fault.SILENCE, "hm"])
def test_no_answer_after_the_dot_is_unknown(fault: Fault | str, server: SmtpServer) -> None:
    server.misbehave("DOT", fault)

    with open_to(server, answer_timeout=0.2) as transport, pytest.raises(AnswerUnknown):
        send(transport)

    was_kept = fault in (Fault.KEEP_AND_DROP, Fault.KEEP_AND_SILENCE)
    assert len(server.accepted) == was_kept


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_an_answer_nobody_asked_for_is_never_taken_for_an_acceptance(
    step: str, server: SmtpServer, transport: SmtpTransport
) -> None:
    usual = "354 Go ahead" if step == "DATA" else "250 2.1.5 Recipient ok"
    server.misbehave(step, f"{usual}\r\n250 2.0.0 Ok: queued as 99")

    with pytest.raises(Interrupted):
        send(transport)

    assert server.accepted == []
