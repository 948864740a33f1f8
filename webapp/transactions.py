"""One database session a request: read-only for looking, writing for acting, committed once by the view."""

from datetime import datetime
from typing import cast

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from webapp import database
from webapp.broker import Broker
from webapp.config import Settings
from webapp.database import Database

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


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


def commit() -> None:
    """Commit what the view did, then ring the bell if a mail was queued."""
    session = db()
    rings = session.info.pop("rings", False)
    session.commit()
    if rings:
        cast(Broker, current_app.extensions["broker"]).ring()


def init_app(app: Flask) -> None:
    app.before_request(_read_body)
    app.teardown_request(_close)


def _read_body() -> None:
    """Before anything is written or locked: a phone in a tunnel that sends half a form must hold up nobody else.
    Raises what reading a body raises (too large, cut off, written in a way nobody can read)."""
    if request.method not in SAFE_METHODS:
        request.get_data(parse_form_data=True)
        g.may_write = True


def _close(_error: BaseException | None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()
