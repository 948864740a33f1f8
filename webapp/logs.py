"""One JSON object a log line, with ids and without tokens."""

import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

_TOKEN = re.compile(r"/(u|checkpoints|unsubscribe|sign-in|invitations)/[a-z2-7]{20,}", re.IGNORECASE)


class TokenFreeFormatter(JsonFormatter):
    """Cuts capability tokens out of whatever is logged, URLs in tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return _TOKEN.sub(r"/\1/***", super().format(record))

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data["level"] = record.levelname
        log_data["logger"] = record.name


def configure(level: str) -> None:
    """Send the log of this process to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(TokenFreeFormatter("%(asctime)s %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel("WARNING")
