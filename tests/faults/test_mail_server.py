"""A mail server that refuses, breaks off or cannot be trusted: what becomes of the mail, the contact and the staff."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.certificates import make_certificate
from tests.support.faults.scene import LATER, Scene, right_now
from tests.support.smtpd import Fault, SmtpServer
from workers.delivery import STOPPED

LATER_ANSWERS = ["450 4.2.1 Mailbox busy", "451 4.7.1 Greylisted", "452 4.2.2 Mailbox full", "454 4.7.0 Later"]


@pytest.mark.parametrize(
    ("step", "answer"),
    [*(("RCPT", answer) for answer in LATER_ANSWERS), ("DATA", LATER_ANSWERS[1]), ("DOT", LATER_ANSWERS[2])],
)
def test_refused_for_now_waits_alone_and_goes_out_once(scene: Scene, step: str, answer: str) -> None:
    scene.mails(2)
    scene.server.misbehave(step, answer)
    before = right_now()

    assert scene.drain() == 1

    first = scene.rows()[0]
    assert (first.state, first.refusals, first.answer) == ("queued", 1, answer)
    assert before + timedelta(minutes=1) <= first.not_before <= right_now() + timedelta(minutes=1.2)
    assert scene.waiting() == {}
    assert scene.address_states() == {"fine"}
    scene.make_due()
    assert scene.drain() == 1
    scene.check_promise()


def test_staff_hear_once_of_a_mail_that_was_refused_for_an_hour(scene: Scene) -> None:
    scene.mails(1)
    scene.server.misbehave("RCPT", "450 4.2.1 Mailbox busy")
    scene.drain()

    scene.sweep(after=timedelta(minutes=59))
    assert scene.waiting() == {}
    scene.sweep(after=timedelta(minutes=61))
    scene.sweep(after=timedelta(minutes=62))

    assert scene.waiting() == {"mail_refused_long": 1}
    assert scene.states() == {"queued": 1}


def test_an_address_refused_for_good_flags_the_contact_and_becomes_a_phone_call(scene: Scene) -> None:
    scene.mails(2)
    scene.server.misbehave("RCPT", "550 5.1.1 No such user")

    assert scene.drain() == 1

    assert scene.states() == {"failed": 1, "sent": 1}
    assert scene.rows()[0].answer == "550 5.1.1 No such user"
    assert scene.address_states() == {"refused", "fine"}
    assert scene.told() == {"by_phone": 1, "told": 1}
    assert scene.waiting() == {"mail_failed": 1}


def test_a_sender_that_is_refused_at_the_recipient_flags_nobody(scene: Scene) -> None:
    scene.mails(2)
    scene.server.misbehave("RCPT", "553 5.7.1 <bounces@firm.example>: Sender address rejected: not owned by user")
    scene.drain()

    assert scene.states() == {"queued": 2}
    assert (scene.address_states(), scene.waiting()) == ({"fine"}, {"sending_stopped": 1})


@pytest.mark.parametrize("step", ["DATA", "DOT"])
@pytest.mark.parametrize("answer", ["552 5.3.4 Too big", "554 5.6.0 Never"])
def test_a_mail_refused_for_good_fails_alone_and_its_contact_is_fine(scene: Scene, step: str, answer: str) -> None:
    scene.mails(2)
    scene.server.misbehave(step, answer)

    assert scene.drain() == 1

    assert scene.states() == {"failed": 1, "sent": 1}
    assert scene.address_states() == {"fine"}
    assert scene.told() == {"by_phone": 1, "told": 1}
    assert scene.waiting() == {"mail_failed": 1}


def _check_stopped(scene: Scene) -> None:
    """One alert, and no mail and no contact is to blame."""
    assert scene.states() == {"queued": 2}
    assert [row.refusals for row in scene.rows()] == [0, 0]
    assert scene.waiting() == {"sending_stopped": 1}
    assert scene.address_states() == {"fine"}
    assert scene.told() == {"due": 2}
    assert scene.tick(STOPPED) is not None
    assert scene.server.accepted == []


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_line_closed_at_one_mail_makes_that_one_wait_so_that_the_others_come_first(scene: Scene, step: str) -> None:
    scene.mails(2)
    scene.server.misbehave(step, "421 4.3.2 Closing")

    assert scene.drain() == 0
    assert scene.waiting() == {"sending_stopped": 1}
    scene.start_again()
    assert scene.drain() == 1

    assert sorted((row.state, row.refusals) for row in scene.rows()) == [("queued", 1), ("sent", 0)]
    assert scene.address_states() == {"fine"}
    assert scene.waiting() == {}


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("CONNECT", "554 5.3.2 No"),
        ("CONNECT", "421 4.3.2 Closing"),
        ("EHLO", "550 5.7.1 No"),
        ("MAIL", "550 5.7.1 Sender refused"),
        ("MAIL", "451 4.3.0 Later"),
        ("MAIL", "530 5.7.0 Sign in first"),
        ("CONNECT", Fault.DROP),
        ("MAIL", Fault.DROP),
    ],
)
def test_trouble_of_the_sender_stops_all_sending_with_one_alert_and_resumes(
    scene: Scene, step: str, answer: str | Fault
) -> None:
    scene.mails(2)
    scene.server.misbehave(step, answer, answer)

    assert scene.drain() == 0
    _check_stopped(scene)
    connections = scene.server.connections
    assert scene.drain() == 0
    assert scene.server.connections == connections
    scene.start_again()
    assert scene.drain() == 0
    _check_stopped(scene)
    scene.start_again()
    assert scene.drain() == 2

    assert scene.waiting() == {}
    assert scene.tick(STOPPED) is None
    scene.check_promise()


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _stops(scene: Scene, server: SmtpServer, url: str) -> None:
    scene.mails(2)
    scene.server = server

    assert scene.drain(settings=scene.settings(smtp_url=url)) == 0

    _check_stopped(scene)


def test_a_refused_password_stops_all_sending(scene: Scene, servers: ExitStack) -> None:
    server = servers.enter_context(SmtpServer(users={"firm": "right"}))

    _stops(scene, server, f"smtp://firm:wrong@127.0.0.1:{server.port}")

    scene.start_again()
    assert scene.drain(settings=scene.settings(smtp_url=f"smtp://firm:right@127.0.0.1:{server.port}")) == 2
    assert scene.waiting() == {}


@pytest.mark.parametrize("answer", ["454 4.7.0 Not now", "554 5.7.0 Never"])
def test_trouble_at_signing_in_stops_all_sending(scene: Scene, servers: ExitStack, answer: str) -> None:
    server = servers.enter_context(SmtpServer(users={"firm": "right"}))
    server.misbehave("AUTH", answer)

    _stops(scene, server, f"smtp://firm:right@127.0.0.1:{server.port}")


def test_a_server_whose_starttls_was_stripped_stops_all_sending(scene: Scene) -> None:
    _stops(scene, scene.server, f"{scene.server.url}?starttls=required")

    assert not [line for line in scene.server.commands if line.startswith("MAIL")]


def test_a_certificate_nobody_vouches_for_stops_all_sending(scene: Scene, servers: ExitStack, tmp_path: Path) -> None:
    server = servers.enter_context(SmtpServer(certificate=make_certificate(tmp_path), is_tls=True))

    _stops(scene, server, server.url)


def test_no_server_at_all_stops_all_sending(scene: Scene) -> None:
    with SmtpServer() as gone:
        url = gone.url

    _stops(scene, scene.server, url)


@pytest.mark.parametrize("step", ["RCPT", "DATA", "BODY"])
def test_a_line_that_breaks_before_the_dot_is_tried_again_later(scene: Scene, step: str) -> None:
    scene.mails(2)
    scene.server.misbehave(step, Fault.DROP)
    if step == "BODY":
        scene.grow()

    assert scene.drain() == 1

    first = scene.rows()[0]
    assert (first.state, first.refusals) == ("queued", 1)
    assert scene.accepted()[first.message_id] == 0
    scene.make_due()
    assert scene.drain() == 1
    scene.check_promise()


@pytest.mark.parametrize(("fault", "copies"), [(Fault.DROP, 0), (Fault.KEEP_AND_DROP, 1)])
def test_a_line_that_breaks_after_the_dot_leaves_the_mail_in_doubt_for_ever(
    scene: Scene, fault: Fault, copies: int
) -> None:
    scene.mails(2)
    scene.server.misbehave("DOT", fault)

    assert scene.drain() == 1

    first = scene.rows()[0]
    assert (first.state, scene.accepted()[first.message_id]) == ("unknown", copies)
    assert scene.waiting() == {"mail_unknown": 1}
    assert scene.sweep(after=LATER) == 0
    assert scene.drain() == 0
    scene.check_promise()
