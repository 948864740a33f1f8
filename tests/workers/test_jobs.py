"""The one job a queue may name."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.faults.scene import Scene
from tests.support.smtpd import SmtpServer
from webapp.broker import DRAIN_JOB
from webapp.database import Database
from workers import __main__ as commands
from workers import jobs
from workers.app import StopFlag


@pytest.fixture
def in_a_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Nothing is loaded yet, and the signals are ours again afterwards."""
    monkeypatch.setattr(jobs, "_loaded", [])
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield monkeypatch
    for loaded in jobs._loaded:
        loaded.database.dispose()
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def scene(sqlite_url: str, in_a_worker: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Scene]:
    database = Database(sqlite_url)
    with SmtpServer() as server:
        made = Scene(database, sqlite_url, server)
        for name, value in made.env().items():
            in_a_worker.setenv(name, value)
        yield made
    database.dispose()


def test_the_bell_names_the_one_allowed_job() -> None:
    assert {DRAIN_JOB} == jobs.ALLOWED


def test_a_job_sends_what_is_due_with_the_settings_of_its_environment(scene: Scene) -> None:
    scene.mails(2)

    assert jobs.drain() == 2
    assert jobs.drain() == 0

    assert scene.states() == {"sent": 2}
    assert scene.server.connections == 1


def test_the_application_is_loaded_once_a_process(scene: Scene) -> None:
    assert jobs.load() is jobs.load()


def test_a_request_to_stop_is_remembered(in_a_worker: pytest.MonkeyPatch) -> None:
    flag = StopFlag().listen()
    assert flag() is False

    signal.raise_signal(signal.SIGTERM)

    assert flag() is True


def test_a_mail_server_address_that_cannot_be_used_is_said_before_work_begins(
    scene: Scene, in_a_worker: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_a_worker.setenv("SMTP_URL", "smtp://firm:secret@mail.example?starttls=never")

    assert commands.main(["worker"]) == 1

    said = capsys.readouterr().err
    assert said.startswith("SMTP_URL")
    assert "secret" not in said


def test_an_unknown_command_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main([]) == 2
    assert "worker, clock, drain" in capsys.readouterr().err
