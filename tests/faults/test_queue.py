"""The queue wakes workers and decides nothing: losing it, or all in it, loses and doubles no mail."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rq import Callback, Queue
from rq.serializers import JSONSerializer, PickleSerializer

from tests.conftest import NOW
from tests.support.factories import World
from tests.support.faults.processes import Forked
from tests.support.faults.scene import Scene
from tests.support.faults.valkey import Valkey
from tests.support.gate import Gate
from tests.webapp.embedded.watching import eventually
from webapp import create_app
from webapp.broker import ENOUGH_WAITING, QUEUE, Broker
from workers.clock import QUEUE_DOWN, Clock

QUICK = {"TICK_SECONDS": 0.05, "BELL_GRACE_SECONDS": 0.2}


@pytest.fixture
def queue() -> Iterator[Valkey]:
    with Valkey() as made:
        yield made


def _worker(scene: Scene, queue: Valkey, **env: object) -> Forked:
    return scene.start("worker", REDIS_URL=queue.url, **env)


def _clock(scene: Scene, queue: Valkey) -> Forked:
    return scene.start("clock", REDIS_URL=queue.url, **QUICK)


def _bells(queue: Valkey) -> int:
    with queue.client() as client:
        return int(client.llen(f"rq:queue:{QUEUE}"))


def _all_sent(scene: Scene) -> bool:
    return set(scene.states()) == {"sent"}


def test_a_bell_wakes_a_worker_that_forks_and_sends(scene: Scene, queue: Valkey) -> None:
    queue.start()
    scene.mails(3)

    with _worker(scene, queue) as worker:
        assert Broker(queue.url).ring()
        assert eventually(lambda: _all_sent(scene), within_seconds=30)
        worker.signal(signal.SIGTERM)
        assert worker.ends() == 0

    scene.check_promise()
    assert _bells(queue) == 0


def test_a_worker_asked_to_end_gives_back_the_mail_its_job_has_not_begun_to_send(
    small_scene: Scene, queue: Valkey
) -> None:
    scene, gate = small_scene, Gate()
    queue.start()
    scene.mails(2)
    scene.server.misbehave("DATA", gate)

    with _worker(scene, queue) as worker:
        Broker(queue.url).ring()
        assert gate.reached.wait(30)
        worker.signal(signal.SIGTERM)
        assert worker.ends() == 0
    gate.open()

    assert scene.states() == {"queued": 2}
    assert scene.drain() == 2
    scene.check_promise()


def test_bells_lost_in_a_flush_are_rung_again_by_the_clock(small_scene: Scene, queue: Valkey) -> None:
    scene = small_scene
    queue.start()
    scene.mails(2)
    for _ in range(ENOUGH_WAITING + 3):
        assert Broker(queue.url).ring()
    assert _bells(queue) == ENOUGH_WAITING

    with queue.client() as client:
        client.flushall()
    Clock(scene.database, scene.settings(redis_url=queue.url)).tick()

    assert _bells(queue) == 1
    with _worker(scene, queue):
        assert eventually(lambda: _all_sent(scene), within_seconds=30)
    scene.check_promise()


def test_without_a_queue_the_clock_lets_mail_flow_and_says_so_until_the_queue_is_back(
    small_scene: Scene, queue: Valkey
) -> None:
    scene = small_scene
    scene.mails(3)

    with _clock(scene, queue) as clock:
        assert eventually(lambda: _all_sent(scene), within_seconds=30)
        assert scene.tick(QUEUE_DOWN) is not None
        queue.start()
        assert eventually(lambda: scene.tick(QUEUE_DOWN) is None)
        clock.signal(signal.SIGTERM)
        assert clock.ends() == 0

    scene.check_promise()


def test_a_frozen_queue_holds_up_no_page_and_no_mail(small_scene: Scene, queue: Valkey) -> None:
    scene = small_scene
    queue.start()
    with scene.database.writer() as session:
        World.build(session, now=NOW)
        session.commit()
    app = create_app(scene.settings(redis_url=queue.url))
    app.config["WTF_CSRF_ENABLED"] = False
    queue.freeze()
    answered: list[int] = []

    def ask_to_sign_in() -> bool:
        if not answered:
            page = app.test_client().post("/sign-in", data={"address": "alice@darrenov.example"})
            answered.append(page.status_code)
        return answered[0] in (200, 302, 303)

    try:
        assert eventually(ask_to_sign_in, within_seconds=5)
        with _clock(scene, queue):
            assert eventually(lambda: scene.states() == {"sent": 1}, within_seconds=30)
            assert scene.tick(QUEUE_DOWN) is not None
    finally:
        queue.thaw()


def test_a_queue_that_died_in_the_middle_of_a_job_and_is_restarted_empty_finds_its_worker_again(
    small_scene: Scene, queue: Valkey
) -> None:
    scene, gate = small_scene, Gate()
    queue.start()
    scene.mails(2)
    scene.keep_for_later()
    scene.server.misbehave("DATA", gate)

    with _worker(scene, queue) as worker:
        Broker(queue.url).ring()
        assert gate.reached.wait(30)
        queue.kill()
        gate.open()
        assert eventually(lambda: scene.states()["sent"] == 1, within_seconds=30)
        queue.start()
        scene.make_due()
        assert Broker(queue.url).ring()
        assert eventually(lambda: _all_sent(scene), within_seconds=30)
        assert worker.is_alive

    scene.check_promise()


@pytest.mark.parametrize("serializer", [JSONSerializer, PickleSerializer])
def test_a_worker_runs_nothing_but_its_own_jobs_and_lives_on(
    small_scene: Scene, queue: Valkey, tmp_path: Path, serializer: Any
) -> None:
    scene, mark = small_scene, tmp_path / "ran"
    queue.start()
    scene.mails(1)

    with queue.client() as client, _worker(scene, queue):
        foreign = Queue(QUEUE, connection=client, serializer=serializer)
        foreign.enqueue(os.system, f"touch {mark}")
        foreign.enqueue("workers.jobs.drain", on_success=Callback("os.system"), on_failure=Callback("os.system"))
        Broker(queue.url).ring()
        assert eventually(lambda: _all_sent(scene), within_seconds=30)
        assert eventually(lambda: foreign.count == 0)

    assert not mark.exists()
    scene.check_promise()
