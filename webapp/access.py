"""Who may open what: every view says it, and a view that says nothing is open to nobody."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from webapp.models import Role, User, UserSession
from webapp.services.people import sign_in
from webapp.transactions import db, moment, settings, the_database

View = TypeVar("View", bound=Callable[..., Any])

FRESH = timedelta(minutes=30)
PUBLIC = "public"
BY_TOKEN = "token"  # noqa: S105 - a rule's name


def public(view: View) -> View:
    """Anybody may open it."""
    view.access_rule = PUBLIC  # type: ignore[attr-defined]
    return view


def by_token(view: View) -> View:
    """The token in the address is the permission; the view checks it."""
    view.access_rule = BY_TOKEN  # type: ignore[attr-defined]
    return view


def needs(role: Role, *, fresh: bool = False) -> Callable[[View], View]:
    """A signed-in colleague of at least this role; `fresh`: who signed in a short while ago, because roles change."""

    def mark(view: View) -> View:
        view.access_rule = role  # type: ignore[attr-defined]
        view.access_is_fresh = fresh  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> str | None:
    """The access rule of a view: public, token, a role, or None where it has none."""
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions.get(endpoint), "access_rule", None)


def may_open(endpoint: str) -> bool:
    """Whether the signed-in colleague's role is enough for a view, so that no page links to "nothing here"."""
    rule, user = rule_of(current_app, endpoint), current_user()
    return rule in (PUBLIC, BY_TOKEN) or (rule is not None and user is not None and _is_enough(user.role, rule))


def current_user() -> User | None:
    """The signed-in colleague, looked up once a request."""
    if "user_session" not in g:
        secret = request.cookies.get(cookie_name())
        g.user_session = sign_in.session_of(db(), secret, now=moment()) if secret else None
        if g.user_session is not None:
            # Kept as plain values: at the end of the request its own transaction may have failed.
            g.user_seen = (g.user_session.id, g.user_session.last_seen_at)
    found = cast("UserSession | None", g.user_session)
    return found.user if found else None


def the_user() -> User:
    """The signed-in colleague of a view that needs one."""
    user = current_user()
    if user is None:
        abort(404)
    return user


def cookie_name() -> str:
    return "__Host-milepost-user" if settings().is_https else "milepost-user"


def set_cookie(response: Response, secret: str) -> None:
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=int(sign_in.ABSOLUTE.total_seconds()),
        secure=settings().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def drop_cookie(response: Response) -> None:
    response.delete_cookie(cookie_name(), path="/", secure=settings().is_https, httponly=True, samesite="Lax")


def safe_next(target: str | None) -> str:
    """A path of ours to go on to, or the start page: never another host, scheme or a trick with slashes."""
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return "/"
    if any(ord(character) < 33 or character == "\\" for character in target):
        return "/"
    parts = urlsplit(target)
    return target if not parts.netloc and not parts.scheme else "/"


def init_app(app: Flask) -> None:
    app.before_request(_check)
    app.teardown_request(_note_seen)


def _check() -> Any:
    if request.endpoint is None:
        return None
    rule = rule_of(current_app, request.endpoint)
    if rule in (PUBLIC, BY_TOKEN):
        return None
    if rule is None:
        abort(404)
    user = current_user()
    if user is None:
        if request.method in {"GET", "HEAD"}:
            return redirect(url_for("staff_sign_in.ask", next=request.full_path.rstrip("?")), 303)
        return redirect(url_for("staff_sign_in.ask"), 303)
    if not _is_enough(user.role, rule):
        abort(404)
    if getattr(current_app.view_functions[request.endpoint], "access_is_fresh", False) and not _is_fresh():
        target = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else request.referrer
        return redirect(url_for("staff_sign_in.ask", next=target, again=1), 303)
    return None


def _is_enough(role: Role, rule: str) -> bool:
    return role.rank >= Role(rule).rank


def _is_fresh() -> bool:
    """Signed in lately. A form may be sent a good while after its page was opened, so that nothing typed is lost."""
    limit = FRESH if request.method in {"GET", "HEAD"} else FRESH * 4
    return moment() - cast(UserSession, g.user_session).created_at <= limit


def _note_seen(_error: BaseException | None) -> None:
    """Keep `last_seen_at` about right: hourly, in its own transaction, and never at the cost of the page."""
    g.pop("user_session", None)
    seen, at = g.pop("user_seen", None), g.get("moment")
    if seen is None or not isinstance(at, datetime) or at - seen[1] < sign_in.SEEN_EVERY:
        return
    session = g.pop("session", None)
    if session is not None:
        session.close()
    try:
        with the_database().writer() as writing:
            writing.execute(update(UserSession).where(UserSession.id == seen[0]).values(last_seen_at=at))
            writing.commit()
    except SQLAlchemyError:
        current_app.logger.warning("last_seen_at was not noted")
