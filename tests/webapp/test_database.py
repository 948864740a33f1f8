"""Transactions: writers lose nothing, readers write nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from webapp import database as clock
from webapp.database import Database
from webapp.models import Tick, User


def test_two_hundred_concurrent_read_modify_writes_on_sqlite_lose_nothing(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.writer() as session:
        session.execute(text("CREATE TABLE counter (value INTEGER NOT NULL)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))
        session.commit()

    def add_one(_: int) -> None:
        with database.writer() as session:
            seen = session.scalar(text("SELECT value FROM counter"))
            session.execute(text("UPDATE counter SET value = :next"), {"next": seen + 1})
            session.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(200)))

    with database.reader() as session:
        assert session.scalar(text("SELECT value FROM counter")) == 200
    database.dispose()


def test_a_writer_on_sqlite_holds_the_write_lock_from_its_first_look(sqlite_url: str) -> None:
    database = Database(sqlite_url, busy_timeout_ms=50)

    with database.writer() as one, database.writer() as two:
        one.execute(text("SELECT 1"))
        with pytest.raises(DBAPIError, match="locked"):
            two.execute(text("SELECT 1"))
    database.dispose()


def test_a_reader_on_sqlite_does_not_wait_for_a_writer(sqlite_url: str) -> None:
    database = Database(sqlite_url, busy_timeout_ms=50)

    with database.writer() as writing, database.reader() as reading:
        writing.execute(text("SELECT 1"))
        seen = reading.scalar(text("SELECT count(*) FROM tick"))

    assert seen == 0
    database.dispose()


@pytest.mark.parametrize("statement", ["INSERT INTO tick VALUES ('x', '2026-01-01 00:00:00')", "DELETE FROM tick"])
def test_a_reader_cannot_write(database: Database, statement: str) -> None:
    with database.reader() as session, pytest.raises(DBAPIError, match=r"read-?\s?only"):
        session.execute(text(statement))


def test_a_writer_can_write_after_a_reader_used_the_same_connection(database: Database) -> None:
    for _ in range(3):
        with database.reader() as session:
            session.execute(text("SELECT 1"))
        with database.writer() as session:
            session.merge(Tick(name="x", at=datetime.now(UTC)))
            session.commit()
        with database.reader() as session, pytest.raises(DBAPIError):
            session.execute(text("DELETE FROM tick"))


def test_what_was_not_committed_is_not_there(database: Database) -> None:
    with database.writer() as session:
        session.add(Tick(name="x", at=datetime.now(UTC)))
        session.flush()

    with database.reader() as session:
        assert session.get(Tick, "x") is None


def test_an_instant_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    moment = datetime(2026, 4, 6, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=4)))
    with database.writer() as session:
        session.add(Tick(name="x", at=moment))
        session.commit()

    with database.reader() as session:
        seen = session.get_one(Tick, "x").at

    assert seen == moment
    assert seen.tzinfo is UTC


def test_a_moment_without_its_zone_is_refused(database: Database) -> None:
    with database.writer() as session:
        session.add(Tick(name="x", at=datetime(2026, 4, 6)))  # noqa: DTZ001 - that is what is refused
        with pytest.raises(StatementError, match="needs its zone"):
            session.flush()
        session.rollback()


def test_the_databases_clock_is_aware_and_right(database: Database) -> None:
    with database.reader() as session:
        seen = clock.now(session)

    assert seen.tzinfo is UTC
    assert abs(seen - datetime.now(UTC)) < timedelta(minutes=1)


def test_sqlite_survives_a_power_cut_by_the_pragmas_that_make_it_so(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.reader() as session:
        pragmas = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.dispose()


def test_a_row_cannot_point_at_nothing(database: Database) -> None:
    with database.writer() as session, pytest.raises(DBAPIError):
        session.execute(
            text(
                "INSERT INTO user_session (secret_hash, user_id, created_at, last_seen_at)"
                " VALUES ('x', 999, '2026-01-01', '2026-01-01')"
            )
        )


def test_a_path_with_spaces_is_a_database_too(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a firm's folder.db")

    with database.writer() as session:
        User.__table__.create(session.connection())  # type: ignore[attr-defined]
        session.commit()

    assert (tmp_path / "a firm's folder.db").exists()
    database.dispose()


def test_nobody_on_postgresql_waits_for_a_lock_for_ever(postgres_url: str) -> None:
    database = Database(postgres_url, busy_timeout_ms=50)

    with database.writer() as one, database.writer() as two:
        one.execute(text("LOCK TABLE tick IN EXCLUSIVE MODE"))

        with pytest.raises(DBAPIError, match="lock timeout"):
            two.execute(text("LOCK TABLE tick IN EXCLUSIVE MODE"))

    database.dispose()


def test_who_goes_silent_in_a_transaction_on_postgresql_lets_go_of_it(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "IDLE_TIMEOUT_MS", 100)
    database = Database(postgres_url)

    with database.writer() as silent, database.writer() as other:
        silent.execute(text("LOCK TABLE tick IN EXCLUSIVE MODE"))
        other.execute(text("LOCK TABLE tick IN EXCLUSIVE MODE"))

        with pytest.raises(DBAPIError, match="idle-in-transaction"):
            silent.execute(text("SELECT 1"))

    database.dispose()
