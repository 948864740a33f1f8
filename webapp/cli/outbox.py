"""`milepost outbox`: how many mails stand where."""

import click
from sqlalchemy import func, select

from webapp.cli.opened import open_database
from webapp.models import MailState, OutboxEmail


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
