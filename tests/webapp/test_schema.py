"""Migrations: up, down, up again, equal to the models, and whole or not at all."""

from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, text

from webapp import schema
from webapp.database import Database
from webapp.models import Base


@pytest.fixture
def empty(request: pytest.FixtureRequest, database: Database) -> Database:
    """A database from which every table was taken again."""
    schema.downgrade(database, "base")
    return database


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file that never was anything."""
    database = Database(f"sqlite:///{tmp_path}/fresh.db")
    yield database
    database.dispose()


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_there_is_one_head() -> None:
    assert ScriptDirectory.from_config(schema.config()).get_heads() == [schema.head()]


def test_down_leaves_nothing_and_up_brings_everything_back(empty: Database) -> None:
    down = tables(empty)

    schema.upgrade(empty)

    assert down == set()
    assert schema.current(empty) == schema.head()
    assert tables(empty) == set(Base.metadata.tables)


def test_the_migrated_database_equals_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        command.check(schema.config(connection))


def test_the_ledger_still_refuses_after_down_and_up(empty: Database) -> None:
    schema.upgrade(empty)

    with empty.engine.connect() as connection:
        if empty.is_sqlite:
            query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        else:
            query = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        found = {row[0] for row in connection.execute(text(query))}

    assert {"promise", "audit_entry"} <= found


def test_upgrading_what_is_up_to_date_changes_nothing(database: Database) -> None:
    schema.upgrade(database)

    assert schema.current(database) == schema.head()


def test_a_migration_that_dies_half_way_leaves_what_was_before(empty: Database) -> None:
    def die(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "CREATE TABLE slot" in statement:
            raise RuntimeError("power cut")

    event.listen(empty.engine, "before_cursor_execute", die)
    with pytest.raises(RuntimeError, match="power cut"):
        schema.upgrade(empty)
    event.remove(empty.engine, "before_cursor_execute", die)
    left = (schema.current(empty), tables(empty))

    schema.upgrade(empty)

    assert left == (None, set())
    assert tables(empty) == set(Base.metadata.tables)


def release(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.dispose()


def test_two_releases_at_once_wait_for_one_another(postgres_url: str) -> None:
    database = Database(postgres_url)
    schema.downgrade(database, "base")

    with get_context("spawn").Pool(2) as pool:
        pool.map(release, [postgres_url] * 2)

    assert tables(database) == set(Base.metadata.tables)
    database.dispose()


def test_a_file_that_never_was_anything_becomes_a_database(fresh: Database) -> None:
    before = schema.current(fresh)

    schema.upgrade(fresh)

    assert before is None
    assert tables(fresh) == set(Base.metadata.tables)


def test_data_from_before_the_first_version_is_refused_in_one_sentence_and_left_alone(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
        connection.commit()

    with pytest.raises(schema.FromBefore, match="from before the first version"):
        schema.upgrade(database)

    assert schema.fault(database) == schema.FROM_BEFORE
    assert schema.current(database) == "0003"
