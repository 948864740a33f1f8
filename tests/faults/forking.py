"""Forks a drain for each line it hears and prints its process id, as an RQ worker does, but cheap enough to kill many.

With its input closed it ends; the drains end by their own time budget.
"""

import os
import signal
import sys

from workers import jobs


def main() -> None:
    app = jobs.load()
    app.database.dispose()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                jobs.drain()
            finally:
                os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
