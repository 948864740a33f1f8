"""A queue's server that a test can freeze, kill and start again at the same address."""

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from redis import Redis
from redis.exceptions import RedisError

from tests.webapp.embedded.watching import eventually
from webapp.embedded.valkey import server_binary


class Valkey:
    """Keeps nothing on disk: each start is an empty one. `with Valkey() as queue:` gives one that is not started."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="mp-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._folder}/q.sock?db=0"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> Self:
        options = ["--port", "0", "--unixsocket", str(self._folder / "q.sock"), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [str(server_binary()), *options, "--dir", str(self._folder)], stdout=subprocess.DEVNULL
        )
        assert eventually(self.answers)
        return self

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def answers(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False

    def client(self) -> Redis:
        return Redis.from_url(self.url, socket_timeout=2)

    def _signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)
