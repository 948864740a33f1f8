"""Real processes of Milepost under test: started with settings, watched with bounded waits, ended by their own id."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 60


class Running:
    """One process; its first lines of output can be waited for. Leaving the context kills what is left of it."""

    def __init__(self, arguments: list[str], env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if "QUIET" in env else None,
            text=True,
        )
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            stream.close()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def says(self) -> str:
        """The next line it prints; empty where it ended instead."""
        assert self._process.stdout
        with _killed_after(self._process, LONGEST_SECONDS):
            return self._process.stdout.readline().strip()

    def hears(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """As a power cut would: no handler runs."""
        if self.is_alive:
            self._process.kill()
        self._process.wait()

    def ends(self, *, within_seconds: float = LONGEST_SECONDS) -> int:
        """Its exit code; the test fails where it does not end."""
        return self._process.wait(within_seconds)


@contextmanager
def _killed_after(process: subprocess.Popen[str], seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
