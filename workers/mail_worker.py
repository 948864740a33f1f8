"""An RQ worker that lets the mail in hand come to an end when it is asked to stop."""

import os
import signal
from contextlib import suppress
from types import FrameType

from rq import Worker


class MailWorker(Worker):
    """Passes the request to stop on to the job's own process, which releases what it has not begun to send."""

    is_asked_to_end = False

    def handle_payload(self, message: object) -> None:
        """Whoever can write to the queue's server could send commands that end a worker: none is obeyed. A worker is
        asked to end by its own machine."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.is_asked_to_end = True
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]
