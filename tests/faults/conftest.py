"""What faults happen to."""

from collections.abc import Iterator

import pytest

from tests.support.faults.processes import Farm
from tests.support.faults.scene import Scene
from tests.support.smtpd import SmtpServer
from webapp.database import Database


@pytest.fixture(scope="session")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    made = Farm(tmp_path_factory.mktemp("farm"))
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def scene(database: Database, database_url: str, server: SmtpServer, farm: Farm) -> Scene:
    """On both databases."""
    return Scene(database, database_url, server, farm)


@pytest.fixture
def small_scene(sqlite_url: str, server: SmtpServer, farm: Farm) -> Iterator[Scene]:
    """On SQLite only, for faults that do not reach the outbox."""
    database = Database(sqlite_url)
    yield Scene(database, sqlite_url, server, farm)
    database.dispose()
