"""Starts the tools that others wrote; where one is not installed, the test is skipped and says why."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parents[2] / "proof"
LONGEST_SECONDS = 120
OLDEST_NODE = (20, 19)
HOW_TO_GET_PACKAGES = "npm ci --ignore-scripts --prefix tests/proof"


def run_node(script: str, package: str, *arguments: str | Path) -> Any:
    """What a script beside this file prints as JSON."""
    node = shutil.which("node")
    if node is None:
        pytest.skip(f"no Node on this machine, so {package} cannot run: apt install nodejs npm")
    if _version(node) < OLDEST_NODE:
        pytest.skip(f"{package} needs Node {'.'.join(map(str, OLDEST_NODE))} or newer")
    if not (HERE / "node_modules" / package / "package.json").is_file():
        pytest.skip(f"{package} is not installed: {HOW_TO_GET_PACKAGES}")
    return json.loads(_said([node, HERE / script, *arguments]))


def run_perl(script: str, module: str, *arguments: str | Path) -> str:
    """What a Perl script beside this file prints; `module` is what it needs."""
    perl = shutil.which("perl")
    if perl is None or subprocess.run([perl, f"-M{module}", "-e1"], capture_output=True, check=False).returncode:
        pytest.skip(f"{module} is not on this machine: apt install spamassassin")
    return _said([perl, HERE / script, *arguments])


def _version(node: str) -> tuple[int, ...]:
    return tuple(int(part) for part in _said([node, "--version"]).strip().lstrip("v").split("-")[0].split("."))


def _said(command: list[str | Path]) -> str:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=LONGEST_SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
