"""`milepost bounce`: takes in what mail servers send back, one mail on standard input, as a pipe of the mail server."""

import logging
import os
import signal
import sys
from types import FrameType
from typing import BinaryIO

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from webapp import database, logs
from webapp.config import Settings, SettingsFault
from webapp.database import Database
from webapp.models import OutboxEmail
from webapp.services.mail import bounces, delivery_reports
from webapp.services.mail.delivery_reports import DeliveryReport

log = logging.getLogger(__name__)

READ_MAXIMUM = 512 * 1024
"""A report stands at the beginning of the mail that brings it."""
READ_SECONDS = 5


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("recipients", nargs=-1, metavar="[ADDRESS]...", envvar="ORIGINAL_RECIPIENT")
def bounce(recipients: tuple[str, ...]) -> int:
    """Take in one returned mail from standard input.

    ADDRESS is where it was addressed to; without one, ORIGINAL_RECIPIENT and the mail's own headers are asked. A
    complaint stops the mails to that contact; what cannot be read is shown to a person. Automatic replies, and what is
    about no mail of ours, are ignored, and nothing is ever answered. Ends with 0, or with 75 (try again
    later) where the database or the settings are in trouble.
    """
    report = _report(_read(sys.stdin.buffer))
    try:
        settings = Settings.load()
        opened = Database(settings.database)
        logs.configure(settings.log_level)
        with opened.writer() as session:
            # So that a database without its tables is in trouble, whatever the mail says.
            session.execute(select(OutboxEmail.id).limit(1))
            effect = bounces.take(session, settings.keyring, report, recipients=recipients, now=database.now(session))
            session.commit()
        opened.dispose()
    except (SQLAlchemyError, SettingsFault) as fault:
        click.echo(f"Milepost cannot take in a returned mail now: {fault}", err=True)
        return os.EX_TEMPFAIL
    log.info("a mail came back", extra={"effect": effect.value})
    return 0


def _report(raw: bytes) -> DeliveryReport | None:
    """What the mail says, read before anything is locked and for a few seconds at most: anybody can write to this
    address, and what takes longer is no report."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, READ_SECONDS)
    try:
        return delivery_reports.read(raw)
    except TimeoutError:
        log.warning("a returned mail took too long to read")
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _read(stream: BinaryIO) -> bytes:
    """The mail, and of an endless one its beginning; the rest is read away, so that the mail server is not cut off."""
    raw = stream.read(READ_MAXIMUM)
    while stream.read(1 << 16):
        pass
    return raw
