"""A database that is locked or goes away: no half write, and an answer of the mail server is not forgotten."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.support.faults.scene import Scene
from tests.support.gate import Gate
from tests.webapp.embedded.watching import eventually
from webapp.database import Database
from workers.clock import Clock

AWAY_SECONDS = 1.5


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


@contextmanager
def _locked(scene: Scene) -> Iterator[None]:
    """Another process's transaction holds the file (SQLite sees processes and connections alike)."""
    path = make_url(scene.url).database
    assert path
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def _away(scene: Scene) -> Iterator[None]:
    """The database lets nobody in and has thrown out who was."""
    url = make_url(scene.url)
    name = url.database
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        admin.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        admin.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
        yield
        admin.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    engine.dispose()


def _sends_while(
    scene: Scene, pool: ThreadPoolExecutor, gate: Gate, gone: Callable[[Scene], AbstractContextManager[None]]
) -> Future[int]:
    running: Future[int] = pool.submit(scene.drainer())
    assert gate.reached.wait(10)
    with gone(scene):
        gate.open()
        assert not eventually(running.done, within_seconds=AWAY_SECONDS)
    return running


def test_a_file_locked_by_another_process_leaves_no_half_write_and_sending_goes_on_after(small_scene: Scene) -> None:
    scene = small_scene
    scene.mails(2)
    impatient = Scene(Database(scene.url, busy_timeout_ms=50), scene.url, scene.server)

    with _locked(scene), pytest.raises(OperationalError):
        impatient.drain()

    assert scene.states() == {"queued": 2}
    assert [row.attempt for row in scene.rows()] == [0, 0]
    assert impatient.drain() == 2
    scene.check_promise()
    impatient.database.dispose()


def test_a_clock_waits_for_a_locked_file_and_does_not_die_of_it(small_scene: Scene) -> None:
    scene = small_scene
    scene.mails(1)
    database = Database(scene.url, busy_timeout_ms=50)
    ending = threading.Event()
    settings = scene.settings(tick_seconds=0.05, bell_grace_seconds=600)
    clock = threading.Thread(target=Clock(database, settings, stopping=ending.is_set).run)

    with _locked(scene):
        clock.start()
        assert not eventually(lambda: not clock.is_alive(), within_seconds=0.5)
    assert eventually(lambda: scene.tick("clock") is not None)
    ending.set()
    clock.join(10)

    assert not clock.is_alive()
    database.dispose()


def test_an_answer_that_comes_while_the_file_is_locked_is_still_written_down(
    small_scene: Scene, pool: ThreadPoolExecutor
) -> None:
    scene, gate = small_scene, Gate()
    scene.mails(1)
    scene.server.misbehave("DOT", gate)
    impatient = Scene(Database(scene.url, busy_timeout_ms=50), scene.url, scene.server)

    running = _sends_while(impatient, pool, gate, _locked)

    assert running.result(20) == 1
    assert scene.states() == {"sent": 1}
    scene.check_promise()
    impatient.database.dispose()


@pytest.fixture
def postgres_scene(postgres_url: str, small_scene: Scene) -> Iterator[Scene]:
    database = Database(postgres_url)
    yield Scene(database, postgres_url, small_scene.server)
    database.dispose()


def test_an_answer_that_comes_while_the_server_is_away_is_still_written_down(
    postgres_scene: Scene, pool: ThreadPoolExecutor
) -> None:
    scene, gate = postgres_scene, Gate()
    scene.mails(1)
    scene.server.misbehave("DOT", gate)

    running = _sends_while(scene, pool, gate, _away)

    assert running.result(20) == 1
    assert scene.states() == {"sent": 1}
    scene.check_promise()


def test_connections_that_were_thrown_out_are_made_anew(postgres_scene: Scene, pool: ThreadPoolExecutor) -> None:
    scene, gate = postgres_scene, Gate()
    scene.mails(2)
    scene.server.misbehave("RCPT", gate)

    running = pool.submit(scene.drainer())
    assert gate.reached.wait(10)
    with _away(scene):
        pass
    gate.open()

    assert running.result(20) == 2
    scene.check_promise()
