"""What the queue may not make a worker do, whoever writes into it."""

import os
from typing import Any

import pytest
from redis import Redis
from rq import Callback, Webhook
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer, PickleSerializer

from webapp.broker import DRAIN_JOB
from workers import jobs
from workers.guarded_job import GuardedJob, NotAllowed


def _as_read(func: Any, *given: Any, serializer: Any = JSONSerializer, **named: Any) -> GuardedJob:
    """A job as a worker reads it from the queue; no server is asked."""
    nowhere = Redis()
    written = Job.create(func, given, connection=nowhere, serializer=serializer, **named)
    read = GuardedJob(written.id, connection=nowhere, serializer=JSONSerializer)
    read.restore({name.encode(): _as_bytes(value) for name, value in written.to_dict().items()})
    return read


def _as_bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(getattr(value, "value", value)).encode()


def test_our_own_job_is_run() -> None:
    assert _as_read(DRAIN_JOB).func is jobs.drain


@pytest.mark.parametrize("func", [os.system, "os.system", "subprocess.call", "workers.jobs.load", "workers.jobs"])
def test_any_other_function_is_refused(func: Any) -> None:
    with pytest.raises(NotAllowed):
        _ = _as_read(func).func


def test_our_own_job_with_arguments_is_refused() -> None:
    with pytest.raises(NotAllowed):
        _ = _as_read(DRAIN_JOB, "touch /tmp/ran").func
    with pytest.raises(NotAllowed):
        _ = _as_read(DRAIN_JOB, kwargs={"app": 1}).func


def test_a_pickled_job_is_not_even_read() -> None:
    with pytest.raises(DeserializationError):
        _ = _as_read(DRAIN_JOB, serializer=PickleSerializer).func


def test_callbacks_and_webhooks_are_forgotten() -> None:
    hooks = [Webhook("http://169.254.169.254/", "finished"), Webhook("http://169.254.169.254/", "failed")]
    read = _as_read(
        DRAIN_JOB,
        on_success=Callback("os.system"),
        on_failure=Callback("os.system"),
        on_stopped=Callback("os.system"),
        webhooks=hooks,
    )

    assert read.success_callback is None
    assert read.failure_callback is None
    assert read.stopped_callback is None
    assert read.webhooks == []
