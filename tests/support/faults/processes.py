"""Real processes of Milepost under test: started with settings, watched with bounded waits, ended by their own id."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from tests.webapp.embedded.watching import eventually

ROOT = Path(__file__).parents[3]
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
            text=True,
        )
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.kill()

    def _close(self) -> None:
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
        self._close()

    def ends(self, *, within_seconds: float = LONGEST_SECONDS) -> int:
        """Its exit code; the test fails where it does not end."""
        return self._process.wait(within_seconds)


class Forked:
    """A process that a Farm made."""

    def __init__(self, farm: "Farm", pid: int, mark: Path) -> None:
        self._farm = farm
        self._code: int | None = None
        self._mark = mark
        self.pid = pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.kill()

    @property
    def is_alive(self) -> bool:
        if self._code is None:
            answer = self._farm.ask(poll=self.pid)
            self._code = int(answer) if answer else None
        return self._code is None

    def has_stalled(self) -> bool:
        return eventually(self._mark.exists, within_seconds=30)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> bool:
        """As a power cut would: no handler runs. Whether it was still at work."""
        if not self.is_alive:
            return False
        os.kill(self.pid, signal.SIGKILL)
        return self.ends() == -signal.SIGKILL

    def ends(self, *, within_seconds: float = LONGEST_SECONDS) -> int:
        """Its exit code; the test fails where it does not end."""
        assert eventually(lambda: not self.is_alive, within_seconds=within_seconds)
        assert self._code is not None
        return self._code


class Farm:
    """Forks processes of Milepost that are killed, by the dozen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parent = Running(["-m", "tests.support.faults.forking"], {})

    def close(self) -> None:
        self._parent.kill()

    def start(self, *arguments: str, env: Mapping[str, str]) -> Forked:
        mark = self._folder / f"stalled-{uuid4().hex}"
        return Forked(self, int(self.ask(start=arguments, env={**env, "STALLED": str(mark)})), mark)

    def ask(self, **wish: object) -> str:
        self._parent.hears(json.dumps(wish))
        return self._parent.says()


@contextmanager
def _killed_after(process: subprocess.Popen[str], seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
