"""`milepost bounce` as a mail server's pipe calls it."""

import io
import logging
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.conftest import NOW
from tests.support import no_reports, returned_mails
from tests.support.factories import World
from webapp import cli
from webapp.cli import bounce
from webapp.database import Database
from webapp.keys import Keyring
from webapp.models import MailState, OutboxEmail
from webapp.services.mail import bounces, delivery_reports

KEY = "1:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe"
TRY_LATER = 75


@pytest.fixture(autouse=True)
def _log_is_left_alone() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A firm's data folder with one mail that was sent."""
    for name in ("DATABASE_URL", "ORIGINAL_RECIPIENT", "MAIL_RETURN_PATH", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("MILEPOST_HOME", str(tmp_path))
    (tmp_path / "milepost.db").write_bytes(sqlite_template.read_bytes())
    opened = _opened(tmp_path)
    with opened.writer() as session:
        World.build(session, now=NOW).open_engagement()
        session.flush()
        session.execute(update(OutboxEmail).values(state=MailState.SENT))
        session.commit()
    opened.dispose()
    return tmp_path


def _opened(home: Path) -> Database:
    return Database(f"sqlite:///{home / 'milepost.db'}")


def _state(home: Path) -> MailState:
    opened = _opened(home)
    with opened.reader() as session:
        state = session.query(OutboxEmail).one().state
    opened.dispose()
    return state


def _address(home: Path) -> str:
    opened = _opened(home)
    with opened.reader() as session:
        made = bounces.return_address(Keyring.parse(KEY), "b@firm.example", session.query(OutboxEmail).one())
    opened.dispose()
    return made


def _run(monkeypatch: pytest.MonkeyPatch, raw: bytes, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["milepost", "bounce", *words])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    return cli.main()


@pytest.mark.parametrize("way", ["argument", "environment", "header"])
def test_a_bounce_handed_over_either_way_marks_its_mail(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    address = _address(home)
    if way == "environment":
        monkeypatch.setenv("ORIGINAL_RECIPIENT", address)
    raw = returned_mails.postfix(to=address) if way == "header" else returned_mails.postfix()

    assert _run(monkeypatch, raw, *([address] if way == "argument" else [])) == 0

    assert _state(home) is MailState.FAILED
    said = capsys.readouterr()
    assert said.out == ""
    assert '"effect": "failed"' in said.err
    assert address.partition("+")[2].partition("@")[0] not in said.err


@pytest.mark.parametrize("raw", [no_reports.VACATION, no_reports.READ_RECEIPT, *no_reports.RUBBISH])
def test_anything_else_fails_nothing_and_leaves_a_line_in_the_log(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raw: bytes
) -> None:
    assert _run(monkeypatch, raw, _address(home)) == 0

    assert _state(home) is MailState.SENT
    said = capsys.readouterr()
    assert said.out == ""
    seen = [effect for effect in ("no delivery report", "somebody looks at it") if f'"effect": "{effect}"' in said.err]
    assert len(seen) == 1


def test_a_forged_bounce_is_ignored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, returned_mails.postfix(), f"b+{'a' * 26}@firm.example") == 0

    assert _state(home) is MailState.SENT


def test_an_endless_mail_is_read_away_and_its_report_still_understood(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = returned_mails.postfix() + b"x" * (bounce.READ_MAXIMUM + 100_000)

    assert _run(monkeypatch, raw, _address(home)) == 0

    assert sys.stdin.buffer.read() == b""
    assert _state(home) is MailState.FAILED


@pytest.mark.parametrize("trouble", ["settings", "no schema", "no database"])
def test_where_milepost_is_in_trouble_the_mail_server_is_to_try_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], trouble: str
) -> None:
    if trouble == "settings":
        monkeypatch.setenv("SECRET_KEY", "1:short")
    elif trouble == "no schema":
        (home / "milepost.db").unlink()
    else:
        monkeypatch.setenv("DATABASE_URL", "sqlite:////proc/none/milepost.db")

    assert _run(monkeypatch, returned_mails.postfix()) == TRY_LATER

    said = capsys.readouterr().err
    assert said.startswith("Milepost cannot take in a returned mail now")
    assert "Traceback" not in said


NESTED = b"".join(b'Content-Type: multipart/report; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(900))
CPU_SECONDS = 20
"""Of a child; without a bound each of these takes minutes."""
BOMBS = {
    "nested parts": NESTED + b"--\r\n" * 200_000,
    "semicolons": b"Content-Type: multipart/report; " + b";" * 600_000 + b"\r\n\r\n",
    "quotes": b"Content-Type: multipart/report; " + b'a=";' * 150_000 + b"\r\n\r\n",
    "groups": b"Content-Type: text/x-delivery-status\r\n\r\n" + b"a\n\n" * 200_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_mail_made_to_be_unreadable_is_given_up(home: Path, bomb: str) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))

    done = subprocess.run(
        [sys.executable, "-c", "import sys; from webapp import cli; sys.exit(cli.main())", "bounce", _address(home)],
        input=BOMBS[bomb],
        preexec_fn=limit,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert _state(home) is MailState.SENT


def test_nobody_waits_for_a_lock_while_a_mail_is_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, real, free = _opened(home), delivery_reports.read, []

    def reading(raw: bytes) -> delivery_reports.DeliveryReport | None:
        with opened.writer() as session:
            session.execute(update(OutboxEmail).values(attempt=OutboxEmail.attempt))
            session.commit()
        free.append(True)
        return real(raw)

    monkeypatch.setattr(delivery_reports, "read", reading)

    assert _run(monkeypatch, returned_mails.postfix(), _address(home)) == 0

    assert free == [True]
    assert _state(home) is MailState.FAILED
    opened.dispose()


def test_an_address_that_looks_like_an_option_is_an_address(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, returned_mails.postfix(), "-foo@firm.example") == 0


@pytest.mark.parametrize("trouble", ["empty", "folder", "no text"])
def test_where_the_key_cannot_be_read_the_mail_server_is_to_try_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], trouble: str
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    key = home / "keys" / "secret.key"
    key.parent.mkdir(exist_ok=True)
    key.unlink(missing_ok=True)
    if trouble == "folder":
        key.mkdir()
    else:
        key.write_bytes(b"" if trouble == "empty" else b"\xff\xfe")

    assert _run(monkeypatch, returned_mails.postfix()) == TRY_LATER

    said = capsys.readouterr().err
    assert "The key file" in said
    assert "Traceback" not in said
