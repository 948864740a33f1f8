"""Finds who draws or reads something while they hold the write lock of the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import has_app_context, template_rendered

from emails import rendering
from webapp import transactions
from webapp.services.calendar import calendar_files
from webapp.services.imports import table
from webapp.services.mail import delivery_reports


def check(what: str) -> None:
    assert not (has_app_context() and transactions.is_writing()), f"{what} while others wait for the write lock"


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within, every page, mail and file that a request makes or reads under the write lock fails the test."""

    def page(_sender: Any, template: Any, **_more: Any) -> None:
        check(f"{template.name} is drawn")

    for module, name in ((rendering, "render"), (calendar_files, "read"), (table, "read"), (delivery_reports, "read")):
        monkeypatch.setattr(module, name, _checked(getattr(module, name), f"{module.__name__}.{name} runs"))
    with template_rendered.connected_to(page):
        yield


def _checked(act: Callable[..., Any], what: str) -> Callable[..., Any]:
    def checked(*given: Any, **named: Any) -> Any:
        check(what)
        return act(*given, **named)

    return checked
