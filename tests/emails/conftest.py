"""Golden files are rewritten by `MILEPOST_REWRITE_SNAPSHOTS=1 pytest tests/emails`."""

import os
from pathlib import Path

import pytest

SNAPSHOTS = Path(__file__).parent / "snapshots"


class Golden:
    """Compares a text with its golden file, or writes the file where asked to."""

    def __init__(self, *, is_rewriting: bool) -> None:
        self.is_rewriting = is_rewriting

    def check(self, name: str, text: str) -> None:
        path = SNAPSHOTS / name
        if self.is_rewriting:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.is_file(), f"no golden file {name}; MILEPOST_REWRITE_SNAPSHOTS=1 writes it"
        assert text == path.read_text(encoding="utf-8")


@pytest.fixture
def golden() -> Golden:
    return Golden(is_rewriting=os.environ.get("MILEPOST_REWRITE_SNAPSHOTS") == "1")
