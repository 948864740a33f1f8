"""Commands about data: the schema, the first admin, imports, the outbox, a backup, mails to look at."""

import sqlite3
from pathlib import Path

import click
from sqlalchemy import func, select

from emails.languages import LANGUAGES
from emails.message import BadAddress, check_address
from emails.samples import SAMPLES
from webapp import database, schema, timezones
from webapp.cli.faults import sentence
from webapp.config import Settings
from webapp.database import Database
from webapp.models import MailState, OutboxEmail, Purpose, Role
from webapp.services.core.firm import the_firm
from webapp.services.imports import bring_in
from webapp.services.imports import table as import_table
from webapp.services.mail import links, queueing
from webapp.services.people import users
from webapp.services.previews import inert


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


@click.group()
def user() -> None:
    """Colleagues."""


@user.command()
@click.argument("address")
@click.option("--name", default="", help="their name; empty: the part before the @")
@click.option("--admin", is_flag=True, help="may change people and settings")
@click.option("--language", default="en", type=click.Choice(list(LANGUAGES)))
def invite(address: str, name: str, admin: bool, language: str) -> None:
    """Let somebody sign in. Prints their link, and mails it where mail is set up."""
    try:
        address = check_address(address).lower()
    except BadAddress:
        raise click.ClickException(f"{address} is no mail address.") from None
    if not address.isascii():
        raise click.ClickException(f"{address} needs Latin letters before the @: it stands in mails to clients.")
    settings, opened = open_database()
    with opened.writer() as session:
        now = database.now(session)
        colleague = users.find(session, address)
        if colleague is None:
            colleague = users.add(
                session,
                address=address,
                name=name or address.partition("@")[0],
                role=Role.ADMIN if admin else Role.STAFF,
                language=language,
                by=None,
                now=now,
            )
        if the_firm(session) is not None:
            users.invite(session, colleague, by=None, now=now)
        link = links.make(
            session,
            settings.keyring,
            Purpose.INVITATION,
            now=now,
            user=colleague,
            lives=links.LIVES[Purpose.INVITATION],
        )
        session.commit()
        click.echo(f"{settings.public_url}/invitations/{links.token(settings.keyring, link)}")
        click.echo("This link signs in once, within seven days.")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="only say what is wrong and what would be made")
def import_file(file: Path, dry_run: bool) -> int:
    """Bring in all running jobs from a CSV file. Nothing is mailed until they are switched live."""
    _, opened = open_database()
    table = import_table.read(bring_in.decode(file.read_bytes()))
    with opened.writer() as session:
        firm = the_firm(session)
        if firm is None:
            raise click.ClickException("Set up the firm first: sign in and open Settings.")
        plan = bring_in.check(session, table, firm=firm)
        english = LANGUAGES["en"]
        for fault in plan.faults:
            click.echo(f"row {fault.row}, {fault.column}: {english.text(fault.key, **fault.values)}", err=True)
        if plan.faults:
            click.echo(f"{len(plan.faults)} faults; nothing was changed.", err=True)
            return 1
        click.echo(
            f"{plan.new_engagements} pieces of work, {plan.new_clients} new clients, {plan.new_contacts} new contacts"
        )
        if dry_run:
            return 0
        bring_in.apply(session, plan, by=None, now=database.now(session))
        session.commit()
    click.echo("Brought in. Nothing is mailed until you switch them live.")
    return 0


@click.command()
def outbox() -> None:
    """How many mails stand where."""
    _, opened = open_database()
    with opened.reader() as session:
        counted = {
            row[0]: row[1]
            for row in session.execute(select(OutboxEmail.state, func.count()).group_by(OutboxEmail.state))
        }
    for state in MailState:
        click.echo(f"{counted.get(state, 0):8}  {state.value}")


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


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def preview(folder: Path) -> None:
    """Write every mail in every language, from samples, into a folder, with a page to look through them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for tag in LANGUAGES:
        for name, sample in SAMPLES.items():
            mail = queueing.preview(sample(tag))
            file = folder / f"{name}.{tag}.html"
            file.write_text(inert.html(mail.html), encoding="utf-8")
            file.with_suffix(".txt").write_text(f"{mail.subject}\n\n{inert.text(mail.text)}", encoding="utf-8")
            rows.append(f'<li><a href="{file.name}">{name} · {tag}</a></li>')
    (folder / "index.html").write_text(f"<!doctype html><meta charset=utf-8><ul>{''.join(rows)}</ul>", "utf-8")
    click.echo(f"{len(rows)} mails in {folder / 'index.html'}")
