"""The one place that talks to Redis or Valkey: it wakes workers, and decides nothing.

Losing everything in it loses and doubles no mail. A frozen server must not hold up a page, so time-outs are half a
second and nothing is tried twice.
"""

import logging

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

QUEUE = "mail"
DRAIN_JOB = "workers.jobs.drain"
ENOUGH_WAITING = 4
JOB_TIMEOUT_SECONDS = 3600


class Broker:
    """Rings the bell. Without an address it is silent, and the clock sees that mail flows all the same."""

    def __init__(self, url: str, *, timeout_seconds: float = 0.5) -> None:
        self._redis: Redis | None = None
        if url:
            self._redis = Redis.from_url(
                url,
                socket_timeout=timeout_seconds,
                socket_connect_timeout=timeout_seconds,
                retry=Retry(NoBackoff(), 0),
            )

    def ring(self) -> bool:
        """Wake a worker; False where nobody could be woken. Bells beyond a few waiting ones are not needed."""
        if self._redis is None:
            return False
        try:
            queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
            if queue.count < ENOUGH_WAITING:
                queue.enqueue(DRAIN_JOB, result_ttl=0, failure_ttl=3600, job_timeout=JOB_TIMEOUT_SECONDS)
        except (RedisError, OSError):
            log.warning("the queue could not be reached; mail flows without it")
            return False
        return True

    def answers(self) -> bool:
        """True where the queue's server answers."""
        if self._redis is None:
            return False
        try:
            return bool(self._redis.ping())
        except (RedisError, OSError):
            return False
