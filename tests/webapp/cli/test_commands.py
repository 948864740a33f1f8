"""The `milepost` command: each part once for real, and plain sentences where something is wrong."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.support.factories import World
from webapp import cli
from webapp.database import Database
from webapp.models import Engagement, Role, User

ROOT = Path(__file__).parents[3]
KEY = "1:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe"
TABLE = (
    "reference,title,service,owner,client,contact,address,language,zone\n"
    "K-1,kitchen,Kitchen,alice@darrenov.example,Alaoui,Nadia,nadia@alaoui.example,en,Africa/Casablanca\n"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A firm's machine: its environment, an empty data folder."""
    for name in ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "PORT", "HOST", "MAIL_TRANSPORT", "PUBLIC_URL", "MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("MILEPOST_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def _run(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["milepost", *map(str, words)])
    return cli.main()


def _database(home: Path) -> Path:
    return home / "milepost.db"


@pytest.fixture
def firm(home: Path, sqlite_template: Path) -> Path:
    """The same with a firm in it."""
    _database(home).write_bytes(sqlite_template.read_bytes())
    opened = Database(f"sqlite:///{_database(home)}")
    with opened.writer() as session:
        World.build(session, now=NOW)
        session.commit()
    opened.dispose()
    return home


def test_from_an_empty_folder_to_the_first_admin(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "db", "upgrade") == 0
    assert _run(monkeypatch, "db", "upgrade") == 0
    assert _run(monkeypatch, "user", "invite", "First@Firm.example", "--admin", "--language", "az") == 0

    assert "http://127.0.0.1:8000/invitations/" in capsys.readouterr().out
    opened = Database(f"sqlite:///{_database(home)}")
    with opened.reader() as session:
        user = session.query(User).one()
        assert (user.address, user.role, user.language) == ("first@firm.example", Role.ADMIN, "az")
    opened.dispose()


def test_an_address_that_is_none_is_a_plain_sentence(
    firm: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "user", "invite", "not an address", "--admin") != 0

    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert "invitations" not in said.out


def test_a_table_is_looked_at_and_then_brought_in(
    firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(TABLE)
    bad.write_text(TABLE.replace("Kitchen", "Nothing"))

    assert _run(monkeypatch, "import", bad) == 1
    assert "row 2, service:" in capsys.readouterr().err
    assert _run(monkeypatch, "import", good, "--dry-run") == 0
    assert _count(firm) == 0
    assert _run(monkeypatch, "import", good) == 0
    assert _run(monkeypatch, "import", good) == 1

    assert _count(firm) == 1


def test_a_file_that_is_not_there_or_no_text_is_a_plain_sentence(
    firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rubbish = tmp_path / "rubbish.csv"
    rubbish.write_bytes(os.urandom(2000))

    for path in (tmp_path / "none.csv", tmp_path, rubbish):
        assert _run(monkeypatch, "import", path) != 0
        assert "Traceback" not in capsys.readouterr().err


def test_without_a_firm_nothing_is_brought_in(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.csv").write_text(TABLE)
    _run(monkeypatch, "db", "upgrade")

    assert _run(monkeypatch, "import", tmp_path / "good.csv") == 1
    assert "Set up the firm first" in capsys.readouterr().err


def test_a_backup_is_a_whole_database_and_overwrites_nothing(
    firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.db"

    assert _run(monkeypatch, "backup", copy) == 0
    assert _run(monkeypatch, "backup", copy) == 1
    _database(firm).unlink()
    copy.rename(_database(firm))
    for leftover in ("milepost.db-wal", "milepost.db-shm"):
        (firm / leftover).unlink(missing_ok=True)

    assert _run(monkeypatch, "outbox") == 0
    assert "queued" in capsys.readouterr().out
    restored = sqlite3.connect(_database(firm))
    assert restored.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert restored.execute("SELECT count(*) FROM user").fetchone() == (5,)
    restored.close()


def test_a_backup_of_what_is_not_there_is_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "backup", tmp_path / "copy.db") == 1

    assert not (tmp_path / "copy.db").exists()
    assert not _database(home).exists()


def test_commands_before_the_first_migration_say_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("outbox",), ("user", "invite", "a@b.example")):
        assert _run(monkeypatch, *words) == 1

        said = capsys.readouterr().err
        assert "milepost db upgrade" in said
        assert "Traceback" not in said


def test_data_from_before_the_first_version_is_refused_by_every_command(
    home: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _database(home).write_bytes(sqlite_template.read_bytes())
    with closing(sqlite3.connect(_database(home))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0003'")
        connection.commit()

    for words in (("db", "upgrade"), ("outbox",), ("run",)):
        assert _run(monkeypatch, *words) == 1

        said = capsys.readouterr().err
        assert "from before the first version of Milepost" in said
        assert "Traceback" not in said


def test_every_mail_can_be_written_to_a_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "preview", tmp_path / "mails") == 0

    assert (tmp_path / "mails/on_track.ary.html").is_file()
    assert "link.invalid" not in (tmp_path / "mails/on_track.en.html").read_text()


def test_wrong_settings_are_told_together_in_plain_sentences(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "http://news.example.com")
    monkeypatch.setenv("PORT", "99999")
    monkeypatch.setenv("SECRET_KEY", "1:short")

    assert _run(monkeypatch, "outbox") == 1

    said = capsys.readouterr().err
    for name in ("PUBLIC_URL", "PORT", "SECRET_KEY"):
        assert name in said
    assert "Traceback" not in said
    assert "1:short" not in said


def _started(kind: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    script = "import sys; from webapp.cli import main; sys.argv = ['milepost', sys.argv[1]]; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", script, kind],
        env={**environment, "MILEPOST_HOME": str(home), **more},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_a_port_in_use_is_one_sentence_and_nothing_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _started("demo", tmp_path / "home", PORT=str(port))

    assert done.returncode != 0
    assert f"Port {port} is in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "home").glob("valkey/*.sock"))


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = _started("demo", tmp_path / "file" / "home")

    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1
    assert "cannot be written" in done.stderr


def test_a_port_that_is_no_number_is_a_sentence(tmp_path: Path) -> None:
    done = _started("demo", tmp_path / "home", PORT="abc")

    assert done.returncode == 1
    assert "PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_database_is_not_started_on(tmp_path: Path) -> None:
    (tmp_path / "milepost.db").write_bytes(b"SQLite format 3\x00" + os.urandom(5000))

    done = _started("run", tmp_path, MAIL_TRANSPORT="inbox")

    assert done.returncode != 0
    assert "damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_real_firm_does_not_start_on_a_demo(tmp_path: Path) -> None:
    (tmp_path / "this-is-a-demo").touch()

    done = _started("run", tmp_path)

    assert done.returncode != 0
    assert "holds a demo" in done.stderr


def test_a_demo_does_not_start_on_a_real_firm(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "milepost.db").write_bytes(sqlite_template.read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = _started("demo", tmp_path, PORT=str(taken.getsockname()[1]))

    assert done.returncode != 0
    assert "firm's own data" in done.stderr
    assert not (tmp_path / "this-is-a-demo").exists()


def _count(home: Path) -> int:
    opened = Database(f"sqlite:///{_database(home)}")
    with opened.reader() as session:
        found = session.query(Engagement).count()
    opened.dispose()
    return found
