"""The engine and its two kinds of transaction: read-only for looking, BEGIN IMMEDIATE for writing."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_MS = 10_000
IDLE_TIMEOUT_MS = 60_000


class Database:
    """Sessions over one URL. `reader()` cannot write; `writer()` takes the write lock at once.

    On SQLite a deferred transaction that later writes loses races ("database is locked"), so writers begin
    IMMEDIATE and readers DEFERRED with `query_only`. PostgreSQL readers are READ ONLY.
    """

    def __init__(self, url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self.engine = _engine(url, busy_timeout_ms)
        read_options: dict[str, Any] = {"milepost_reader": True}
        if not self.is_sqlite:
            read_options["postgresql_readonly"] = True
        self.read_engine = self.engine.execution_options(**read_options)
        write_engine = self.engine.execution_options(milepost_writer=True)
        self.writer: Callable[[], Session] = sessionmaker(write_engine, expire_on_commit=False)
        self.reader: Callable[[], Session] = sessionmaker(self.read_engine, expire_on_commit=False, autoflush=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def dispose(self) -> None:
        self.engine.dispose()


def now(session: Session) -> datetime:
    """This moment in UTC: the database's clock on PostgreSQL, so that all hosts agree; the host's on SQLite."""
    if session.get_bind().dialect.name == "postgresql":
        moment: datetime = session.scalars(select(func.clock_timestamp())).one()
        return moment.astimezone(UTC)
    return datetime.now(UTC)


def _postgresql(url: str, lock_timeout_ms: int) -> Engine:
    """Nobody waits for a lock for ever, and whoever went silent in the middle of a transaction lets go of theirs. Set
    at each begin: behind a pooler a connection is many people's."""
    engine = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("milepost_writer", False):
            connection.exec_driver_sql(
                f"SELECT set_config('lock_timeout', '{lock_timeout_ms}', true), "
                f"set_config('idle_in_transaction_session_timeout', '{IDLE_TIMEOUT_MS}', true)"
            )

    return engine


def _engine(url: str, busy_timeout_ms: int) -> Engine:
    if not url.startswith("sqlite"):
        return _postgresql(url, busy_timeout_ms)
    engine = create_engine(url, connect_args={"timeout": busy_timeout_ms / 1000, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # NORMAL may lose the last commits at a power cut: a lost "transmitting" mark is a mail sent twice.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={busy_timeout_ms}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("milepost_reader", False)
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
