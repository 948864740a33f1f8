"""A link that no longer works leads here: "send me a fresh one", with the same answer for every address."""

from typing import Any

from flask import Blueprint, render_template, request

from webapp.access import public
from webapp.extensions import csrf
from webapp.forms.people.sign_in import SignInForm
from webapp.services.conversation import preferences
from webapp.transactions import commit, db, moment, settings

bp = Blueprint("client_fresh_link", __name__)
csrf.exempt(bp)


@bp.get("/fresh-link")
@public
def ask() -> Any:
    return render_template("client/fresh_link.html", form=SignInForm(), is_sent=False)


@bp.post("/fresh-link")
@public
def send() -> Any:
    form = SignInForm(request.form)
    if not form.validate():
        return render_template("client/fresh_link.html", form=form, is_sent=False), 422
    preferences.ask_fresh_links(
        db(), settings().keyring, form.address.data, place=request.remote_addr or "", now=moment()
    )
    commit()
    return render_template("client/fresh_link.html", form=form, is_sent=True)
