"""Stop, pause or start the mails, choose a language; and the unsubscribe page that mail programs press."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from webapp.access import by_token
from webapp.client.entrance import enter
from webapp.extensions import csrf
from webapp.models import Purpose
from webapp.services.conversation import preferences
from webapp.transactions import commit, db, moment

bp = Blueprint("client_preferences", __name__)
csrf.exempt(bp)

PAUSES = {"week": timedelta(days=7), "month": timedelta(days=30)}


@bp.post("/u/<token>/mails")
@by_token
def mails(token: str) -> Any:
    """Stop, pause for a week or a month, or start again: a choice and a button."""
    link = enter(token).link
    choice = request.form.get("choice", "")
    if choice == "stop":
        preferences.stop(db(), link, now=moment())
    elif choice in PAUSES:
        preferences.pause(db(), link, PAUSES[choice], now=moment())
    elif choice == "start":
        preferences.start_again(db(), link, now=moment())
    commit()
    return redirect(url_for("client_page.show", token=token, said="mails") + "#mails", 303)


@bp.post("/u/<token>/language")
@by_token
def language(token: str) -> Any:
    """The language of the mails, and of the page from then on: a choice and a button."""
    preferences.choose_language(db(), enter(token).link, request.form.get("language", ""), now=moment())
    commit()
    g.pop("page_language", None)
    return redirect(url_for("client_page.show", token=token, said="mails") + "#mails", 303)


@bp.get("/unsubscribe/<token>")
@by_token
def unsubscribe(token: str) -> Any:
    entrance = enter(token, Purpose.UNSUBSCRIBE)
    return render_template("client/unsubscribe.html", entrance=entrance)


@bp.post("/unsubscribe/<token>")
@by_token
def unsubscribe_now(token: str) -> Any:
    """One press by a person, or by a mail program for them (RFC 8058). It can only stop mail."""
    entrance = enter(token, Purpose.UNSUBSCRIBE)
    preferences.stop(db(), entrance.link, now=moment())
    commit()
    return render_template("client/unsubscribe.html", entrance=entrance)
