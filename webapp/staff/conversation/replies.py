"""What a client wrote, and our answer to it: from its page, or from the form it is shown on."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.access import needs, the_user
from webapp.extensions import csrf
from webapp.forms.conversation.replies import AnswerForm
from webapp.language import t, today
from webapp.models import Reply, Role, User
from webapp.services.conversation import replies
from webapp.services.core.errors import NotFound, Refused
from webapp.services.work import engagements
from webapp.staff.core import entrances
from webapp.staff.core.entrances import Entrance, two_doors
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_replies", __name__)
by_mail = Blueprint("mail_replies", __name__)
csrf.exempt(by_mail)


@bp.get("/replies/<int:reply_id>")
@needs(Role.VIEWER)
def show(reply_id: int) -> Any:
    reply = db().get(Reply, reply_id)
    if reply is None:
        raise NotFound
    may = engagements.can_act(the_user(), reply.engagement, on=today())
    return _page(reply, AnswerForm(), back=_work(reply), can_act=may)


@bp.post("/replies/<int:reply_id>")
@needs(Role.STAFF)
def answer(reply_id: int) -> Any:
    reply = _acting(reply_id, entrances.signed_in())
    refused = _answer(reply, the_user(), back=_work(reply))
    if refused:
        return refused, 422
    flash(t("reply.answered"), "success")
    return redirect(_work(reply), 303)


@two_doors(bp, by_mail, "/forms/replies/<int:reply_id>", act=True)
def answer_beside_form(entrance: Entrance, reply_id: int) -> Any:
    """From the form of a piece of work, which shows what its clients ask."""
    back = entrance.url("index")
    refused = _answer(_acting(reply_id, entrance), entrance.user, back=back)
    return (refused, 422) if refused else redirect(back, 303)


def _answer(reply: Reply, user: User, *, back: str) -> str | None:
    """Keep the answer; where it does not fit the page that says why, with what was typed. A second press does no
    harm: the first answer counts."""
    form = AnswerForm(request.form)
    if not form.check():
        return _page(reply, form, back=back)
    try:
        replies.answer(db(), reply, form.text.data, how=form.chosen, by=user, now=moment())
    except Refused as refusal:
        let_go()
        form.refuse(refusal)
        return _page(reply, form, back=back)
    commit()
    return None


def _acting(reply_id: int, entrance: Entrance) -> Reply:
    reply = db().get(Reply, reply_id)
    if reply is None or not entrance.can_act(reply.engagement):
        raise NotFound
    return reply


def _work(reply: Reply) -> str:
    return url_for("staff_engagements.show", engagement_id=reply.engagement_id)


def _page(reply: Reply, form: AnswerForm, *, back: str, can_act: bool = True) -> str:
    return render_template("staff/conversation/reply.html", reply=reply, form=form, back=back, can_act=can_act)
