"""A worker asked to end (SIGTERM) in the middle of a mail."""

import signal

from tests.support.faults.scene import Scene
from tests.support.gate import Gate
from tests.webapp.embedded.watching import eventually
from workers.delivery import Drain
from workers.smtp import SmtpTransport


def test_before_the_dot_the_mail_is_given_back_at_once_and_goes_out_later_once(scene: Scene) -> None:
    scene.mails(2)
    gate = Gate()
    scene.server.misbehave("DATA", gate)

    with scene.worker() as worker:
        assert gate.reached.wait(30)
        worker.signal(signal.SIGTERM)
        assert worker.ends() == 0
    gate.open()

    assert scene.states() == {"queued": 2}
    assert [row.refusals for row in scene.rows()] == [0, 0]
    assert scene.server.accepted == []
    assert scene.drain() == 2
    scene.check_promise()


def test_after_the_dot_the_answer_is_waited_for_and_nothing_new_is_claimed(scene: Scene) -> None:
    scene.mails(2)
    gate = Gate()
    scene.server.misbehave("DOT", gate)

    with scene.worker() as worker:
        assert gate.reached.wait(30)
        worker.signal(signal.SIGTERM)
        assert not eventually(lambda: not worker.is_alive, within_seconds=0.7)
        gate.open()
        assert worker.ends() == 0

    assert scene.states() == {"sent": 1, "queued": 1}
    assert scene.drain() == 1
    scene.check_promise()


def test_after_the_dot_no_answer_within_the_grace_leaves_the_mail_in_doubt(small_scene: Scene) -> None:
    scene = small_scene
    scene.mails(2)
    gate = Gate()
    scene.server.misbehave("DOT", gate)

    with SmtpTransport(scene.server.url, helo="firm.example", stop_grace=0.1, slice_seconds=0.01) as transport:
        sent = Drain(scene.database, scene.settings(), transport, stopping=gate.reached.is_set).run()

    assert sent == 0
    assert scene.states() == {"unknown": 1, "queued": 1}
    assert scene.waiting() == {"mail_unknown": 1}
