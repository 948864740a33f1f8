"""Forks processes of Milepost on request, as an RQ worker forks its jobs: real ones to kill, without a second's start
each. Hears one JSON line a request, says one line; with its input closed it ends.
"""

import json
import os
import sys
from typing import Any

from emails import rendering
from tests.support.faults import stalling
from workers import __main__ as commands


def main() -> None:
    rendering.warm()
    for line in sys.stdin:
        wish = json.loads(line)
        answer = _fork(wish["start"], wish["env"]) if "start" in wish else _exit_code(wish["poll"])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _fork(arguments: list[str], env: dict[str, str]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(0, 1)
        os.environ.update(env)
        code = _run(arguments)
    finally:
        os._exit(code)


def _run(arguments: list[str]) -> int:
    if arguments[0] == "stall":
        stalling.main(arguments[1])
        return 0
    return commands.main(arguments)


def _exit_code(child: int) -> Any:
    """Empty while it runs; the signal's number below zero where it was killed."""
    pid, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else ""


if __name__ == "__main__":
    main()
