"""A contact says stop, or moves, while their mail is already at the mail server's door."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.faults.scene import LATER, Scene, right_now
from tests.support.gate import Gate
from webapp.models import Contact, Link, OutboxEmail, Purpose
from webapp.services.conversation import preferences
from webapp.services.updates import telling

Act = Callable[[Session, Link], object]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


def _stop(session: Session, link: Link) -> None:
    preferences.stop(session, link, now=right_now())


def _pause(session: Session, link: Link) -> None:
    preferences.pause(session, link, timedelta(days=7), now=right_now())


def _move(session: Session, link: Link) -> None:
    assert link.contact
    link.contact.address = "new@bennani.example"
    telling.address_changed(session, link.contact, now=right_now())


def _move_unnoticed(session: Session, link: Link) -> None:
    assert link.contact
    link.contact.address = "new@bennani.example"


def _sent_while(scene: Scene, pool: ThreadPoolExecutor, step: str, act: Act) -> int:
    """What a drain sends when the act commits while the server makes it wait at a step."""
    gate = Gate()
    scene.server.misbehave(step, gate)
    running = pool.submit(scene.drainer())
    assert gate.reached.wait(10)
    with scene.database.writer() as session:
        link = session.scalars(select(Link).where(Link.purpose == Purpose.UNSUBSCRIBE).order_by(Link.id)).first()
        assert link
        act(session, link)
        session.commit()
    gate.open()
    return int(running.result(20))


@pytest.mark.parametrize("step", ["CONNECT", "DATA"])
@pytest.mark.parametrize(("act", "sent"), [(_stop, 2), (_pause, 1)], ids=["stop and its receipt", "pause"])
def test_a_stop_that_commits_before_the_server_says_go_ahead_wins(
    scene: Scene, pool: ThreadPoolExecutor, step: str, act: Act, sent: int
) -> None:
    scene.mails(2)

    assert _sent_while(scene, pool, step, act) == sent

    first = scene.rows()[0]
    assert first.state == "cancelled"
    assert scene.accepted()[first.message_id] == 0
    assert scene.told() == {"skipped": 1, "told": 1}
    assert scene.sweep(after=LATER) == 0
    assert scene.drain() == 0


def test_a_stop_after_the_body_began_comes_too_late_and_the_mail_is_called_sent(
    scene: Scene, pool: ThreadPoolExecutor
) -> None:
    scene.mails(1)

    assert _sent_while(scene, pool, "DOT", _stop) == 2, "and the receipt of the stop"

    assert scene.states() == {"sent": 2}
    assert scene.told() == {"told": 1}


def test_an_address_changed_at_the_door_never_gets_the_mail_and_the_new_one_does(
    scene: Scene, pool: ThreadPoolExecutor
) -> None:
    scene.mails(1)

    sent = _sent_while(scene, pool, "DATA", _move)
    scene.make_due()
    sent += scene.drain()

    assert sent == 1
    assert [mail.recipients for mail in scene.server.accepted] == [("new@bennani.example",)]
    assert b"maria@bennani.example" not in scene.server.accepted[0].data
    assert scene.states() == {"cancelled": 1, "sent": 1}
    assert scene.told() == {"told": 1}


def test_an_address_changed_while_queued_never_gets_the_mail(scene: Scene, pool: ThreadPoolExecutor) -> None:
    scene.mails(1)

    assert _sent_while(scene, pool, "RCPT", _move_unnoticed) == 0

    assert scene.server.accepted == []
    assert scene.states() == {"cancelled": 1}
    assert scene.waiting() == {"mail_failed": 1}
    with scene.database.reader() as session:
        assert session.scalars(select(Contact.address)).one() == "new@bennani.example"
        assert session.scalars(select(OutboxEmail.to_address)).one() == "maria@bennani.example"
