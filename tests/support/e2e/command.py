"""The `milepost` command and its fellows as real processes."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

ROOT = Path(__file__).resolve().parents[3]
LAUNCHER = "import sys; from webapp.cli import main; sys.argv[0] = 'milepost'; sys.exit(main())"
OWN_SETTINGS = ("PATH", "LANG", "HOME", "TMPDIR", "LD_LIBRARY_PATH")

Found = TypeVar("Found")


def milepost(*words: str) -> list[str]:
    """The command line of `milepost ...` with this interpreter."""
    return [sys.executable, "-P", "-c", LAUNCHER, *words]


def environment(home: Path, port: int, **settings: str) -> dict[str, str]:
    """Only what a fresh shell would give, and what the test sets."""
    kept = {name: os.environ[name] for name in OWN_SETTINGS if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "MILEPOST_HOME": str(home), "PORT": str(port), **settings}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def until(look: Callable[[], Found | None], *, within_seconds: float, every_seconds: float = 0.3) -> Found:
    """What `look` finds, asked again and again; AssertionError where it finds nothing in time."""
    deadline = time.monotonic() + within_seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"nothing within {within_seconds:g} seconds"
        time.sleep(every_seconds)


def processes_of(home: Path) -> list[str]:
    """Every living process that was started for this data folder, found by its environment."""
    mark = f"MILEPOST_HOME={home}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(f"{folder.name} {(folder / 'cmdline').read_bytes().replace(chr(0).encode(), b' ')!r}")
        except OSError:
            continue
    return found


class Command:
    """A process of its own group, its lines read as they come. Leaving the context interrupts it as Ctrl-C does."""

    def __init__(self, words: Sequence[str], *, env: Mapping[str, str]) -> None:
        self.words = list(words)
        self.env = dict(env)
        self.lines: list[str] = []

    def __enter__(self) -> Self:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.words,
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.interrupt()
        if kind is not None:
            sys.stdout.write(f"{self.said}\nended with {self.process.returncode}\n")

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def wait_for(self, pattern: str, *, within_seconds: float = 40) -> re.Match[str]:
        """The first place in the output that fits; where the process ends or is slow, the test fails with its words."""

        def look() -> re.Match[str] | None:
            found = re.search(pattern, self.said)
            assert found or self.process.poll() is None, self.said
            return found

        try:
            return until(look, within_seconds=within_seconds, every_seconds=0.1)
        except AssertionError:
            raise AssertionError(f"no {pattern!r} in:\n{self.said}") from None

    def interrupt(self) -> int:
        """One Ctrl-C; the exit code. A process that does not end within 30 seconds is killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.reader.join(5)
        return self.process.returncode

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.lines.append(line)


class Demo(Command):
    """`milepost demo` on a data folder."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.port = free_port()
        super().__init__(milepost("demo"), env=environment(home, self.port, **settings))

    def __enter__(self) -> Self:
        super().__enter__()
        self.wait_for("Ctrl-C stops everything")
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sign_in(self) -> str:
        return self.wait_for(r"http://\S+/invitations/\S+").group()

    def mails(self, to: str = "") -> list[dict[str, Any]]:
        """The demo inbox, newest last."""
        assert self.process.poll() is None, f"the demo ended with {self.process.returncode}:\n{self.said}"
        with urllib.request.urlopen(f"{self.url}/dev/inbox.json", timeout=10) as answer:
            return [mail for mail in json.load(answer) if not to or mail["to"] == to]

    def mail(self, to: str, link: str, *, within_seconds: float = 20, since: int = 0) -> dict[str, Any]:
        """The newest mail to somebody that carries a link of this kind, `since` so many mails of theirs."""

        def look() -> dict[str, Any] | None:
            fitting = [mail for mail in self.mails(to)[since:] if link in mail["text"]]
            return fitting[-1] if fitting else None

        return until(look, within_seconds=within_seconds)


def link_in(text: str, kind: str) -> str:
    """The link of a kind, such as /u/, in a mail's text."""
    found = re.search(rf"http\S+{re.escape(kind)}[a-z2-7]+", text)
    assert found, text
    return found.group()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
