"""A command loads what it needs and nothing else: mail servers start one for each returned mail."""

import subprocess
import sys
from pathlib import Path

import pytest

from webapp import cli
from webapp.cli.lazy import LazyGroup

ROOT = Path(__file__).parents[3]
HEAVY = ("alembic", "dns", "flask", "gunicorn", "holidays", "icalendar", "redis", "rq", "sqlalchemy")
RUN = """
import sys
from webapp import cli
sys.argv = ["milepost", *sys.argv[1:]]
cli.main()
sys.stderr.write(" ".join(name for name in {heavy!r} if name in sys.modules))
"""


def loaded(home: Path, *words: str) -> set[str]:
    """Which heavy libraries a command leaves loaded."""
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(heavy=HEAVY), *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "MILEPOST_HOME": str(home)},
        input=b"",
        capture_output=True,
        check=True,
    )
    return set(done.stderr.decode().splitlines()[-1].split()) if done.stderr.strip() else set()


def test_help_loads_no_library_of_the_application(tmp_path: Path) -> None:
    assert loaded(tmp_path, "--help") == set()


def test_a_returned_mail_does_not_wait_for_the_web_application(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "milepost.db").write_bytes(sqlite_template.read_bytes())
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/secret.key").write_text("7:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe")

    assert loaded(tmp_path, "bounce", "somebody@firm.example") <= {"holidays", "sqlalchemy"}


def test_every_command_is_where_the_list_says_and_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    commands = cli.milepost.commands_in

    for name, place in commands.items():
        assert LazyGroup.load(place).name == name
        assert LazyGroup.load(place).get_short_help_str()


def test_an_unknown_command_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["milepost", "outbocks"])

    assert cli.main() == 2
    assert "No such command 'outbocks'" in capsys.readouterr().err
