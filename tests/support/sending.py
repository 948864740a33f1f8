"""Sending one mail in a test, with waits as short as tests want them."""

from collections.abc import Callable
from typing import Any

from tests.support.smtpd import SmtpServer
from workers.smtp import SmtpTransport

MAIL = b"Subject: news\r\n\r\nOn track.\r\n"
BIG_MAIL = b"Subject: news\r\n\r\n" + b"On track, and more to read about it.\r\n" * 400_000


def open_to(server: SmtpServer, url: str | None = None, **options: Any) -> SmtpTransport:
    waits = {"connect_timeout": 2, "command_timeout": 2, "answer_timeout": 2, "slice_seconds": 0.01, "stop_grace": 0.1}
    return SmtpTransport(url or server.url, helo="firm.example", **{**waits, **options})


def send(
    transport: SmtpTransport,
    *,
    data: bytes = MAIL,
    recipient: str = "maria@client.example",
    at_data: Callable[[], bool] = lambda: True,
    stopping: Callable[[], bool] = lambda: False,
) -> str:
    return transport.send(
        envelope_from="news@firm.example", recipient=recipient, data=data, at_data=at_data, stopping=stopping
    )
