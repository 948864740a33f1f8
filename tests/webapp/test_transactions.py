"""A request's transaction: nobody waits for somebody else's body."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update
from werkzeug.serving import make_server

from tests.support.factories import World
from tests.support.site import Clock, Site, found
from tests.webapp.conftest import built, settings_for
from webapp.models import Checkpoint, Engagement, Purpose, Slot

READ_WITHIN_SECONDS = 5.0
PROMISED = 400
"""How long the body is said to be, in bytes; less than that is sent."""


@pytest.fixture
def served(database_url: str, tmp_path: Path, moment_is: Clock) -> Iterator[tuple[Site, int]]:
    """The application behind a real server with threads, on either database, and its port."""
    app = built(settings_for(tmp_path, database_url))
    database = app.extensions["database"]
    with database.writer() as session:
        world = World.build(session, now=moment_is.now)
        kitchen, report = found(session, world)
        session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    # So that closing the server waits for the requests in it.
    server.daemon_threads = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, app.extensions["settings"], database, moment_is, world, kitchen, report), server.port
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


@pytest.mark.parametrize("path", ["client page", "checkpoint form", "sign-in"])
def test_a_form_that_is_half_sent_holds_up_nobody(served: tuple[Site, int], path: str) -> None:
    site, port = served
    forms = site.link(Purpose.FORMS, user=site.world.alice)
    paths = {
        "client page": site.page_of(site.kitchen),
        "checkpoint form": f"/checkpoints/{forms}/{site.kitchen.checkpoint_id}",
        "sign-in": "/sign-in",
    }

    with closing(_half_sent(port, paths[path])) as phone:
        for letter in "abcd":
            _everybody_else_writes(site, letter)
            phone.sendall(letter.encode())


def test_a_form_that_comes_in_single_letters_is_kept_whole(served: tuple[Site, int]) -> None:
    site, port = served
    body = b"text=When+do+you+come%3F&once=7"

    with closing(_opened(port, site.page_of(site.kitchen), len(body))) as phone:
        for letter in body:
            phone.sendall(bytes([letter]))
        answer = phone.recv(100)

    assert answer.startswith(b"HTTP/1.1 303") or answer.startswith(b"HTTP/1.0 303")


def _everybody_else_writes(site: Site, reference: str) -> None:
    """What the clock and other pages do: lock the work with its slot and form, and write. Refused at once, not waited
    for, where somebody holds them."""
    with site.writing() as session:
        for wanted in (select(Engagement), select(Slot), select(Checkpoint)):
            session.execute(wanted.with_for_update(nowait=True))
        session.execute(update(Engagement).where(Engagement.id == site.kitchen.engagement_id).values(title=reference))


def _half_sent(port: int, path: str) -> socket.socket:
    """A request whose head and first letters were sent, seen by the server, which now waits for the rest."""
    phone = _opened(port, path, PROMISED)
    phone.sendall(b"text=When+do+you")
    phone.settimeout(0.3)
    with pytest.raises(TimeoutError):
        phone.recv(1)
    return phone


def _opened(port: int, path: str, length: int) -> socket.socket:
    phone = socket.create_connection(("127.0.0.1", port), timeout=READ_WITHIN_SECONDS)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    phone.sendall(head.encode())
    return phone
