import io
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.webapp.embedded.watching import eventually, is_running
from webapp.embedded.processes import (
    Processes,
    ProcessNotStarted,
    ProcfileError,
    expanded,
    port_is_free,
    read_procfile,
)
from webapp.embedded.valkey import EmbeddedValkey

ROOT = Path(__file__).parents[3]

POLITE = """
import os, signal, sys, time
def end(*_):
    with open(sys.argv[1], "a") as ends:
        ends.write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGINT, lambda *_: os._exit(99))
print("ready", flush=True)
while True:
    time.sleep(0.05)
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); time.sleep(60)"
SLEEPING = "import time; print('ready'); time.sleep(60)"

PARENT = """
import sys
from pathlib import Path
from webapp.embedded.processes import Processes, read_procfile
here = Path(sys.argv[1])
with Processes(read_procfile(here / "Procfile"), env={}, cwd=here) as processes:
    print(*processes.pids.values(), flush=True)
    sys.exit(processes.run_until_interrupted())
"""


def python(code: str, *arguments: str) -> list[str]:
    return ["python", "-c", code, *arguments]


def processes_of(
    commands: Mapping[str, Sequence[str]], *, out: io.StringIO, cwd: Path, stop_seconds: float = 10
) -> Processes:
    return Processes(commands, env={}, cwd=cwd, out=out, stop_seconds=stop_seconds)


def interrupt_soon(number: int = signal.SIGINT) -> None:
    threading.Timer(0.3, os.kill, (os.getpid(), number)).start()


def ready(out: io.StringIO, count: int) -> Callable[[], bool]:
    return lambda: out.getvalue().count("ready") >= count


def test_the_procfile_names_the_four_processes() -> None:
    commands = read_procfile(ROOT / "Procfile")

    assert commands == {
        "release": ["milepost", "db", "upgrade"],
        "web": ["gunicorn", "--config", "webapp/gunicorn.py", "webapp:create_app()"],
        "worker": ["python", "-m", "workers", "worker"],
        "clock": ["python", "-m", "workers", "clock"],
    }


def test_blank_lines_and_comments_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("# ours\n\nweb:  serve --port $PORT\n")

    assert read_procfile(tmp_path / "Procfile") == {"web": ["serve", "--port", "$PORT"]}


@pytest.mark.parametrize("text", ["web serve", "web:", ": serve", "a b: serve", "web: 'serve", "web: a\nweb: b"])
def test_a_line_that_is_no_process_is_refused_by_its_number(tmp_path: Path, text: str) -> None:
    (tmp_path / "Procfile").write_text(text)

    with pytest.raises(ProcfileError, match=r"Procfile, line \d"):
        read_procfile(tmp_path / "Procfile")


def test_a_value_stays_one_word_and_runs_nothing() -> None:
    words = expanded(["serve", "${HOST}:$PORT", "$NAME"], env={"HOST": "::1", "PORT": "80", "NAME": "a b; $(c)"})

    assert words == ["serve", "::1:80", "a b; $(c)"]


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(ProcfileError, match="needs PORT, which is not set"):
        expanded(["serve", "$PORT"], env={})


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        while_listening = port_is_free("127.0.0.1", port)

    assert not while_listening
    assert port_is_free("127.0.0.1", port)


def test_ctrl_c_stops_web_then_clock_then_worker(tmp_path: Path) -> None:
    ends, out = tmp_path / "ends", io.StringIO()
    commands = {name: python(POLITE, str(ends), name) for name in ("worker", "clock", "other", "web")}

    with processes_of(commands, out=out, cwd=tmp_path) as processes:
        assert processes.wait_until(ready(out, 4), within_seconds=20)
        interrupt_soon()
        code = processes.run_until_interrupted()

    assert ends.read_text().split() == ["web", "clock", "worker", "other"]
    assert code == 0


def test_sigterm_stops_everything_too(tmp_path: Path) -> None:
    out = io.StringIO()
    with processes_of({"web": python(SLEEPING)}, out=out, cwd=tmp_path) as processes:
        assert processes.wait_until(ready(out, 1), within_seconds=20)
        interrupt_soon(signal.SIGTERM)
        code = processes.run_until_interrupted()
        pid = processes.pids["web"]

    assert code == 0
    assert not is_running(pid)


def test_ctrl_c_in_a_terminal_reaches_the_parent_only(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    (tmp_path / "polite.py").write_text(POLITE)
    (tmp_path / "Procfile").write_text("web: python polite.py ends web\nclock: python polite.py ends clock\n")

    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True, process_group=0
    ) as parent:
        assert parent.stdout is not None
        lines = [parent.stdout.readline() for _ in range(3)]
        os.killpg(parent.pid, signal.SIGINT)
        code = parent.wait(timeout=20)

    assert sorted(lines)[1:] == ["clock | ready\n", "web   | ready\n"]
    assert code == 0
    assert ends.read_text().split() == ["web", "clock"]


def test_a_child_that_dies_is_named_and_takes_the_others_along(tmp_path: Path) -> None:
    out = io.StringIO()
    commands = {"web": python(SLEEPING), "worker": python("import sys; sys.exit(7)")}

    with processes_of(commands, out=out, cwd=tmp_path) as processes:
        code = processes.run_until_interrupted()
        web = processes.pids["web"]

    assert code == 7
    assert "worker ended by itself with exit code 7, so the others were stopped.\n" in out.getvalue()
    assert not is_running(web)


@pytest.mark.parametrize(
    ("ending", "told"), [("sys.exit(0)", "exit code 0"), ("os.kill(os.getpid(), 9)", "signal SIGKILL")]
)
def test_a_child_that_ends_is_a_failure_however_it_ends(tmp_path: Path, ending: str, told: str) -> None:
    out = io.StringIO()

    with processes_of({"clock": python(f"import os, sys; {ending}")}, out=out, cwd=tmp_path) as processes:
        code = processes.run_until_interrupted()

    assert code == 1
    assert f"clock ended by itself with {told}" in out.getvalue()


def test_a_child_that_ignores_sigterm_is_killed_after_the_bound(tmp_path: Path) -> None:
    out = io.StringIO()
    with processes_of({"web": python(STUBBORN)}, out=out, cwd=tmp_path, stop_seconds=0.2) as processes:
        assert processes.wait_until(ready(out, 1), within_seconds=20)
        pid = processes.pids["web"]

    assert not is_running(pid)


def test_a_second_ctrl_c_skips_the_waiting(tmp_path: Path) -> None:
    out = io.StringIO()
    with processes_of({"web": python(STUBBORN)}, out=out, cwd=tmp_path, stop_seconds=3600) as processes:
        assert processes.wait_until(ready(out, 1), within_seconds=20)
        pid = processes.pids["web"]
        interrupt_soon()
        threading.Timer(0.8, os.kill, (os.getpid(), signal.SIGINT)).start()
        processes.run_until_interrupted()

    assert not is_running(pid)


def test_a_helper_left_in_a_childs_group_ends_with_it(tmp_path: Path) -> None:
    out = io.StringIO()
    code = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, 'ready'); time.sleep(60)"
    with processes_of({"web": python(code)}, out=out, cwd=tmp_path) as processes:
        assert processes.wait_until(ready(out, 1), within_seconds=20)
        helper = int(out.getvalue().split()[2])

    assert eventually(lambda: not is_running(helper))


def test_an_unknown_command_stops_what_was_started(tmp_path: Path) -> None:
    processes = processes_of({"web": python(SLEEPING), "worker": ["no-such-command"]}, out=io.StringIO(), cwd=tmp_path)

    with pytest.raises(ProcessNotStarted, match="there is no command 'no-such-command'"), processes:
        pass

    assert not is_running(processes.pids["web"])


def test_every_line_carries_the_name_of_its_process(tmp_path: Path) -> None:
    out = io.StringIO()
    commands = {"web": python(f"print('one'); {SLEEPING}"), "worker": python(SLEEPING)}

    with processes_of(commands, out=out, cwd=tmp_path) as processes:
        processes.wait_until(ready(out, 2), within_seconds=20)

    assert "web    | one\nweb    | ready\n" in out.getvalue()
    assert "worker | ready\n" in out.getvalue()


def test_waiting_ends_early_when_a_child_has_ended(tmp_path: Path) -> None:
    with processes_of({"web": python("pass")}, out=io.StringIO(), cwd=tmp_path) as processes:
        is_ready = processes.wait_until(lambda: False, within_seconds=3600)

    assert not is_ready


def test_afterwards_signals_reach_the_caller_again(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with processes_of({"web": python(SLEEPING)}, out=io.StringIO(), cwd=tmp_path):
        during = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    assert during != before
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_children_end_when_the_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: sleep 60\nworker: sleep 60\n")
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]

        parent.kill()

    assert len(pids) == 2
    assert eventually(lambda: not any(map(is_running, pids)))


def test_the_embedded_valkey_is_left_running_until_the_processes_ended(tmp_path: Path) -> None:
    out = io.StringIO()
    server = EmbeddedValkey(tmp_path / "valkey")

    with server, processes_of({"web": python(SLEEPING)}, out=out, cwd=tmp_path) as processes:
        assert processes.wait_until(ready(out, 1), within_seconds=20)
        interrupt_soon()
        processes.run_until_interrupted()
        pid = server.pid
        still_running = pid is not None and is_running(pid)

    assert still_running
    assert pid is not None
    assert not is_running(pid)
