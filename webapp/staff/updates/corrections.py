"""One update as staff see it: what was said, who was told and how, and the correction of what was wrong."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from webapp.access import needs, the_user
from webapp.forms.core import translations
from webapp.forms.work.engagements import CorrectionForm
from webapp.language import firm, lang, t, today
from webapp.models import Role, Update
from webapp.services.core.errors import NotFound, Refused
from webapp.services.core.firm import label
from webapp.services.dates import ledger
from webapp.services.updates import corrections
from webapp.services.updates.corrections import CORRECTABLE, Right
from webapp.services.updates.snapshot import Snapshot
from webapp.services.work import engagements
from webapp.staff.core import languages
from webapp.timezones import local
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_updates", __name__)


@bp.get("/updates/<int:update_id>/correct")
@needs(Role.STAFF)
def edit(update_id: int) -> Any:
    update = _acting(update_id)
    frozen = Snapshot.load(update.snapshot)
    data = {
        "done": frozen.done.text if frozen.done else "",
        "done_in": frozen.done.translations if frozen.done else {},
        "step": frozen.step.said.text if frozen.step else "",
        "step_in": frozen.step.said.translations if frozen.step else {},
        "dates": _dates(update),
    }
    return _page(update, _offered(update, CorrectionForm(data=data)))


@bp.post("/updates/<int:update_id>/correct")
@needs(Role.STAFF)
def correct(update_id: int) -> Any:
    update = _acting(update_id)
    form = _offered(update, CorrectionForm(request.form))
    fits = form.validate()
    translations.check(form, form.language.data, "done", "step")
    if not fits or form.errors:
        return _page(update, form), 422
    shown = {line["key"]: line["on"] for line in _dates(update)}
    # A range is shown by its first day: one that was left alone is not made a single day.
    dates = {
        int(key): day
        for key, day in ((entry.form.key.data or "", entry.form.on.data) for entry in form.dates)
        if day and key in shown and day != shown[key]
    }
    written = str(form.language.data)
    right = Right(
        done=form.done.data,
        step=form.step.data,
        dates=dates,
        language=written,
        translations=translations.given(form, written, done="done", step="step"),
    )
    try:
        made = corrections.correct(db(), update, right, by=the_user(), now=moment())
    except Refused as refusal:
        let_go()
        form.refuse(refusal)
        return _page(_acting(update_id), form), 422
    commit()
    flash(t("correction.put_right") if made is update else t("correction.sent"), "success")
    return redirect(url_for("staff_engagements.show", engagement_id=update.engagement_id), 303)


def _offered(update: Update, form: CorrectionForm) -> CorrectionForm:
    """The form with the languages its words may be in, first the one of what was written."""
    frozen = Snapshot.load(update.snapshot)
    said = frozen.done or (frozen.step.said if frozen.step else None)
    languages.offer(form.language, update.engagement, firm().languages, said.language if said else None)
    return form


def _acting(update_id: int) -> Update:
    update = db().get(Update, update_id)
    if update is None or not engagements.can_act(the_user(), update.engagement, on=today()):
        raise NotFound
    if update.kind not in CORRECTABLE:
        abort(404)
    return update


def _dates(update: Update) -> list[dict[str, Any]]:
    return [
        {
            "key": str(step.id),
            "label": label(step.labels, lang().tag, update.engagement.playbook.key),
            "on": ledger.effective(step)[-1].starts_on,
        }
        for step in update.engagement.milestones
        if step.id in corrections.told_as_new(update)
    ]


def _page(update: Update, form: CorrectionForm) -> str:
    return render_template(
        "staff/updates/correction.html",
        update=update,
        snapshot=Snapshot.load(update.snapshot),
        form=form,
        further=languages.further(update.engagement, str(form.language.data)),
        local=local,
    )
