"""Whether an agreed date holds: answered from the day's mail without signing in, from the forms, or from Today."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from webapp.extensions import csrf
from webapp.language import t
from webapp.models import DateAnswered, DateQuestion, Engagement
from webapp.services.core.errors import NotFound
from webapp.services.dates import questions
from webapp.staff.core.entrances import Entrance, two_doors
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_date_questions", __name__)
by_mail = Blueprint("mail_date_questions", __name__)
csrf.exempt(by_mail)


@two_doors(bp, by_mail, "/forms/questions/<int:question_id>", act=True)
def say(entrance: Entrance, question_id: int) -> Any:
    """Yes, not sure, or no: a date that does not hold is moved on the next page, with its explanation. Any other word
    says nothing."""
    question = db().get(DateQuestion, question_id)
    if question is None or not _can_act(entrance, question):
        raise NotFound
    said = request.form.get("said", "")
    if said not in set(DateAnswered):
        return redirect(entrance.url("index"), 303)
    questions.answer(db(), question, DateAnswered(said), by=entrance.user, now=moment())
    commit()
    if said == DateAnswered.NO:
        return redirect(entrance.move_url(question.milestone), 303)
    if request.form.get("back") == "today" and entrance.token is None:
        flash(t(f"question.said.{said}"), "success")
        return redirect(url_for("staff_today.show"), 303)
    return redirect(entrance.url("index", said=said), 303)


def _can_act(entrance: Entrance, question: DateQuestion) -> bool:
    engagement = db().get_one(Engagement, question.milestone.engagement_id)
    return entrance.can_act(engagement)
