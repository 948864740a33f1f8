"""The web application: `create_app(settings)`, loaded when it is asked for, so that a command does not pay for it."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name != "create_app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module("webapp.app").create_app
