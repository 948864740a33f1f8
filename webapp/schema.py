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
NEEDS_UPGRADE = "the database needs: milepost db upgrade"
FROM_BEFORE = (
    "this data is from before the first version of Milepost, which cannot read it: "
    "start with an empty folder (MILEPOST_HOME) or an empty database (DATABASE_URL)"
)


class FromBefore(RuntimeError):
    """The data was written by a version that this one does not follow."""

    def __init__(self) -> None:
        super().__init__(FROM_BEFORE)


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["connection"] = connection
    return made


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply what is missing, one transaction a revision, so that a killed migration leaves a whole one behind.

    PostgreSQL: under an advisory lock, so two releases wait for each other. SQLite: each revision begins IMMEDIATE.
    Raises FromBefore, with nothing changed, for data of a version that this one does not follow.
    """
    if fault(database) == FROM_BEFORE:
        raise FromBefore
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


def fault(database: Database) -> str | None:
    """What keeps this version from using a database, as the end of a sentence; None where it has the newest schema."""
    revision = current(database)
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        return FROM_BEFORE
    return None if revision == head() else NEEDS_UPGRADE


def head() -> str:
    return ScriptDirectory.from_config(config()).get_current_head() or ""
