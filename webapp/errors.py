"""Faults as pages: plain words, the right status, never a traceback."""

import logging
from typing import Any

from flask import Flask, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from emails.languages import LANGUAGES, language
from webapp.services.core.errors import LinkInvalid, NotFound, TooMany

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(NotFound, lambda _: page(404))
    app.register_error_handler(LinkInvalid, lambda _: link_page())
    app.register_error_handler(TooMany, lambda _: page(429))
    app.register_error_handler(CSRFError, lambda _: page(400, "expired"))
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, key: str | None = None) -> tuple[str, int]:
    """A page that says in plain words what happened and what to do."""
    name = key or {404: "not_found", 413: "too_large", 429: "too_many", 503: "busy", 405: "not_found"}.get(
        status, "wrong" if status < 500 else "broken"
    )
    try:
        return render_template("errors/page.html", name=name, typed=_typed(name)), status
    except SQLAlchemyError:
        # Even the firm's name cannot be read: say it without the database.
        return _without_database(name), status


def link_page() -> tuple[str, int]:
    """Unknown, expired and revoked links look the same, byte for byte."""
    return render_template("errors/link.html"), 404


def _typed(name: str) -> list[str]:
    """What was typed into a form that could not be kept, so that it can be copied."""
    if name not in {"busy", "broken", "expired", "too_many"} or request.method != "POST":
        return []
    hidden = {"csrf_token", "once", "based_on"}
    try:
        return [value for field, value in request.form.items() if field not in hidden and len(value) > 15]
    except HTTPException:
        return []


def _without_database(name: str) -> str:
    """Rendered past the context processors, which all read the database."""
    spoken = g.get("lang") or language(request.accept_languages.best_match(list(LANGUAGES)) or "en")
    bare = current_app.jinja_env.get_template("errors/bare.html")
    return bare.render(name=name, typed=_typed(name), t=spoken.text, lang=spoken)


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):
        # Asked for under a host that is not ours: no page of ours can be linked to from there.
        return "This is not the address of this site.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
    allowed = error.valid_methods if isinstance(error, MethodNotAllowed) else None
    return *page(error.code), {"Allow": ", ".join(allowed)} if allowed else {}


def _database_away(error: OperationalError) -> tuple[str, int]:
    """Said at once: asking a locked database for the firm's name would be another wait."""
    log.error("the database did not answer", extra={"fault": type(error.orig).__name__})
    return _without_database("busy"), 503


def _unexpected(error: Exception) -> tuple[str, int]:
    log.exception("unexpected fault", exc_info=error, extra={"endpoint": request.endpoint})
    return page(500)
