"""What a worker takes from the queue's server: jobs, and no orders."""

import json

import pytest
from rq.worker import base

from workers.mail_worker import MailWorker


def test_an_order_over_the_queues_server_ends_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    made = MailWorker.__new__(MailWorker)
    obeyed: list[object] = []
    monkeypatch.setattr(base, "handle_command", lambda *given: obeyed.append(given))

    made.handle_payload({"type": "message", "data": json.dumps({"command": "shutdown"}).encode()})

    assert obeyed == []
