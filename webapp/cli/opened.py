"""The database as commands open it: with the schema of this version."""

import click

from webapp import schema, timezones
from webapp.cli.faults import sentence
from webapp.config import Settings
from webapp.database import Database


def open_database(*, is_new: bool = False) -> tuple[Settings, Database]:
    """The settings and the database, which has the schema of this version unless it may be new."""
    timezones.force_pinned_tzdata()
    settings = Settings.load()
    opened = Database(settings.database)
    fault = schema.fault(opened)
    if fault == schema.FROM_BEFORE or (fault and not is_new):
        opened.dispose()
        raise click.ClickException(sentence(fault))
    return settings, opened
