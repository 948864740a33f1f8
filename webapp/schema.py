"""Brings a database to the schema this version needs; never called by the web server."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from webapp.database import Database

ADVISORY_LOCK = 7_304_201
MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["connection"] = connection
    return made


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply what is missing, one transaction a revision, so that a killed migration leaves a whole one behind.

    PostgreSQL: under an advisory lock, so two releases wait for each other. SQLite: each revision begins IMMEDIATE.
    """
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
            connection.commit()
        try:
            command.upgrade(config(connection), revision)
        finally:
            connection.rollback()
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
                connection.commit()


def downgrade(database: Database, revision: str) -> None:
    with database.engine.connect() as connection:
        command.downgrade(config(connection), revision)
        connection.commit()


def current(database: Database) -> str | None:
    """The revision a database is at; reading it takes no lock."""
    with database.read_engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    return ScriptDirectory.from_config(config()).get_current_head() or ""
