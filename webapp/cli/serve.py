"""`milepost demo` and `milepost run`: everything on one machine, until Ctrl-C."""

import contextlib
import os
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from webapp import database, schema, timezones
from webapp.config import Settings, SettingsFault
from webapp.database import Database
from webapp.dev import demo_firm
from webapp.embedded.processes import Processes, ProcessNotStarted, ProcfileError, port_is_free, read_procfile
from webapp.embedded.valkey import AlreadyRunning, EmbeddedValkey, EmbeddedValkeyFailed, EmbeddedValkeyMissing
from webapp.keys import ensure_key_file
from webapp.models import Purpose, User
from webapp.services.core.firm import the_firm
from webapp.services.mail import links

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 40
DEMO_MARK = "this-is-a-demo"


class CannotStart(click.ClickException):
    """One plain sentence, and nothing is left running."""


@click.command()
def demo() -> int:
    """Everything with a demo firm and its own inbox; no mail leaves this machine."""
    home = _home("demo")
    if (home / "milepost.db").exists() and not (home / DEMO_MARK).exists():
        raise CannotStart(f"{home} holds a firm's own data. Choose another folder with MILEPOST_HOME.")
    (home / DEMO_MARK).touch()
    os.environ.update(MAIL_TRANSPORT="inbox", MILEPOST_HOME=str(home))
    os.environ["PUBLIC_URL"] = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    settings = _prepare(home)
    with _open(settings) as opened:
        is_new = demo_firm.is_missing(opened)
        enter = _demo_sign_in(opened, settings)
    told = (
        f"\n  Open it      {settings.public_url}/\n"
        f"  Sign in as   {demo_firm.OWNER}: {enter}\n"
        f"  The inbox    {settings.public_url}/dev/inbox\n\n"
        "  One update is due in about two minutes: its form is in the inbox. Ctrl-C stops everything.\n"
    )

    def plant() -> None:
        # Planted when the page answers, so that "due in two minutes" counts from what the visitor sees.
        if is_new:
            with _open(settings) as opened:
                demo_firm.plant(opened)

    return _serve(settings, told, plant)


@click.command()
def run() -> int:
    """Everything on this machine with your firm and real mail."""
    home = _home("firm")
    if (home / DEMO_MARK).exists():
        raise CannotStart(f"{home} holds a demo. Choose another folder with MILEPOST_HOME.")
    os.environ["MILEPOST_HOME"] = str(home)
    os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    settings = _prepare(home)
    told = f"\n  Open it      {settings.public_url}/\n  Data in      {home}\n"
    if missing := settings.missing_for_mail:
        told += f"  {missing} is not set: mails wait until it is. `milepost user invite` prints a link to sign in.\n"
    with _open(settings) as opened, opened.reader() as session:
        if session.query(User).count() == 0:
            told += "  Nobody can sign in yet: in another window, run  milepost user invite you@example.com --admin\n"
    return _serve(settings, told, lambda: None)


def _serve(settings: Settings, told: str, plant: object) -> int:
    """Start the queue and the Procfile's processes, say where to look, and wait."""
    try:
        if not port_is_free(settings.host, settings.port):
            raise CannotStart(f"Port {settings.port} is in use. Choose another one: PORT={settings.port + 1}")
        commands = read_procfile(ROOT / "Procfile")
        commands.pop("release", None)
        with contextlib.ExitStack() as stack:
            environment = {**os.environ, "PORT": str(settings.port), "HOST": settings.host}
            if not settings.redis_url:
                environment["REDIS_URL"] = stack.enter_context(EmbeddedValkey(settings.milepost_home / "valkey"))
            processes = stack.enter_context(Processes(commands, env=environment, cwd=ROOT))
            if processes.wait_until(lambda: _answers(settings), within_seconds=READY_SECONDS):
                plant()  # type: ignore[operator]
                click.echo(told)
            elif not processes.is_interrupted:
                click.echo("The web server did not come up; its last lines above say why.", err=True)
                processes.stop()
                return 1
            return processes.run_until_interrupted()
    except (AlreadyRunning, EmbeddedValkeyMissing, EmbeddedValkeyFailed, ProcessNotStarted, ProcfileError) as fault:
        raise CannotStart(str(fault)) from None
    except OSError as fault:
        raise CannotStart(f"The port or the folder cannot be used: {fault.strerror or fault}.") from None
    except KeyboardInterrupt:
        return 0


def _home(kind: str) -> Path:
    """The data folder, made readable for this user only; a plain sentence where it cannot be written."""
    given = os.environ.get("MILEPOST_HOME")
    home = Path(given).expanduser().absolute() if given else ROOT / ".milepost" / kind
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        home.chmod(0o700)
        probe = home / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as fault:
        raise CannotStart(
            f"The folder {home} cannot be written ({fault.strerror}). Choose another one with MILEPOST_HOME."
        ) from None
    return home


def _prepare(home: Path) -> Settings:
    """Key file, time zones, and the database at its newest schema, before anything starts."""
    timezones.force_pinned_tzdata()
    wrong = timezones.check()
    if wrong:
        raise CannotStart(wrong)
    if not os.environ.get("SECRET_KEY"):
        try:
            ensure_key_file(home / "keys" / "secret.key")
        except OSError as fault:
            raise CannotStart(f"The key file in {home / 'keys'} cannot be made: {fault.strerror}.") from None
    settings = Settings.load()
    _check_file(settings)
    with _open(settings) as opened:
        try:
            schema.upgrade(opened)
        except schema.FromBefore as fault:
            raise CannotStart(f"{settings.milepost_home}: {fault}.") from None
        except SQLAlchemyError as fault:
            raise CannotStart(f"The database cannot be opened: {getattr(fault, 'orig', fault)}.") from None
        with opened.reader() as session:
            missing = links.missing_keys(session, settings.keyring)
    if missing:
        raise CannotStart(links.missing_sentence(missing))
    return settings


def _check_file(settings: Settings) -> None:
    """A damaged SQLite file is refused now, not found when a mail is lost."""
    if not settings.database.startswith("sqlite:///"):
        return
    path = Path(settings.database.removeprefix("sqlite:///"))
    if not path.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as fault:
        answer = str(fault)
    if answer != "ok":
        raise CannotStart(f"The database {path} is damaged ({answer}). Put a backup in its place.")


def _demo_sign_in(opened: Database, settings: Settings) -> str:
    """A link that signs the visitor in once, made anew at each start."""
    with opened.writer() as session:
        if the_firm(session) is None:
            demo_firm.found(session, now=database.now(session))
        owner = session.query(User).filter_by(address=demo_firm.OWNER_ADDRESS).one_or_none()
        if owner is None:
            raise CannotStart("DATABASE_URL leads to a firm's own data; the demo needs a database of its own.")
        link = links.make(
            session,
            settings.keyring,
            Purpose.INVITATION,
            now=database.now(session),
            user=owner,
            lives=links.LIVES[Purpose.INVITATION],
        )
        session.commit()
        token = links.token(settings.keyring, link)
        return f"{settings.public_url}/invitations/{token}?{urllib.parse.urlencode({'for': owner.address})}"


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def _open(settings: Settings) -> Iterator[Database]:
    opened = Database(settings.database)
    try:
        yield opened
    finally:
        opened.dispose()


__all__ = ["CannotStart", "SettingsFault", "demo", "run"]
