"""What one part names, the other has: jobs, queues, processes, settings."""

import importlib
import re
import shlex
from pathlib import Path

from webapp import broker
from webapp.config import Settings
from workers import jobs

ROOT = Path(__file__).parents[2]


def test_every_job_a_queue_may_name_is_a_function() -> None:
    for path in jobs.ALLOWED:
        module, _, name = path.rpartition(".")

        assert callable(getattr(importlib.import_module(module), name)), path


def test_the_bell_names_an_allowed_job() -> None:
    assert broker.DRAIN_JOB in jobs.ALLOWED


def test_the_procfile_starts_what_exists() -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())

    assert list(lines) == ["release", "web", "worker", "clock"]
    known = (ROOT / "workers/__main__.py").read_text()
    for name in ("worker", "clock"):
        command = shlex.split(lines[name])
        assert command[:3] == ["python", "-m", "workers"]
        assert f'"{command[3]}"' in known, command
    web = shlex.split(lines["web"])
    assert web[0] == "gunicorn"
    assert (ROOT / web[web.index("--config") + 1]).is_file()
    assert web[-1] == "webapp:create_app()"
    assert shlex.split(lines["release"]) == ["milepost", "db", "upgrade"]


def test_the_readmes_table_lists_every_setting_with_its_default_and_meaning() -> None:
    readme = ROOT / "README.md"
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", readme.read_text(), re.MULTILINE)

    told = {name: (default.strip("`"), meaning) for name, default, meaning in rows}

    assert set(told) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = getattr(default, "get_secret_value", lambda default=default: default)()
        default_told, meaning = told[name.upper()]
        assert default_told == ("" if shown in ("", None) else str(getattr(shown, "value", shown))), name
        assert meaning == field.description, name
