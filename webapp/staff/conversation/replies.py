"""What a client wrote, and our answer to it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from emails.cleaning import clean_text
from webapp.access import needs, the_user
from webapp.forms.core.fields import TEXT_MAXIMUM
from webapp.language import t, today
from webapp.models import Reply, Role
from webapp.services.conversation import replies
from webapp.services.core.errors import NotFound, Refused
from webapp.services.work import engagements
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_replies", __name__)


@bp.get("/replies/<int:reply_id>")
@needs(Role.VIEWER)
def show(reply_id: int) -> Any:
    reply = db().get(Reply, reply_id)
    if reply is None:
        raise NotFound
    return render_template(
        "staff/conversation/reply.html",
        reply=reply,
        can_act=engagements.can_act(the_user(), reply.engagement, on=today()),
    )


@bp.post("/replies/<int:reply_id>")
@needs(Role.STAFF)
def answer(reply_id: int) -> Any:
    reply = db().get(Reply, reply_id)
    if reply is None or not engagements.can_act(the_user(), reply.engagement, on=today()):
        raise NotFound
    text = clean_text(request.form.get("text", ""))
    how = "phone" if request.form.get("how") == "phone" else "mail"
    fault = "form.fault.needed" if how == "mail" and not text else None
    if len(text) > TEXT_MAXIMUM:
        fault = "form.fault.too_long"
    if fault:
        message = t(fault, length=TEXT_MAXIMUM, now=len(text))
        return render_template(
            "staff/conversation/reply.html", reply=reply, can_act=True, text=text, fault=message
        ), 422
    if reply.answered_at is None:
        try:
            replies.answer(db(), reply, text, how=how, by=the_user(), now=moment())
        except Refused as refusal:
            db().rollback()
            return render_template(
                "staff/conversation/reply.html", reply=reply, can_act=True, text=text, fault=t(refusal.key)
            ), 422
        commit()
        flash(t("reply.answered"), "success")
    return redirect(url_for("staff_engagements.show", engagement_id=reply.engagement_id), 303)
