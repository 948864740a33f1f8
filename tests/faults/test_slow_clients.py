"""Whoever sends half a request gives their place back, and half a form is no form; in front of a real gunicorn."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHORT_DEADLINES = (
    "import webapp.patient_worker as w, webapp.deadlines as d; w.HEAD_SECONDS = d.BODY_SECONDS = 1.0; "
    "from gunicorn.app.wsgiapp import run; run()"
)
SOON_SECONDS = 20.0
FORM = b"application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gunicorn") / "log"


@pytest.fixture(scope="module")
def port(log: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    command = [
        sys.executable, "-c", SHORT_DEADLINES, "--config", "webapp/gunicorn.py", "--workers", "1", "--threads", "2",
        "--bind", f"127.0.0.1:{number}", "tests.support.echo:app",
    ]  # fmt: skip
    with log.open("wb") as said, subprocess.Popen(command, cwd=ROOT, stderr=said) as served:
        until = time.monotonic() + SOON_SECONDS
        while time.monotonic() < until:
            with suppress(OSError), closing(_opened(number)):
                break
            time.sleep(0.1)
        yield number
        served.terminate()


@pytest.mark.parametrize(
    "half",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Half",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + FORM + b"\r\nContent-Length: 400\r\n\r\na=1",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\na=1",
    ],
    ids=["half a head", "half a body", "half a chunk"],
)
def test_clients_that_send_half_hold_up_nobody_for_long(port: int, half: bytes) -> None:
    with ExitStack() as phones:
        for _ in range(5):
            phones.enter_context(closing(_opened(port))).sendall(half)

        answer = _answer(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("length", "body", "status"),
    [(7, b"a=1&b=2", b"200"), (400, b"a=1&b=2", b"400"), (8, b"a=1&b=2", b"400")],
    ids=["whole", "cut off early", "one letter short"],
)
def test_a_form_that_was_cut_off_is_refused(port: int, length: int, body: bytes, status: bytes) -> None:
    head = (
        f"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )

    assert _answer(port, head.encode() + body, is_cut=True).split(b" ")[1] == status


@pytest.mark.parametrize("chunks", [b"zz\r\nab\r\n", b"3\r\nabcXX0\r\n\r\n"])
def test_chunks_that_cannot_be_read_are_refused(port: int, chunks: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert _answer(port, head + chunks).split(b" ")[1] == b"400"


def test_a_request_that_cannot_be_read_leaves_no_token_in_the_log(port: int, log: Path) -> None:
    for head in (b"GET /u/secrettoken\r\n\r\n", b"GET /u/secrettoken HTTP/1.1\r\nbad header\r\n\r\n"):
        _answer(port, head)

    said = log.read_text()
    assert "cannot be read" in said
    assert "secrettoken" not in said


def _opened(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=SOON_SECONDS)


def _answer(port: int, sent: bytes, *, is_cut: bool = False) -> bytes:
    """The first bytes of what comes back; `is_cut`: nothing more is ever sent."""
    with closing(_opened(port)) as phone:
        phone.sendall(sent)
        if is_cut:
            phone.shutdown(socket.SHUT_WR)
        return phone.recv(200)
