"""`python -m workers worker | clock | drain`: the commands of the Procfile."""

import logging
import signal
import sys
import time
from collections.abc import Callable

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from webapp.broker import QUEUE
from webapp.config import SettingsFault
from workers import check_mail, jobs
from workers.app import StopFlag
from workers.clock import Clock
from workers.guarded_job import GuardedJob
from workers.mail_worker import MailWorker
from workers.transport import CannotOpen

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> int:
    commands: dict[str, Callable[..., int | None]] = {
        "worker": worker,
        "clock": clock,
        "drain": drain,
        "check-mail": check_mail.main,
    }
    if not arguments or arguments[0] not in commands:
        sys.stderr.write("Say what to run: worker, clock, drain or check-mail.\n")
        return 2
    try:
        return commands[arguments[0]](*arguments[1:]) or 0
    except SettingsFault as fault:
        sys.stderr.write("\n".join(fault.faults) + "\n")
        return 1
    except CannotOpen as fault:
        sys.stderr.write(f"{fault}\n")
        return 1


def worker() -> None:
    """An RQ worker for the one queue, with the application loaded before it forks. A way out that
    cannot be used is said now, not by each job."""
    app = jobs.load()
    app.transport()
    app.database.dispose()
    while not _listen(app.settings.redis_url):
        log.warning("the queue went away in the middle of a job; listening anew")


def _listen(redis_url: str) -> bool:
    """Work until asked to end. False where RQ gave up instead, as it does when its server dies while a job runs."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    connection = _wait_for_redis(redis_url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer, job_class=GuardedJob)
    made = MailWorker([queue], connection=connection, serializer=JSONSerializer, job_class=GuardedJob)
    try:
        made.work(logging_level="WARNING")
    except RedisError:
        log.exception("the queue's server did not answer")
    return made.is_asked_to_end


def clock() -> None:
    app = jobs.load()
    Clock(app.database, app.settings, stopping=StopFlag().listen()).run()


def drain() -> None:
    """One round without the queue."""
    jobs.drain()


def _wait_for_redis(url: str) -> Redis:
    """A server that is away at start is waited for: the clock lets mail flow meanwhile."""
    connection = Redis.from_url(url)
    while True:
        try:
            connection.ping()
        except RedisError:
            time.sleep(1)
            continue
        return connection


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
