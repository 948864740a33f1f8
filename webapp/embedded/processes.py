"""Runs the Procfile's processes on one machine under one parent, which ends them in order and leaves nothing behind."""

import contextlib
import errno
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from types import FrameType
from typing import IO, Self, TextIO

from webapp.embedded.lifeline import PipeWatcher, end_with_parent

STOP_ORDER = ("web", "clock", "worker")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.1


class ProcfileError(Exception):
    """The Procfile cannot be read as `name: command` lines, or names a variable that is not set."""


class ProcessNotStarted(Exception):
    """A command could not be started at all."""


def read_procfile(path: Path) -> dict[str, list[str]]:
    """Return each process name with the words of its command, variables such as `$PORT` still in them."""
    commands: dict[str, list[str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, command = line.partition(":")
        name = name.strip()
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise ProcfileError(f"{path.name}, line {number}: {error}.") from error
        if not colon or not name.replace("-", "").replace("_", "").isalnum() or not words:
            raise ProcfileError(f"{path.name}, line {number} is not of the form 'name: command'.")
        if name in commands:
            raise ProcfileError(f"{path.name}, line {number} names {name!r} a second time.")
        commands[name] = words
    return commands


def expanded(words: Sequence[str], *, env: Mapping[str, str]) -> list[str]:
    """Put variables (`$PORT`, `${PORT}`) into a command without a shell: a value stays one word whatever is in it."""
    try:
        return [Template(word).substitute(env) for word in words]
    except KeyError as error:
        raise ProcfileError(f"The command '{shlex.join(words)}' needs {error.args[0]}, which is not set.") from error
    except ValueError as error:
        raise ProcfileError(f"The command '{shlex.join(words)}' has a '$' that is no variable.") from error


def port_is_free(host: str, port: int) -> bool:
    """Say whether a server could listen there. Other faults (a port that needs root, an unknown host) raise OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


@dataclass(frozen=True)
class Child:
    name: str
    process: subprocess.Popen[str]
    reader: threading.Thread
    watcher: PipeWatcher | None


class Processes:
    """Named commands as children of this process, for as long as the `with` block lasts.

    Each child is in its own process group, so that Ctrl-C in a terminal reaches only this parent. Leaving the block
    ends them one after the other in `stop_order` (others after, in the order given): SIGTERM to the child alone, which
    ends its own helpers, then SIGKILL to its whole group after `stop_seconds`. A second Ctrl-C skips the waiting. If
    this parent is killed, the children get SIGTERM from the kernel. Nothing is ever started again.

    Every line a child writes appears on `out` after its name. Enter from the main thread: signals are handled there,
    and the children's life is tied to it (see `lifeline`).
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        *,
        env: Mapping[str, str],
        cwd: Path,
        out: TextIO | None = None,
        stop_order: Sequence[str] = STOP_ORDER,
        stop_seconds: float = 25.0,
    ) -> None:
        beside_python = str(Path(sys.executable).parent)
        path = os.pathsep.join([beside_python, env.get("PATH", os.defpath)])
        self.env = {"PYTHONUNBUFFERED": "1"} | dict(env) | {"PATH": path}
        self.commands = {name: expanded(words, env=self.env) for name, words in commands.items()}
        self.cwd = cwd
        self.out = out if out is not None else sys.stdout
        self.stop_order = stop_order
        self.stop_seconds = stop_seconds
        self._children: dict[str, Child] = {}
        self._is_interrupted = False
        self._presses = 0
        self._out_lock = threading.Lock()
        self._handlers = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as undo:
            undo.enter_context(self._signals_handled())
            undo.callback(self.stop)
            for name, words in self.commands.items():
                self._children[name] = self._start(name, words)
            for child in self._children.values():
                child.reader.start()
            self._handlers = undo.pop_all()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._handlers.close()

    @property
    def pids(self) -> dict[str, int]:
        return {name: child.process.pid for name, child in self._children.items()}

    @property
    def is_interrupted(self) -> bool:
        """Ctrl-C, SIGTERM or a closed terminal has asked this parent to end."""
        return self._is_interrupted

    def wait_until(self, is_ready: Callable[[], bool], *, within_seconds: float) -> bool:
        """Ask `is_ready` until it says yes; no, when the time is over, a child ended or the parent is to end."""
        deadline = time.monotonic() + within_seconds
        while time.monotonic() < deadline and not self.is_interrupted and not self._ended():
            if is_ready():
                return True
            time.sleep(POLL_SECONDS)
        return False

    def run_until_interrupted(self) -> int:
        """Wait, then end all children. 0 after an interrupt; else a child ended by itself, which `out` says plainly,
        and the code is the child's own, or 1 where that was 0 or a signal.
        """
        while not self.is_interrupted:
            ended = self._ended()
            if ended is not None:
                code = ended.process.returncode
                self.stop()
                self._write(f"{ended.name} ended by itself with {_described(code)}, so the others were stopped.\n")
                return max(code, 0) or 1
            time.sleep(POLL_SECONDS)
        self.stop()
        return 0

    def stop(self) -> None:
        """End what still runs, in order. Safe to call again."""
        in_order = [name for name in self.stop_order if name in self._children]
        for name in in_order + [name for name in self._children if name not in in_order]:
            self._end(self._children[name])

    def _start(self, name: str, words: Sequence[str]) -> Child:
        program = shutil.which(words[0], path=self.env["PATH"])
        if program is None:
            raise ProcessNotStarted(f"{name} could not be started: there is no command '{words[0]}'.")
        try:
            process = subprocess.Popen(  # noqa: S603 - the Procfile's own command, no shell
                [program, *words[1:]],
                cwd=self.cwd,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                process_group=0,
                preexec_fn=end_with_parent(),
            )
        except OSError as error:
            raise ProcessNotStarted(f"{name} could not be started: {error.strerror or error}.") from error
        assert process.stdout is not None
        reader = threading.Thread(target=self._pass_on, args=(name, process.stdout), name=f"{name} output", daemon=True)
        return Child(name, process, reader, None if sys.platform == "linux" else PipeWatcher(process.pid))

    def _pass_on(self, name: str, lines: IO[str]) -> None:
        width = max(map(len, self.commands))
        with lines:
            for line in lines:
                self._write(f"{name:<{width}} | {line.rstrip()}\n")

    def _write(self, text: str) -> None:
        """Write one line. A reader that went away (a closed terminal) must not block the children."""
        with self._out_lock, contextlib.suppress(OSError, ValueError):
            self.out.write(text)
            self.out.flush()

    def _ended(self) -> Child | None:
        return next((child for child in self._children.values() if child.process.poll() is not None), None)

    def _end(self, child: Child) -> None:
        process = child.process
        if process.poll() is None:
            process.terminate()
            self._wait_or_hurry(process)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if child.watcher is not None:
            child.watcher.dismiss()
        if child.reader.is_alive():
            child.reader.join(timeout=2)
        elif process.stdout is not None:
            process.stdout.close()

    def _wait_or_hurry(self, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + self.stop_seconds
        while process.poll() is None and time.monotonic() < deadline and self._presses < 2:
            time.sleep(POLL_SECONDS / 4)

    @contextlib.contextmanager
    def _signals_handled(self) -> Iterator[None]:
        def note(number: int, _frame: FrameType | None) -> None:
            self._is_interrupted = True
            self._presses += number == signal.SIGINT

        before = {number: signal.signal(number, note) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _described(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
