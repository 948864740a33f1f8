"""Reading SMTP_URL."""

import pytest

from workers.relay import BadRelay, Relay, StartTls, parse_relay


def test_user_and_password_are_percent_decoded() -> None:
    relay = parse_relay("smtps://salma%40firm.example:p%3A%2F%3F%23%40%25@mail.firm.example:4650")

    assert relay == Relay(
        host="mail.firm.example",
        port=4650,
        is_tls=True,
        starttls=StartTls.NEVER,
        user="salma@firm.example",
        password="p:/?#@%",
    )
    assert "p:/" not in repr(relay)


@pytest.mark.parametrize(
    ("url", "port", "starttls"),
    [
        ("smtp://mail.firm.example", 25, StartTls.REQUIRED),
        ("smtp://u:p@mail.firm.example", 587, StartTls.REQUIRED),
        ("smtps://mail.firm.example", 465, StartTls.NEVER),
        ("smtp://mail.firm.example?starttls=optional", 25, StartTls.OPTIONAL),
        ("smtp://mail.firm.example/?starttls=never", 25, StartTls.NEVER),
        ("smtp://localhost:1025", 1025, StartTls.NEVER),
        ("smtp://[::1]:1025", 1025, StartTls.NEVER),
        ("smtp://u:p@127.0.0.2:1025", 1025, StartTls.NEVER),
        ("smtp://127.0.0.1:1025?starttls=required", 1025, StartTls.REQUIRED),
        ("smtp://localhost.firm.example", 25, StartTls.REQUIRED),
    ],
)
def test_port_and_starttls_have_safe_defaults(url: str, port: int, starttls: StartTls) -> None:
    relay = parse_relay(url)

    assert (relay.port, relay.starttls) == (port, starttls)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.firm.example",
        "http://mail.firm.example",
        "smtp://",
        "smtp://u:secret@mail.firm.example:port",
        "smtp://u:secret@mail.firm.example:99999",
        "smtp://u:secret@mail.firm.example/path",
        "smtp://u:secret@mail.firm.example?starttls=sometimes",
        "smtp://u:secret@mail.firm.example?tls=yes",
        "smtp://u:secret@mail.firm.example?secret",
        "smtp://u:secret@mail.firm.example?starttls=never",
        "smtp://u@mail.firm.example",
        "smtp://u:secret/x@mail.firm.example",
        "smtps://u:secret@mail.firm.example?starttls=required",
        "smtps://u:secret@[::1",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_the_password(url: str) -> None:
    with pytest.raises(BadRelay) as caught:
        parse_relay(url)

    assert "secret" not in str(caught.value)
    assert "SMTP_URL" in str(caught.value)
