"""One cause that moves many dates: said once, and applied to those that were ticked, each with its own new date."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from emails.languages import LANGUAGES
from webapp.access import needs, the_user
from webapp.forms.dates.milestones import DelaysForm
from webapp.language import firm, lang, t, today
from webapp.models import Playbook, Role
from webapp.numbers import row_number
from webapp.services.bulk import acts, begin
from webapp.services.calendar import stand_ins
from webapp.services.core.errors import Refused
from webapp.services.core.firm import label
from webapp.services.dates import milestones
from webapp.services.dates.milestones import Moved, OpenStep
from webapp.staff.core import languages
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_delays", __name__)

WITHIN_DAYS, MOST_DAYS = 14, 366
NAMES_SHOWN = 3

Typed = MultiDict[str, str] | None


@dataclass
class Page:
    """The form over the steps that the filter finds."""

    form: DelaysForm
    steps: list[OpenStep]
    playbook: Playbook | None
    within: int
    further: dict[str, list[str]] = field(default_factory=dict)


@bp.get("/delays")
@needs(Role.STAFF)
def index() -> Any:
    return _shown(_page(None))


@bp.post("/delays")
@needs(Role.STAFF)
def move() -> Any:
    page = _page(request.form)
    if "look" in request.form:
        _fill_in(page)
        return _shown(page)
    if not page.form.check(today()):
        return _shown(page), 422
    ticked = _ticked(page)
    moved = [
        Moved(milestone=step.milestone, to=milestones.ending_on(firm(), step.milestone, on)) for step, on in ticked
    ]
    clients = {step.engagement.client_id for step, _ in ticked}
    why = page.form.explanation(page.form.language.data)
    is_wide = len({step.engagement.id for step, _ in ticked}) > acts.BATCH
    try:
        act = begin.move(db(), moved, why, by=the_user(), now=moment()) if is_wide else None
        if act is None:
            milestones.move_together(db(), moved, why, by=the_user(), now=moment(), origin="delays")
    except Refused as refusal:
        let_go()
        page = _page(request.form)
        page.form.refuse(refusal)
        return _shown(page), 422
    commit()
    if act is not None:
        return redirect(url_for("staff_bulk.show", act_id=act.id), 303)
    flash(f"{t('agreed.moved', count=len(moved))} {t('delays.told', count=len(clients))}", "success")
    return redirect(url_for("staff_delays.index", playbook=page.playbook.id if page.playbook else None), 303)


def _page(typed: Typed) -> Page:
    """Staff see their own work and that of those they stand in for, managers all of it."""
    user = the_user()
    playbook = db().get(Playbook, request.args.get("playbook", 0, type=row_number) or 0)
    within = request.args.get("within", WITHIN_DAYS, type=row_number) or WITHIN_DAYS
    within = min(max(within, 1), MOST_DAYS)
    steps = milestones.open_ones(
        db(),
        owners=None if user.role.leads else stand_ins.covered(db(), user, today()),
        playbook_id=playbook.id if playbook else None,
        until=today() + timedelta(days=within),
    )
    rows = [{"milestone_id": str(step.milestone.id)} for step in steps]
    form = DelaysForm(typed) if typed is not None else DelaysForm(data={"rows": rows})
    known = {str(step.milestone.id): step for step in steps}
    was_ticked = [row.milestone_id.data for row in form.chosen]
    form.rows.entries[:] = [entry for entry in form.rows.entries if entry.form.milestone_id.data in known]
    page = Page(
        form=form,
        steps=[known[str(entry.form.milestone_id.data)] for entry in form.rows.entries],
        playbook=playbook,
        within=within,
    )
    form.reason.choices = _reasons(playbook)
    _offer_languages(page)
    if len(was_ticked) > len(form.chosen):
        form.form_errors.append(t("delays.gone"))
    return page


def _ticked(page: Page) -> list[tuple[OpenStep, date]]:
    """Each ticked step with its own new date, or the present one moved on by the days typed once."""
    _fill_in(page)
    rows = zip(page.steps, page.form.rows, strict=True)
    return [(step, entry.form.on.data) for step, entry in rows if entry.form.moves.data and entry.form.on.data]


def _fill_in(page: Page) -> None:
    """Write the date that follows from the days typed once into every ticked row that has none."""
    days = page.form.days.data
    if not page.form.validate() or not days:
        return
    for step, entry in zip(page.steps, page.form.rows, strict=True):
        if entry.form.moves.data and not entry.form.on.data:
            field = entry.form.on
            field.data, field.raw_data = milestones.later_by(firm(), step, days), None


def _reasons(playbook: Playbook | None) -> dict[str, str]:
    known = playbook.reasons if playbook else []
    return {"": t("form.reason_none")} | {
        reason["key"]: label(reason["labels"], lang().tag, firm().language) for reason in known
    }


def _offer_languages(page: Page) -> None:
    """What one may write in, and who reads what: the names of clients by their language, the first few."""
    offered = dict.fromkeys([lang().tag, *firm().languages])
    page.form.language.choices = {tag: LANGUAGES[tag].native_name for tag in offered if tag in LANGUAGES}
    if page.form.language.data not in offered:
        page.form.language.data = lang().tag
    readers: dict[str, list[str]] = {}
    for engagement in {step.engagement.id: step.engagement for step in page.steps}.values():
        for tag in languages.readers(engagement):
            names = readers.setdefault(tag, [])
            if engagement.client.name not in names and len(names) < NAMES_SHOWN:
                names.append(engagement.client.name)
    if len({lang().tag, page.form.language.data, *readers}) > 1:
        page.further = readers


def _shown(page: Page) -> str:
    return render_template(
        "staff/dates/together.html",
        page=page,
        form=page.form,
        playbooks=db().scalars(select(Playbook).order_by(Playbook.id)).all(),
    )
