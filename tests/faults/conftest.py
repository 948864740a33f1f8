"""What faults happen to."""

from collections.abc import Iterator

import pytest

from tests.faults.scene import Scene
from tests.workers.smtpd import SmtpServer
from webapp.database import Database


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def scene(database: Database, database_url: str, server: SmtpServer) -> Scene:
    """On both databases."""
    return Scene(database, database_url, server)


@pytest.fixture
def small_scene(sqlite_url: str, server: SmtpServer) -> Iterator[Scene]:
    """On SQLite only, for faults that do not reach the outbox."""
    database = Database(sqlite_url)
    yield Scene(database, sqlite_url, server)
    database.dispose()
