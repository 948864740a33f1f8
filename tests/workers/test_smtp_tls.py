"""TLS and sign-in, with certificates good and bad."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificates import Certificate, make_certificate
from tests.support.sending import BIG_MAIL, open_to, send
from tests.support.smtpd import Fault, SmtpServer
from workers.outcomes import (
    SendingStopped,
)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.mark.parametrize("is_tls", [False, True], ids=["starttls", "implicit"])
def test_user_and_password_go_over_verified_tls_only(is_tls: bool, certificate: Certificate) -> None:
    with SmtpServer(certificate=certificate, is_tls=is_tls, users={"salma@firm": "p@ss:/w?rd"}) as server:
        scheme, query = ("smtps", "") if is_tls else ("smtp", "?starttls=required")
        url = f"{scheme}://salma%40firm:p%40ss%3A%2Fw%3Frd@127.0.0.1:{server.port}{query}"
        with open_to(server, url, cafile=certificate.file) as transport:
            send(transport, data=BIG_MAIL[:300_000] + b"\r\n")
            send(transport)

    assert [(mail.is_tls, mail.user) for mail in server.accepted] == [(True, "salma@firm")] * 2
    assert server.accepted[0].data == BIG_MAIL[:300_000] + b"\r\n"
    assert server.connections == 1


def test_a_refused_password_stops_sending(certificate: Certificate) -> None:
    with SmtpServer(certificate=certificate, is_tls=True, users={"salma": "right"}) as server:
        url = f"smtps://salma:wrong@127.0.0.1:{server.port}"
        with open_to(server, url, cafile=certificate.file) as transport, pytest.raises(SendingStopped) as caught:
            send(transport)

    assert (caught.value.stage, caught.value.is_permanent) == ("AUTH", True)
    assert caught.value.answer == "535 5.7.8 Wrong user name or password"
    assert "wrong" not in repr(transport.relay)


@pytest.mark.parametrize("fault", ["454 4.7.0 Later", Fault.DROP])
def test_a_sign_in_that_fails_for_now_may_be_tried_again(fault: str | Fault, certificate: Certificate) -> None:
    with SmtpServer(certificate=certificate, is_tls=True, users={"salma": "right"}) as server:
        server.misbehave("AUTH", fault, fault)
        url = f"smtps://salma:right@127.0.0.1:{server.port}"
        with open_to(server, url, cafile=certificate.file) as transport, pytest.raises(SendingStopped) as caught:
            send(transport)

    assert (caught.value.stage, caught.value.is_permanent) == ("AUTH", False)


def test_a_server_that_knows_only_login_is_signed_in_to(certificate: Certificate) -> None:
    users = {"salma": "right"}

    with SmtpServer(certificate=certificate, is_tls=True, users=users, mechanisms="LOGIN") as server:
        url = f"smtps://salma:right@127.0.0.1:{server.port}"
        with open_to(server, url, cafile=certificate.file) as transport:
            send(transport)

    assert server.accepted[0].user == "salma"


def test_a_server_without_sign_in_stops_sending(server: SmtpServer) -> None:
    url = f"smtp://salma:secret@127.0.0.1:{server.port}"

    with open_to(server, url) as transport, pytest.raises(SendingStopped) as caught:
        send(transport)

    assert (caught.value.stage, caught.value.is_permanent) == ("AUTH", True)


@pytest.mark.parametrize("is_tls", [False, True], ids=["starttls", "implicit"])
def test_a_certificate_nobody_vouches_for_stops_sending(is_tls: bool, certificate: Certificate) -> None:
    with SmtpServer(certificate=certificate, is_tls=is_tls) as server:
        url = server.url if is_tls else f"{server.url}?starttls=optional"
        with open_to(server, url) as transport, pytest.raises(SendingStopped) as caught:
            send(transport)

    assert (caught.value.stage, caught.value.is_permanent) == ("TLS", True)
    assert "certificate" in caught.value.answer


def test_a_certificate_for_another_name_stops_sending(tmp_path: Path) -> None:
    other = make_certificate(tmp_path, names="DNS:other.example")

    with SmtpServer(certificate=other, is_tls=True) as server:
        transport = open_to(server, cafile=other.file)
        with pytest.raises(SendingStopped) as caught:
            send(transport)

    assert (caught.value.stage, caught.value.is_permanent) == ("TLS", True)


def test_a_stripped_starttls_stops_sending(server: SmtpServer) -> None:
    with open_to(server, f"{server.url}?starttls=required") as transport, pytest.raises(SendingStopped) as caught:
        send(transport)

    assert (caught.value.stage, caught.value.is_permanent) == ("STARTTLS", True)
    assert "MAIL" not in " ".join(server.commands)


@pytest.mark.parametrize(("answer", "is_permanent"), [("454 4.7.0 Not now", False), ("501 5.5.4 No", True)])
def test_a_refused_starttls_stops_sending(answer: str, is_permanent: bool, certificate: Certificate) -> None:
    with SmtpServer(certificate=certificate) as server:
        server.misbehave("STARTTLS", answer)
        transport = open_to(server, f"{server.url}?starttls=required", cafile=certificate.file)
        with pytest.raises(SendingStopped) as caught:
            send(transport)

    assert (caught.value.stage, caught.value.is_permanent) == ("STARTTLS", is_permanent)


def test_words_slipped_in_behind_starttls_stop_sending(certificate: Certificate) -> None:
    with SmtpServer(certificate=certificate) as server:
        server.misbehave("STARTTLS", "220 2.0.0 Go\r\n250-injected\r\n250 AUTH PLAIN")
        transport = open_to(server, f"{server.url}?starttls=required", cafile=certificate.file)
        with pytest.raises(SendingStopped, match="more than an answer"):
            send(transport)
