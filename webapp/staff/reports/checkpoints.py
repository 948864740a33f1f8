"""The checkpoint forms: from the day's mail without signing in, or from Today, one after the other, soonest first."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from sqlalchemy.orm import Session

from webapp.extensions import csrf
from webapp.forms.core.translations import words_in
from webapp.language import firm, lang, today
from webapp.models import (
    Checkpoint,
    CheckpointState,
    SlotState,
    UpdateKind,
    User,
)
from webapp.numbers import row_number
from webapp.security import mail_body
from webapp.services.calendar import stand_ins
from webapp.services.core.errors import AlreadySentOut, NotFound, Refused, SomebodyElseSubmitted
from webapp.services.dates import questions
from webapp.services.reports import checkpoints, owed
from webapp.services.today import board
from webapp.staff.core import mail_preview
from webapp.staff.core.entrances import Entrance, two_doors
from webapp.staff.reports import checkpoint_page
from webapp.timezones import local
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_checkpoints", __name__)
by_mail = Blueprint("mail_checkpoints", __name__)
csrf.exempt(by_mail)


door = partial(two_doors, bp, by_mail)


@door("/forms")
def index(entrance: Entrance) -> Any:
    """First whether the agreed dates hold that are near, then the first form that is still to be written; where none
    is, what was filed and can still be changed. A form that is due asks about the dates of its work itself."""
    due = _due(db(), entrance.user)
    unfiled = [checkpoint for checkpoint in due if checkpoint.state is not CheckpointState.SUBMITTED]
    asks_itself = {checkpoint.slot.engagement_id for checkpoint in unfiled}
    shown = questions.shown(db(), stand_ins.covered(db(), entrance.user, today()))
    asked = [each for each in shown if each.engagement.id not in asks_itself]
    if unfiled and (not asked or "filed" in request.args):
        return edit(entrance, unfiled[0].id)
    return render_template(
        "staff/reports/forms_done.html",
        due=due,
        unfiled=unfiled,
        asked=asked,
        said=request.args.get("said", ""),
        entrance=entrance,
        local=local,
        filed=_filed(entrance),
    )


@door("/forms/<int:checkpoint_id>")
def edit(entrance: Entrance, checkpoint_id: int) -> Any:
    checkpoint = _mine(db(), entrance, checkpoint_id)
    if checkpoint.slot.state in (SlotState.RELEASED, SlotState.SKIPPED):
        return render_template("staff/reports/form_sent.html", checkpoint=checkpoint, entrance=entrance)
    return _page(entrance, checkpoint_page.build(db(), checkpoint, entrance.user, None, now=moment()))


@door("/forms/<int:checkpoint_id>", act=True)
def submit(entrance: Entrance, checkpoint_id: int) -> Any:
    session = db()
    checkpoint = _mine(session, entrance, checkpoint_id, lock=True)
    page = checkpoint_page.build(session, checkpoint, entrance.user, request.form, now=moment())
    today = checkpoint_page.today_of(checkpoint, moment())
    if not page.form.check(today=today):
        return _page(entrance, page), 422
    based_on = request.form.get("based_on", 0, type=row_number)
    try:
        checkpoints.submit(
            session,
            checkpoint,
            page.form.answers(zone=page.zone),
            note=page.form.note.data or "",
            based_on=based_on,
            by=entrance.user,
            now=moment(),
        )
    except SomebodyElseSubmitted as other:
        let_go()
        page = checkpoint_page.build(
            session, _mine(session, entrance, checkpoint_id), entrance.user, request.form, now=moment()
        )
        page.form.based_on.data = str(other.revision)
        return _page(entrance, page, other=page.checkpoint.revisions[-1]), 409
    except AlreadySentOut:
        typed = list(words_in(page.form))
        return render_template(
            "staff/reports/form_sent.html", checkpoint=checkpoint, entrance=entrance, typed=typed
        ), 409
    except Refused as refusal:
        let_go()
        page.form.refuse(refusal)
        return _page(entrance, page), 422
    commit()
    return redirect(entrance.url("index", filed=checkpoint.id), 303)


@door("/forms/<int:checkpoint_id>/draft", act=True)
def draft(entrance: Entrance, checkpoint_id: int) -> Response:
    session = db()
    checkpoint = _mine(session, entrance, checkpoint_id)
    fields = {name: request.form.getlist(name) for name in request.form if name != "csrf_token"}
    checkpoints.save_draft(session, checkpoint, entrance.user, fields, now=moment())
    commit()
    return jsonify(saved=lang().time(local(moment(), firm().zone)))


@door("/forms/<int:checkpoint_id>/preview", looks=True)
def preview(entrance: Entrance, checkpoint_id: int) -> Response:
    """The client's mail as it will be, in the client's language or, where asked for, in the writer's own."""
    session = db()
    checkpoint = _mine(session, entrance, checkpoint_id)
    page = checkpoint_page.build(session, checkpoint, entrance.user, request.form, now=moment())
    page.form.validate()
    to = mail_preview.reader(page.engagement)
    answers = page.form.answers(zone=page.zone)
    theirs = checkpoints.preview(session, checkpoint, answers, to.participation, by=entrance.user, now=moment())
    return mail_body(mail_preview.html(UpdateKind.REGULAR, theirs, to))


def _page(entrance: Entrance, page: checkpoint_page.Page, other: Any = None) -> str:
    session = db()
    due = _due(session, entrance.user)
    unfiled = [checkpoint for checkpoint in due if checkpoint.state is not CheckpointState.SUBMITTED]
    position = next((n for n, form in enumerate(due, start=1) if form.id == page.checkpoint.id), None)
    return render_template(
        "staff/reports/checkpoint.html",
        page=page,
        form=page.form,
        entrance=entrance,
        other=other,
        position=position,
        total=len(due),
        later=[form for form in unfiled if form.id != page.checkpoint.id],
        filed=_filed(entrance),
        questions=checkpoint_page.waiting_questions(session, page.checkpoint),
        writing=checkpoints.others_drafts(session, page.checkpoint, entrance.user),
        local=local,
    )


def _filed(entrance: Entrance) -> Checkpoint | None:
    """The form that was sent just now, to say what becomes of it."""
    filed = db().get(Checkpoint, request.args.get("filed", 0, type=row_number) or 0)
    return filed if filed and entrance.can_act(filed.slot.engagement) else None


def _due(session: Session, user: User) -> list[Checkpoint]:
    until = max(moment() + board.SOON, owed.before_next_day(firm(), today()))
    return list(checkpoints.due(session, user, on=today(), until=until))


def _mine(session: Session, entrance: Entrance, checkpoint_id: int, *, lock: bool = False) -> Checkpoint:
    checkpoint = checkpoints.lock(session, checkpoint_id) if lock else session.get(Checkpoint, checkpoint_id)
    if checkpoint is None or not entrance.can_act(checkpoint.slot.engagement):
        raise NotFound
    return checkpoint
