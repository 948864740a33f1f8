"""Signing in by mail: ask, then press the link or type the code. A GET never signs anybody in."""

import secrets
from typing import Any
from urllib.parse import quote, unquote

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp.access import cookie_name, current_user, drop_cookie, needs, public, safe_next, set_cookie
from webapp.extensions import csrf
from webapp.forms.people.sign_in import CodeForm, InvitationForm, SignInForm
from webapp.language import t
from webapp.models import Link, Purpose, Role, User
from webapp.services.core.errors import LinkInvalid, Refused
from webapp.services.mail import links
from webapp.services.people import sign_in
from webapp.staff.people import known_browser
from webapp.transactions import commit, db, let_go, moment, settings

bp = Blueprint("staff_sign_in", __name__)

BROWSER_COOKIE = "milepost-browser"


@bp.get("/sign-in")
@public
def ask() -> Any:
    user = current_user()
    is_again = "again" in request.args
    if user is not None and not is_again:
        return redirect("/", 303)
    form = SignInForm(data={"address": user.address if user else ""})
    target = safe_next(request.args.get("next"))
    return render_template("staff/people/sign_in.html", form=form, next=target, is_again=is_again)


@bp.post("/sign-in")
@public
def send() -> Any:
    form = SignInForm(request.form)
    target = safe_next(request.form.get("next"))
    if not form.validate():
        return render_template("staff/people/sign_in.html", form=form, next=target), 422
    browser = request.cookies.get(_browser_cookie()) or secrets.token_urlsafe(24)
    challenge = sign_in.ask(
        db(),
        settings().keyring,
        form.address.data,
        browser,
        place=request.remote_addr or "",
        now=moment(),
        known_as=known_browser.addresses(),
    )
    commit()
    answer = redirect(url_for("staff_sign_in.code", challenge=challenge, next=target), 303)
    answer.set_cookie(
        _browser_cookie(),
        browser,
        secure=settings().is_https,
        httponly=True,
        samesite="Lax",
        max_age=known_browser.SECONDS,
        path="/",
    )
    # Where the link of the mail leads on to, in this browser.
    answer.set_cookie(
        _next_cookie(), quote(target), secure=settings().is_https, httponly=True, samesite="Lax", max_age=900, path="/"
    )
    return answer


@bp.get("/sign-in/code/<challenge>")
@public
def code(challenge: str) -> Any:
    return render_template("staff/people/code.html", form=CodeForm(), next=safe_next(request.args.get("next")))


@bp.post("/sign-in/code/<challenge>")
@public
def check_code(challenge: str) -> Any:
    form = CodeForm(request.form)
    target = safe_next(request.form.get("next"))
    if not form.validate():
        return render_template("staff/people/code.html", form=form, next=target), 422
    try:
        user = sign_in.by_code(
            db(),
            settings().keyring,
            challenge,
            form.code.data,
            request.cookies.get(_browser_cookie(), ""),
            now=moment(),
        )
    except LinkInvalid:
        commit()
        form.code.errors = [t("sign_in.wrong_code")]
        return render_template("staff/people/code.html", form=form, next=target), 422
    return _enter(user, target)


@bp.get("/sign-in/<token>")
@public
def link(token: str) -> Any:
    try:
        _link(token, Purpose.SIGN_IN)
    except LinkInvalid:
        return _asked_elsewhere(), 404
    return render_template("staff/people/press.html", kind="sign_in")


@bp.post("/sign-in/<token>")
@public
def press(token: str) -> Any:
    browser = request.cookies.get(_browser_cookie(), "")
    try:
        user = sign_in.by_link(db(), _link(token, Purpose.SIGN_IN), browser, now=moment())
    except LinkInvalid:
        return _asked_elsewhere(), 404
    answer = _enter(user, safe_next(unquote(request.cookies.get(_next_cookie(), ""))))
    answer.delete_cookie(_next_cookie(), path="/", secure=settings().is_https, httponly=True, samesite="Lax")
    return answer


@bp.get("/invitations/<token>")
@public
def invitation(token: str) -> Any:
    found = _link(token, Purpose.INVITATION)
    if found.used_at is not None:
        raise LinkInvalid
    form = InvitationForm(data={"address": request.args.get("for", "")})
    return render_template("staff/people/press.html", kind="invitation", form=form)


@bp.post("/invitations/<token>")
@public
def accept(token: str) -> Any:
    form = InvitationForm(request.form)
    try:
        user = sign_in.by_invitation(db(), _link(token, Purpose.INVITATION), form.address.data or "", now=moment())
    except Refused as refusal:
        let_go()
        form.refuse(refusal)
        return render_template("staff/people/press.html", kind="invitation", form=form), 422
    return _enter(user, "/")


@bp.post("/sign-out")
@needs(Role.VIEWER)
def leave() -> Any:
    secret = request.cookies.get(cookie_name(), "")
    found = sign_in.session_of(db(), secret, now=moment())
    if found is not None:
        found.ended_at = moment()
        commit()
    answer = redirect(url_for("staff_sign_in.ask"), 303)
    drop_cookie(answer)  # type: ignore[arg-type]
    return answer


# The token in the address is the proof; these pages are opened from a mail.
csrf.exempt(press)
csrf.exempt(accept)


def _asked_elsewhere() -> str:
    """Too old, used, or opened in another browser than the one that asked: the same words for all."""
    form = SignInForm()
    return render_template("staff/people/sign_in.html", form=form, next="/", is_again=False, is_stale=True)


def _enter(user: User, target: str) -> BaseResponse:
    before = sign_in.session_of(db(), request.cookies.get(cookie_name(), ""), now=moment())
    if before is not None:
        before.ended_at = moment()
    secret = sign_in.open_session(db(), user, browser=request.headers.get("User-Agent"), now=moment())
    commit()
    answer: Response = redirect(target, 303)  # type: ignore[assignment]
    set_cookie(answer, secret)
    known_browser.remember(answer, user)
    return answer


def _link(token: str, purpose: Purpose) -> Link:
    return links.find(
        db(),
        settings().keyring,
        token,
        purpose,
        now=moment(),
        days_after_close=settings().link_days_after_close,
    )


def _next_cookie() -> str:
    return "__Host-milepost-next" if settings().is_https else "milepost-next"


def _browser_cookie() -> str:
    return f"__Host-{BROWSER_COOKIE}" if settings().is_https else BROWSER_COOKIE
