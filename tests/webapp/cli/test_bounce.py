"""`milepost bounce` as a mail server's pipe calls it."""

import io
import logging
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
from webapp.services.mail import bounces

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
def test_anything_else_is_ignored_with_a_line_in_the_log_and_no_complaint(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raw: bytes
) -> None:
    assert _run(monkeypatch, raw, _address(home)) == 0

    assert _state(home) is MailState.SENT
    said = capsys.readouterr()
    assert said.out == ""
    assert '"effect": "no delivery report"' in said.err


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
