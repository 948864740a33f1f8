"""`milepost doctor`: is everything in place, in plain words."""

import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import click
from sqlalchemy.exc import SQLAlchemyError

from webapp import database, schema, timezones
from webapp.broker import Broker
from webapp.cli import sender_domain
from webapp.cli.faults import sentence
from webapp.cli.sender_domain import Finding
from webapp.config import Settings, is_loopback, unknown_settings
from webapp.database import Database
from webapp.models import Tick
from webapp.services.mail import links
from webapp.services.today import board


@click.command()
@click.option("--send-to", help="also send a test mail to this address")
def doctor(send_to: str | None) -> int:
    """Settings, database, queue, mail server, the sender's domain and return path, time zones, clock."""
    timezones.force_pinned_tzdata()
    settings = Settings.load()
    fine = True
    for check in (_settings, _zones, _database, _queue, lambda s: _mail(s, send_to), sender_domain.check):
        for is_fine, said in check(settings):
            fine = fine and is_fine
            click.echo(f"{'ok  ' if is_fine else 'look'}  {said}")
    return 0 if fine else 1


def _settings(settings: Settings) -> Iterator[Finding]:
    yield True, "The settings fit together."
    if settings.is_https and not settings.forwarded_hops:
        yield (
            False,
            "PUBLIC_URL is https and FORWARDED_HOPS is 0: behind a proxy all visitors then count as one; say how many "
            "proxies there are.",
        )
    for name in unknown_settings():
        yield False, f"{name} is no setting of Milepost: a typing error?"


def _zones(_: Settings) -> Iterator[Finding]:
    wrong = timezones.check()
    yield wrong is None, wrong or "Time zones are those of the pinned data."


def _database(settings: Settings) -> Iterator[Finding]:
    opened = Database(settings.database)
    try:
        fault = schema.fault(opened)
        yield fault is None, sentence(fault) if fault else "The database answers and has the newest schema."
        if fault is not None:
            return
        with opened.reader() as session:
            tick = session.get(Tick, "clock")
            silent = tick is None or database.now(session) - tick.at > board.CLOCK_SILENT
            missing = links.missing_keys(session, settings.keyring)
        if missing:
            yield False, links.missing_sentence(missing)
        yield not silent, "The clock stands still: start the clock process." if silent else "The clock ticks."
    except SQLAlchemyError as fault:
        yield False, f"The database does not answer: {getattr(fault, 'orig', fault)}"
    finally:
        opened.dispose()


def _queue(settings: Settings) -> Iterator[Finding]:
    if not settings.redis_url:
        yield True, "No REDIS_URL: demo and run start a queue of their own."
        return
    queue = urlsplit(settings.redis_url)
    if queue.scheme != "unix" and not queue.password and not is_loopback(queue.hostname or ""):
        yield False, "REDIS_URL has no password: whoever reaches that server can ring for mail and slow it down."
    answers = Broker(settings.redis_url).answers()
    yield answers, "The queue answers." if answers else "The queue does not answer; mail flows without it, slower."


def _mail(settings: Settings, send_to: str | None) -> Iterator[Finding]:
    if settings.mail_transport.stays_here:
        yield True, "Mails stay in the demo inbox."
        return
    if settings.missing_for_mail:
        yield False, f"{settings.missing_for_mail} is not set: no mail can leave."
        return
    command = [sys.executable, "-m", "workers", "check-mail", *([send_to] if send_to else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    yield done.returncode == 0, (done.stdout or done.stderr).strip().splitlines()[-1]
