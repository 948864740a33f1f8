"""Today: who is about to be left in the dark, and what to do about it."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from webapp.access import needs, the_user
from webapp.language import firm, today
from webapp.models import HandOver, Role, Task, TaskKind
from webapp.services.calendar import stand_ins
from webapp.services.core import audits, tasks
from webapp.services.core.errors import NotFound
from webapp.services.core.firm import known_firm, the_firm
from webapp.services.dates import deadlines
from webapp.services.promised import calendar_changes
from webapp.services.today import board
from webapp.services.updates import calls
from webapp.services.work import engagements
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_today", __name__)

CLOSED_BY_FACTS = (*deadlines.KINDS, TaskKind.UNOWNED)


@bp.get("/")
@needs(Role.VIEWER)
def show() -> Any:
    if the_firm(db()) is None:
        return redirect(url_for("staff_settings.edit"), 303)
    is_manager = the_user().role.leads
    return render_template(
        "staff/today/board.html",
        board=board.show(db(), the_user(), on=today(), now=moment()),
        covers=stand_ins.covers(db(), the_user(), today()),
        may_write=lambda engagement: engagements.can_act(the_user(), engagement, on=today()),
        day_off=calendar_changes.day_off_tomorrow(db(), firm(), now=moment()) if is_manager else None,
    )


@bp.post("/tasks/<int:task_id>/done")
@needs(Role.STAFF)
def task_done(task_id: int) -> Any:
    task = db().get(Task, task_id)
    if task is None or (
        task.engagement is not None and not engagements.can_act(the_user(), task.engagement, on=today())
    ):
        raise NotFound
    if task.kind in CLOSED_BY_FACTS:
        raise NotFound  # everybody was told, or somebody owns the work
    tasks.done(task, now=moment(), by=the_user())
    if task.kind is TaskKind.PHONE_TWICE_SILENT and task.engagement is not None:
        calls.came(db(), task.engagement, request.form.get("said", ""), by=the_user(), now=moment())
    audits.note(db(), "done", task, now=moment(), by=the_user())
    commit()
    return redirect(url_for("staff_today.show"), 303)


@bp.post("/sending/resume")
@needs(Role.MANAGER)
def resume_sending() -> Any:
    """After the clock jumped: a person looked, and mails may go again."""
    firm = known_firm(db())
    firm.sending_paused_at = firm.sending_paused_why = None
    for task in tasks.waiting(db()):
        if task.kind is TaskKind.CLOCK_JUMPED:
            tasks.done(task, now=moment(), by=the_user())
    audits.note(db(), "sending_resumed", firm, now=moment(), by=the_user())
    commit()
    return redirect(url_for("staff_today.show"), 303)


@bp.post("/hand-overs/<int:handover_id>/acknowledge")
@needs(Role.STAFF)
def acknowledge(handover_id: int) -> Any:
    handover = db().get(HandOver, handover_id)
    if handover is None or handover.to_user_id != the_user().id:
        raise NotFound
    handover.acknowledged_at = handover.acknowledged_at or moment()
    audits.note(db(), "acknowledged", handover, now=moment(), by=the_user())
    commit()
    return redirect(url_for("staff_engagements.show", engagement_id=handover.engagement_id), 303)
