"""`milepost import`: running jobs from a table."""

import time
from pathlib import Path

import click

from emails.languages import LANGUAGES
from webapp import database
from webapp.cli.opened import open_database
from webapp.database import Database
from webapp.models import BulkAct
from webapp.services.bulk import acts, begin
from webapp.services.core.firm import the_firm
from webapp.services.imports import bring_in
from webapp.services.imports import table as import_table

LARGEST = 8 * 2**20
WAIT_SECONDS = 0.2


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="only say what is wrong and what would be made")
def import_file(file: Path, dry_run: bool) -> int:
    """Bring in all running jobs from a CSV file. Nothing is mailed until they are switched live."""
    if file.stat().st_size > LARGEST:
        raise click.ClickException(f"{file.name} is larger than {LARGEST // 2**20} MB: split it into several tables.")
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
        act = begin.bring_in(session, plan, by=None, now=database.now(session))
        session.commit()
    while _is_going(opened, act.id):
        if not _carry_on(opened):
            # A worker is at it.
            time.sleep(WAIT_SECONDS)
    with opened.reader() as session:
        left_out = acts.not_done(session, act)
    for part in left_out:
        click.echo(f"{part.name}: {english.text(part.outcome or acts.FAILED)}", err=True)
    if left_out:
        return 1
    click.echo("Brought in. Nothing is mailed until you switch them live.")
    return 0


def _is_going(opened: Database, act_id: int) -> bool:
    with opened.reader() as session:
        return acts.progress(session, session.get_one(BulkAct, act_id)).is_going


def _carry_on(opened: Database) -> int:
    """The next works, in a transaction of their own: whoever writes meanwhile waits for fifty at most. What is left
    when this command is stopped, a worker brings in."""
    with opened.writer() as session:
        done = acts.carry_on(session, now=database.now(session))
        session.commit()
    return done
