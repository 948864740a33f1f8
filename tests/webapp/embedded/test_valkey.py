import os
import platform
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from tests.webapp.embedded.watching import eventually, is_running
from webapp.embedded.lifeline import PipeWatcher
from webapp.embedded.valkey import (
    AlreadyRunning,
    EmbeddedValkey,
    EmbeddedValkeyFailed,
    EmbeddedValkeyMissing,
    server_binary,
)

ROOT = Path(__file__).parents[3]

PARENT = """
import sys, time
from pathlib import Path
from webapp.embedded.valkey import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
with server as url:
    print(server.pid, url, flush=True)
    time.sleep(60)
"""


def socket_of(url: str) -> Path:
    return Path(url.removeprefix("unix://").partition("?")[0])


def test_redis_py_connects_to_the_url(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        client.set("greeting", "salam")

        answer = client.get("greeting")

    assert answer == b"salam"


def test_only_this_user_reaches_the_socket_and_no_port_is_open(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        socket_mode = stat.S_IMODE(socket_of(url).stat().st_mode)
        folder_mode = stat.S_IMODE(socket_of(url).parent.stat().st_mode)
        port = client.config_get("port")

    assert (socket_mode, folder_mode) == (0o700, 0o700)
    assert port == {"port": "0"}


def test_jobs_are_written_to_disk_and_never_dropped(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        settings = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "save")

    assert settings == {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "save": ""}


def test_data_survives_a_restart(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        client.rpush("queue", "a", "b")

    with EmbeddedValkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        kept = client.lrange("queue", 0, -1)

    assert kept == [b"a", b"b"]


def test_leaving_ends_the_server_and_removes_the_socket(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path)
    with server as url:
        pid = server.pid

    assert pid is not None
    assert not is_running(pid)
    assert not socket_of(url).parent.exists()


def test_a_second_start_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        with pytest.raises(AlreadyRunning, match=str(tmp_path)), EmbeddedValkey(tmp_path, lock_seconds=0):
            pass

        assert client.ping()


def test_a_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid, _, url = parent.stdout.readline().decode().strip().partition(" ")
        with redis.Redis.from_url(url) as client:
            client.set("kept", "yes")

        parent.kill()

    assert eventually(lambda: not is_running(int(pid)))
    with EmbeddedValkey(tmp_path) as new_url, redis.Redis.from_url(new_url) as client:
        assert client.get("kept") == b"yes"
        assert not socket_of(url).parent.exists()


def test_a_server_that_outlives_its_parent_still_keeps_others_out(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[0])
        os.kill(pid, signal.SIGSTOP)
        parent.kill()
    try:
        with pytest.raises(AlreadyRunning, match=str(pid)), EmbeddedValkey(tmp_path, lock_seconds=0):
            pass
    finally:
        os.kill(pid, signal.SIGCONT)

    assert eventually(lambda: not is_running(pid))
    with EmbeddedValkey(tmp_path) as url:
        assert socket_of(url).exists()


def test_a_damaged_file_is_named_in_one_sentence(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        client.set("a", "b")
    for part in (tmp_path / "appendonlydir").iterdir():
        part.write_text("this is not what a server wrote\n" * 5)

    with pytest.raises(EmbeddedValkeyFailed, match=r"valkey\.log says why"), EmbeddedValkey(tmp_path):
        pass


def test_a_platform_without_a_server_is_told_to_set_redis_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    with pytest.raises(EmbeddedValkeyMissing, match="set REDIS_URL"):
        server_binary()


def test_a_pipe_watcher_ends_the_child_when_its_parent_is_gone() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        watcher = PipeWatcher(child.pid)
        assert watcher.shell.stdin is not None

        watcher.shell.stdin.close()

        assert child.wait(timeout=10) == -signal.SIGTERM
        watcher.dismiss()


def test_a_dismissed_pipe_watcher_leaves_the_child_alone() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        PipeWatcher(child.pid).dismiss()

        assert is_running(child.pid)
        child.kill()
