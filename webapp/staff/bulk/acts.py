"""An act over many works: how far it is, what could not be done, and stopping it."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for

from webapp.access import needs, the_user
from webapp.language import t
from webapp.models import Role
from webapp.services.bulk import acts
from webapp.services.core.errors import Refused
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_bulk", __name__)

MOST, SHOWN = 300, 5
"""Works named under one reason, and up to how many of them are not folded."""
LOOKS_AGAIN_SECONDS = 3


@bp.get("/many/<int:act_id>")
@needs(Role.STAFF)
def show(act_id: int) -> Any:
    act = acts.get(db(), act_id, the_user())
    progress = acts.progress(db(), act)
    page = render_template(
        "staff/bulk/act.html",
        act=act,
        progress=progress,
        not_done=acts.not_done(db(), act),
        most=MOST,
        shown=SHOWN,
        can_take_back=acts.can_take_back(act, now=moment()),
    )
    response = make_response(page)
    if progress.is_going:
        response.headers["Refresh"] = str(LOOKS_AGAIN_SECONDS)
    return response


@bp.post("/many/<int:act_id>/back")
@needs(Role.STAFF)
def take_back(act_id: int) -> Any:
    act = acts.get(db(), act_id, the_user())
    try:
        acts.take_back(db(), act, by=the_user(), now=moment())
    except Refused as refusal:
        let_go()
        flash(t(refusal.key), "error")
    else:
        commit()
    return redirect(url_for("staff_bulk.show", act_id=act_id), 303)
