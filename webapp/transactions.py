"""One database session a request: read-only for looking, writing for acting, committed once by the view, and before a
page is drawn: whoever draws holds up nobody."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO, TypeVar, cast

from flask import Flask, before_render_template, current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, HTTPException

from webapp import database, deadlines
from webapp.broker import Broker
from webapp.config import Settings
from webapp.database import Database

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
READ_AT_ONCE = 64 * 1024


def settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def the_database() -> Database:
    return cast(Database, current_app.extensions["database"])


def db() -> Session:
    """The session of this request. It can write only where the request acts and its whole body was read."""
    if "session" not in g:
        made = the_database()
        g.session = made.writer() if g.get("may_write") else made.reader()
    return cast(Session, g.session)


def moment() -> datetime:
    """The one moment this request happens at."""
    if "moment" not in g:
        g.moment = database.now(db())
    return cast(datetime, g.moment)


def only_looks(view: View) -> View:
    """A view that is posted to, as what it takes does not fit an address, and that writes nothing."""
    view.only_looks = True  # type: ignore[attr-defined]
    return view


def commit() -> None:
    """Commit what the view did, then ring the bell if a mail was queued. From then on this request only reads."""
    session = db()
    rings = session.info.pop("rings", False)
    session.commit()
    session.bind = the_database().read_engine
    if rings:
        cast(Broker, current_app.extensions["broker"]).ring()


def pause() -> None:
    """Take nothing that was done, and hold up nobody until the next statement: for what takes long."""
    session = db()
    session.info.pop("rings", None)
    session.rollback()


def let_go() -> None:
    """Take nothing that was done, and write nothing more: from now on this request only reads."""
    pause()
    db().bind = the_database().read_engine


def is_writing() -> bool:
    """Whether this request has begun to write and not ended it."""
    session = g.get("session")
    if session is None or not session.in_transaction():
        return False
    return bool(session.get_bind().get_execution_options().get("milepost_writer"))


def init_app(app: Flask) -> None:
    before_render_template.connect(_before_drawing, app)
    app.before_request(_read_body)
    app.teardown_request(_close)


class _Counted:
    """A body that counts the bytes which came of it."""

    def __init__(self, body: BinaryIO) -> None:
        self._body = body
        self.came = 0

    def read(self, size: int = -1, /) -> bytes:
        return self._count(self._body.read(size))

    def readline(self, size: int = -1, /) -> bytes:
        return self._count(self._body.readline(size))

    def _count(self, piece: bytes) -> bytes:
        self.came += len(piece)
        return piece


def _read_body() -> None:
    """Before anything is written or locked: a phone in a tunnel that sends half a form must hold up nobody else.

    Raises BadRequest for a body that was cut off, even between two fields, or is written in a way nobody can read: half
    a form says something else than the whole one. Raises RequestEntityTooLarge.
    """
    if request.method in SAFE_METHODS:
        return
    body = _Counted(request.environ["wsgi.input"])
    request.environ["wsgi.input"] = body
    try:
        with deadlines.body_of(request.environ.get("gunicorn.socket")):
            request.get_data(parse_form_data=True)
            while request.stream.read(READ_AT_ONCE):
                pass
    except HTTPException:
        raise
    except Exception as fault:
        # The servers each have their own names for broken chunks and a line that went away.
        current_app.logger.info("a body could not be read", extra={"fault": type(fault).__name__})
        raise BadRequest from fault
    if body.came < (request.content_length or 0):
        raise BadRequest
    view = current_app.view_functions.get(request.endpoint or "")
    g.may_write = not getattr(view, "only_looks", False)


def _before_drawing(_app: Flask, **_more: object) -> None:
    """A view that draws a page has committed, or does not mean to: the form is shown again."""
    if is_writing():
        let_go()


def _close(_error: BaseException | None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()
