"""How long a request may take to arrive: whoever sends it letter by letter, or stops half way, gives their place back.

gunicorn waits for ever for the rest of a head or a body, and each that waits has one of a few threads.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BODY_SECONDS = 60.0


@contextmanager
def body_of(connection: socket.socket | None) -> Iterator[None]:
    """A body that has not come within a minute ends where it is. None: a server that looks after that itself."""
    if connection is None:
        yield
        return
    running = deadline(connection, BODY_SECONDS)
    try:
        yield
    finally:
        running.cancel()


def deadline(connection: socket.socket, seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, _stop_reading, [connection])
    timer.daemon = True
    timer.start()
    return timer


def _stop_reading(connection: socket.socket) -> None:
    """Whoever waits for more gets the end instead; what we have to say can still be sent."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
