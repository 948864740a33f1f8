"""Ties a child process to the life of its parent, so that a killed parent leaves nothing running behind it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def end_with_parent() -> Callable[[], None] | None:
    """Return a `preexec_fn` after which the kernel sends the child SIGTERM when its parent ends, however it ends.

    Linux only, None elsewhere. The kernel follows the parent *thread*, not the process: start children from the main
    thread, or they end when the thread that started them does.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        if prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(127)

    return tie


class PipeWatcher:
    """Where the kernel has no such signal: a shell that waits on a pipe only the parent holds, then ends the child."""

    def __init__(self, pid: int) -> None:
        self.shell = subprocess.Popen(  # noqa: S603 - a fixed command and a number
            ["/bin/sh", "-c", 'read -r _; kill -TERM "$1"', "lifeline", str(pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )

    def dismiss(self) -> None:
        """Stop watching and leave the child alone."""
        self.shell.kill()
        self.shell.wait()
        if self.shell.stdin is not None:
            self.shell.stdin.close()
