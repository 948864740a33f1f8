"""The bell: silent, refused or frozen, a page never waits for it."""

import socket
import time

import pytest

from tests.support.site import Site, Visitor
from webapp.broker import Broker


def test_without_an_address_the_bell_is_silent() -> None:
    broker = Broker("")

    assert broker.ring() is False
    assert broker.answers() is False


def test_a_refused_connection_is_no_fault() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    broker = Broker(f"redis://127.0.0.1:{port}/0")

    assert broker.ring() is False
    assert broker.answers() is False


def test_a_frozen_server_is_given_up_and_not_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        broker = Broker(f"redis://127.0.0.1:{frozen.getsockname()[1]}/0", timeout_seconds=0.2)
        begun = time.monotonic()

        assert broker.ring() is False
        assert time.monotonic() - begun < 10


def test_a_page_that_queues_a_mail_works_without_the_queue(
    site: Site, client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        broker = Broker(f"redis://127.0.0.1:{frozen.getsockname()[1]}/0", timeout_seconds=0.2)
        monkeypatch.setitem(site.app.extensions, "broker", broker)

        answer = client.post(site.page_of(site.kitchen), {"text": "When?"}, csrf=False)

    assert answer.status_code == 303
    assert len(site.mails("receipt")) == 1


def test_the_bell_rings_after_the_commit_and_only_where_a_mail_was_queued(
    site: Site, client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []

    class Bell(Broker):
        def ring(self) -> bool:
            rung.append(len(site.mails("receipt")))
            return True

    monkeypatch.setitem(site.app.extensions, "broker", Bell(""))

    page = site.page_of(site.kitchen)
    client.get(page)
    client.post(f"{page}/language", {"language": "az"}, csrf=False)
    assert rung == []
    client.post(page, {"text": "When?"}, csrf=False)

    assert rung == [1]
