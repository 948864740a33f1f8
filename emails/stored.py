"""A context as text that can be kept, and back: what is to be said, until somebody has the time to render it."""

import json
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from emails.mail import Mail
from emails.registry import CONTEXTS
from emails.rendering import kind_of

_AT = "$at"


def dump(context: Mail) -> str:
    """The context as JSON. An instant keeps the name of its zone, which says more than an offset: a mail may name the
    city."""
    kept = {"mail": kind_of(context), "says": _adapter(type(context)).dump_python(context)}
    return json.dumps(kept, ensure_ascii=False, default=_plain)


def load(kept: str) -> Mail:
    """The context that `dump` kept. Raises ValueError for anything else."""
    found = json.loads(kept, object_hook=_instant)
    context: Mail = _adapter(CONTEXTS[found["mail"]]).validate_python(found["says"])
    return context


@lru_cache(maxsize=64)
def _adapter(context: type[Mail]) -> TypeAdapter[Any]:
    return TypeAdapter(context)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
        if zone is None and value.utcoffset() != timedelta(0):
            raise TypeError("an instant without the name of its zone cannot be kept")
        return {_AT: [value.isoformat(), zone or "UTC"]}
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"cannot be kept: {type(value).__name__}")


def _instant(found: dict[str, Any]) -> Any:
    if _AT not in found:
        return found
    moment, zone = found[_AT]
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
