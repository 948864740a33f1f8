"""A step of a conversation that a test holds until it has looked or acted."""

import threading


class Gate:
    """Holds the server at a step until it is opened, then lets the step go its usual way. `reached` is set once a
    client waits there; at DOT the mail is kept by then."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._opened = threading.Event()

    def open(self) -> None:
        self._opened.set()

    def hold(self, closing: threading.Event) -> None:
        self.reached.set()
        while not self._opened.wait(0.02) and not closing.is_set():
            pass
