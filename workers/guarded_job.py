"""A job that runs only what is on the list: whoever can write to Redis must not be able to run code."""

from typing import Any

from rq.job import Job

from workers.jobs import ALLOWED


class NotAllowed(Exception):
    """The queue named something that is no job of ours."""


class GuardedJob(Job):
    """Refuses functions outside `workers.jobs.ALLOWED`, every argument, and every callback and webhook."""

    def restore(self, raw_data: Any) -> Any:
        restored = super().restore(raw_data)
        self._success_callback_name = None
        self._failure_callback_name = None
        self._stopped_callback_name = None
        self.webhooks = []
        return restored

    @property
    def func(self) -> Any:
        if self.func_name not in ALLOWED or self.args or self.kwargs or self.instance:
            raise NotAllowed(str(self.func_name)[:100])
        return super().func
