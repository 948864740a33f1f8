"""`milepost backup`: a copy of a SQLite database in use."""

import sqlite3
from pathlib import Path

import click

from webapp.config import Settings


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy a SQLite database while it is in use. Keep the key file (keys/secret.key) too, at another place."""
    settings = Settings.load()
    if not settings.database.startswith("sqlite:///"):
        raise click.ClickException("This installation uses PostgreSQL: make backups with pg_dump.")
    source = Path(settings.database.removeprefix("sqlite:///"))
    if not source.exists():
        raise click.ClickException(f"There is no database at {source}.")
    if file.exists():
        raise click.ClickException(f"{file} exists already.")
    connection = sqlite3.connect(source)
    connection.execute("VACUUM INTO ?", (str(file),))
    connection.close()
    click.echo(f"Copied to {file}.")
