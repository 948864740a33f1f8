"""A worker killed with -9 at each step of one mail: nothing lost, nothing twice, in doubt only what truly is."""

import random
import signal
import time
from contextlib import ExitStack
from datetime import timedelta

import pytest

from tests.support.faults.processes import Forked, Running
from tests.support.faults.scene import LATER, Scene
from tests.support.gate import Gate
from tests.support.smtpd import Fault, SmtpServer

SLEEPY_SECONDS = 0.004


@pytest.mark.parametrize(
    ("step", "is_known", "copies"),
    [
        ("CONNECT", True, 1),
        ("RCPT", True, 1),
        ("DATA", True, 1),
        ("BODY", False, 0),
        ("DOT", False, 1),
    ],
)
def test_a_worker_killed_while_the_server_holds_it(scene: Scene, step: str, is_known: bool, copies: int) -> None:
    scene.mails(2)
    if step == "BODY":
        scene.grow()
    gate = Gate()
    scene.server.misbehave(step, gate)

    with scene.worker() as worker:
        assert gate.reached.wait(30)
        assert scene.sweep() == 0
        worker.kill()
    gate.open()

    first = scene.rows()[0]
    assert first.state == ("claimed" if is_known else "transmitting")
    assert scene.sweep(after=LATER) == 1
    assert scene.drain() == (2 if is_known else 1)
    assert scene.drain() == 0
    assert scene.accepted()[first.message_id] == copies
    assert scene.states() == ({"sent": 2} if is_known else {"sent": 1, "unknown": 1})
    scene.check_promise()


@pytest.mark.parametrize(
    ("point", "is_known", "copies"),
    [
        ("claimed", True, 1),
        ("before the body", False, 0),
        ("before the dot", False, 0),
        ("after the 250", False, 1),
        ("before the commit of sent", False, 1),
    ],
)
def test_a_worker_killed_between_two_of_its_own_steps(scene: Scene, point: str, is_known: bool, copies: int) -> None:
    scene.mails(2)

    with scene.stalling(point) as worker:
        assert worker.has_stalled()
        worker.kill()

    first = scene.rows()[0]
    assert first.state == ("claimed" if is_known else "transmitting")
    assert scene.sweep(after=LATER) == 1
    assert scene.drain() == (2 if is_known else 1)
    assert scene.drain() == 0
    assert scene.accepted()[first.message_id] == copies
    assert scene.states() == ({"sent": 2} if is_known else {"sent": 1, "unknown": 1})
    assert scene.waiting() == ({} if is_known else {"mail_unknown": 1})
    scene.check_promise()


def test_a_mail_whose_answer_never_came_is_in_doubt_whether_the_server_kept_it_or_not(scene: Scene) -> None:
    scene.mails(2)
    scene.server.misbehave("DOT", Fault.SILENCE, Fault.KEEP_AND_SILENCE)

    assert scene.drain(answer_timeout=0.3) == 0

    assert scene.states() == {"unknown": 2}
    assert scene.waiting() == {"mail_unknown": 2}
    assert scene.sweep(after=LATER) == 0
    assert scene.drain() == 0
    assert len(scene.server.accepted) == 1


def test_a_late_answer_of_the_same_attempt_still_counts_after_the_sweep_gave_up(scene: Scene) -> None:
    scene.mails(1)
    gate = Gate()
    scene.server.misbehave("DOT", gate)

    with scene.worker() as worker:
        assert gate.reached.wait(30)
        scene.sweep(after=LATER)
        assert scene.states() == {"unknown": 1}
        gate.open()
        assert worker.ends() == 0

    assert scene.states() == {"sent": 1}
    assert scene.waiting() == {}


def test_a_worker_that_slept_through_its_lease_sends_nothing(scene: Scene) -> None:
    scene.mails(1)
    gate = Gate()
    scene.server.misbehave("DATA", gate)

    with scene.worker() as sleeper:
        assert gate.reached.wait(30)
        sleeper.signal(signal.SIGSTOP)
        gate.open()
        assert scene.sweep(after=LATER) == 1
        with scene.stalling("claimed") as second:
            assert second.has_stalled()
            sleeper.signal(signal.SIGCONT)
            assert sleeper.ends() == 0
            assert scene.states() == {"claimed": 1}
            assert scene.server.accepted == []
            second.kill()

    scene.sweep(after=LATER)
    assert scene.drain() == 1
    scene.check_promise()


@pytest.mark.parametrize("at_once", [1, 3])
def test_sixty_mails_and_twenty_five_random_kills(scene: Scene, server: SmtpServer, at_once: int) -> None:
    dice = random.Random(4471)
    server.pause_seconds = SLEEPY_SECONDS
    scene.mails(60)
    kills = 0

    with ExitStack() as ended:
        running: list[Forked] = []
        until = time.monotonic() + 40
        while kills < 25 and time.monotonic() < until:
            while len(running) < at_once:
                running.append(ended.enter_context(scene.worker(LEASE_SECONDS=1)))
            time.sleep(dice.uniform(0.03, 0.14) / at_once)
            kills += running.pop(dice.randrange(len(running))).kill()
            scene.sweep()

    assert kills == 25
    doubts = scene.states()["transmitting"]
    scene.sweep(after=LATER)
    scene.drain()
    assert sum(scene.states().values()) == 60
    assert scene.states()["unknown"] == doubts <= kills + at_once
    scene.check_promise()


def test_three_workers_at_once_send_each_mail_once(scene: Scene) -> None:
    scene.mails(60)

    with Running(["-m", "workers", "drain"], scene.env()) as first, scene.worker() as second, scene.worker() as third:
        codes = {worker.ends() for worker in (first, second, third)}

    assert codes == {0}
    assert scene.states() == {"sent": 60}
    assert scene.sweep(after=LATER, unknown_after=timedelta(0)) == 0
    scene.check_promise()
