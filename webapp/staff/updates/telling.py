"""An update told by phone or messenger, and the words to do it with."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.access import needs, the_user
from webapp.language import firm, t, today
from webapp.models import Role, Telling
from webapp.services.core.errors import NotFound
from webapp.services.updates import composing, telling
from webapp.services.work import engagements
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_telling", __name__)


@bp.get("/tellings/<int:telling_id>")
@needs(Role.STAFF)
def show(telling_id: int) -> Any:
    """The news as words to read out on the phone, or to share by messenger with the contact's link."""
    told = _telling(telling_id)
    part = told.update.engagement.part_of(told.contact_id)
    if part is None:
        raise NotFound
    to = composing.For.contact(firm(), part, now=moment())
    return render_template("staff/updates/telling.html", telling=told, words=telling.words_to_read_out(told, to))


@bp.post("/tellings/<int:telling_id>")
@needs(Role.STAFF)
def by_phone(telling_id: int) -> Any:
    told = _telling(telling_id)
    telling.by_phone(db(), told, by=the_user(), now=moment())
    commit()
    flash(t("telling.noted"), "success")
    return redirect(url_for("staff_today.show"), 303)


def _telling(telling_id: int) -> Telling:
    told = db().get(Telling, telling_id)
    if told is None or not engagements.can_act(the_user(), told.update.engagement, on=today()):
        raise NotFound
    return told
