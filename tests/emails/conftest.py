"""Golden files are rewritten by `MILEPOST_REWRITE_SNAPSHOTS=1 pytest tests/emails`."""

import os
from pathlib import Path

import pytest

SNAPSHOTS = Path(__file__).parent / "snapshots"
COMBINATIONS = Path(__file__).parent / "combinations"


class Golden:
    """Compares a text with its golden file, or writes the file where asked to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_rewriting = os.environ.get("MILEPOST_REWRITE_SNAPSHOTS") == "1"

    def check(self, name: str, text: str) -> None:
        path = self.folder / name
        if self.is_rewriting:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.is_file(), f"no golden file {name}; MILEPOST_REWRITE_SNAPSHOTS=1 writes it"
        assert text == path.read_text(encoding="utf-8")


@pytest.fixture
def golden() -> Golden:
    return Golden(SNAPSHOTS)
