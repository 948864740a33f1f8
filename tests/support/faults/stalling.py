"""Runs a drain or one tick of the clock that stops dead at a named point, marks it in the file STALLED, and waits to be
killed.

The points inside Milepost that no misbehaving server can reach are reached by wrapping, here, what lies before them.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webapp.services.mail import outbox
from webapp.services.promised import planning
from workers import jobs
from workers.clock import Clock
from workers.delivery import Drain
from workers.smtp import SmtpTransport


def stall_after(owner: Any, name: str) -> None:
    """From now on the named function does its work and never comes back."""
    real: Callable[..., Any] = getattr(owner, name)

    def stalled(*given: Any, **named: Any) -> None:
        real(*given, **named)
        Path(os.environ["STALLED"]).touch()
        time.sleep(60)

    setattr(owner, name, stalled)


POINTS: dict[str, tuple[Any, str]] = {
    "claimed": (Drain, "_claim"),
    "before the body": (Drain, "_begin"),
    "before the dot": (SmtpTransport, "_send_body"),
    "after the 250": (SmtpTransport, "send"),
    "before the commit of sent": (outbox, "sent"),
    "before the commit of a plan": (planning, "advance"),
}


def main(point: str) -> None:
    stall_after(*POINTS[point])
    if point == "before the commit of a plan":
        app = jobs.load()
        Clock(app.database, app.settings).tick()
    else:
        jobs.drain()
