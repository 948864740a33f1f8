"""`milepost user`: the first colleague, and their way in."""

from urllib.parse import urlencode

import click

from emails.languages import LANGUAGES
from emails.message import BadAddress, check_address
from webapp import database
from webapp.cli.opened import open_database
from webapp.models import Purpose, Role
from webapp.services.core.firm import the_firm
from webapp.services.mail import links
from webapp.services.people import users


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
        token = links.token(settings.keyring, link)
        click.echo(f"{settings.public_url}/invitations/{token}?{urlencode({'for': colleague.address})}")
        click.echo("This link signs in once, within seven days.")
