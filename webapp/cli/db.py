"""`milepost db`: the schema."""

import click

from webapp import schema
from webapp.cli.opened import open_database
from webapp.services.mail import links


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the schema of this version."""
    settings, opened = open_database(is_new=True)
    schema.upgrade(opened)
    with opened.reader() as session:
        missing = links.missing_keys(session, settings.keyring)
    if missing:
        raise click.ClickException(links.missing_sentence(missing))
    click.echo(f"The database is at {schema.current(opened)}.")
