"""gunicorn's settings for `web`: executed by gunicorn itself, which is why it reads the environment."""

import os
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]


class PathlessLogger(Logger):  # type: ignore[misc]
    """gunicorn names the address of a request it failed on; addresses here carry tokens, so they are left out."""

    def exception(self, msg: object, *args: Any, **kwargs: Any) -> None:
        if isinstance(msg, str) and msg.startswith("Error handling request"):
            super().exception("Error handling request (address not logged)", **kwargs)
            return
        super().exception(msg, *args, **kwargs)

    def warning(self, msg: object, *args: Any, **kwargs: Any) -> None:
        if isinstance(msg, str) and msg.startswith("Invalid request"):
            super().warning("A request that cannot be read (not logged: its first line may hold a token)", **kwargs)
            return
        super().warning(msg, *args, **kwargs)


_host = os.environ.get("HOST", "127.0.0.1")
_port = os.environ.get("PORT", "8000")

bind = [f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"]
worker_class = "webapp.patient_worker.PatientWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# By the dozen: a request that comes slowly holds a thread until its deadline.
threads = 32
graceful_timeout = 20
preload_app = False

# Access logs would keep magic-link tokens.
accesslog = None
errorlog = "-"
loglevel = "warning"
logger_class = PathlessLogger

# Only a proxy named here may say that a request came over https.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")

# The control socket would be a file outside the data folder.
control_socket_disable = True
