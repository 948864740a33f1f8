"""The firm's kinds of work, with their words in every language of the firm."""

import re
from datetime import date, time
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from webapp.access import needs, the_user
from webapp.forms.rhythm.cadences import as_fields
from webapp.forms.work.playbooks import PlaybookForm
from webapp.language import firm, t
from webapp.models import Playbook, Role
from webapp.services.core.errors import NotFound
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import Cadence, Every
from webapp.services.work import playbooks
from webapp.services.work.playbooks import Contents
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_playbooks", __name__)

SPARE = {"stages": 2, "milestones": 2, "reasons": 1, "sentences": 1}
FIRST = {"stages": 3, "milestones": 3, "reasons": 2, "sentences": 2}


@bp.get("/settings/kinds-of-work")
@needs(Role.ADMIN)
def index() -> Any:
    known = db().scalars(select(Playbook).order_by(Playbook.id)).all()
    return render_template("staff/work/playbooks.html", playbooks=known, missing=playbooks.missing(known, firm()))


@bp.route("/settings/kinds-of-work/new", methods=["GET", "POST"])
@needs(Role.ADMIN)
def new() -> Any:
    return _edit(None)


@bp.route("/settings/kinds-of-work/<int:playbook_id>", methods=["GET", "POST"])
@needs(Role.ADMIN)
def edit(playbook_id: int) -> Any:
    playbook = db().get(Playbook, playbook_id)
    if playbook is None:
        raise NotFound
    return _edit(playbook)


def _edit(playbook: Playbook | None) -> Any:
    tags = firm().languages
    if request.method != "POST":
        return _page(playbook, PlaybookForm(data=_fields(playbook, tags)))
    form = _padded(PlaybookForm(request.form), len(tags))
    fits = form.validate()
    name = form.names.form.labels(tags)
    if not name:
        form.names.form.texts[0].errors = [t("form.fault.needed")]
    if not fits or not name:
        return _page(playbook, form), 422
    book = Contents(
        labels=name,
        stages=[(labels, entry.form.usual_days.data) for entry in form.stages if (labels := entry.form.labels(tags))],
        milestones=[
            (labels, entry.form.offset_days.data or 0)
            for entry in form.milestones
            if (labels := entry.form.labels(tags))
        ],
        reasons=_labels(form.reasons, tags),
        sentences=[(entry.form.part.data, labels) for entry in form.sentences if (labels := entry.form.labels(tags))],
        cadence=form.rhythm.form.stored(zone=firm().zone, anchor=date(2026, 1, 5)),
        managers_read_first=form.managers_read_first.data,
        stale_days=form.stale_days.data,
    )
    key = re.sub(r"[^a-z0-9]+", "-", next(iter(name.values())).lower()).strip("-") or "playbook"
    saved = playbooks.save(db(), playbook, book, key=key, by=the_user(), now=moment())
    commit()
    flash(t("playbook.saved"), "success")
    return redirect(url_for("staff_playbooks.edit", playbook_id=saved.id), 303)


def _padded(form: PlaybookForm, count: int) -> PlaybookForm:
    """The form with a box for each language, those included that the firm took on after it was opened."""
    for line in (form.names, *form.stages, *form.milestones, *form.reasons, *form.sentences):
        while len(line.form.texts) < count:
            line.form.texts.append_entry("")
    return form


def _labels(entries: Any, tags: list[str]) -> list[dict[str, str]]:
    return [labels for entry in entries if (labels := entry.form.labels(tags))]


def _fields(playbook: Playbook | None, tags: list[str]) -> dict[str, Any]:
    def line(labels: dict[str, str], **more: Any) -> dict[str, Any]:
        return {"texts": [labels.get(tag, "") for tag in tags], **more}

    if playbook is None:
        usual = Cadence(
            every=Every.WEEKLY,
            weekdays=(1,),
            anchor=date(2026, 1, 5),
            zone=firm().zone,
            send_at=time(16, 0),
            promised_by=time(18, 0),
        )
        blank = {name: [line({}) for _ in range(count)] for name, count in FIRST.items()}
        return {"names": line({}), "rhythm": as_fields(cadences.dump(usual)), **blank}
    return {
        "names": line(playbook.labels),
        "stages": [line(stage.labels, usual_days=stage.usual_days) for stage in playbook.stages]
        + [line({})] * SPARE["stages"],
        "milestones": [line(usual.labels, offset_days=usual.offset_days) for usual in playbook.usual_milestones]
        + [line({})] * SPARE["milestones"],
        "reasons": [line(reason["labels"]) for reason in playbook.reasons] + [line({})] * SPARE["reasons"],
        "sentences": [line(entry["labels"], part=entry["part"]) for entry in playbook.sentences]
        + [line({})] * SPARE["sentences"],
        "rhythm": as_fields(playbook.cadence),
        "managers_read_first": playbook.managers_read_first,
        "stale_days": playbook.stale_days,
    }


def _page(playbook: Playbook | None, form: PlaybookForm) -> str:
    return render_template("staff/work/playbook.html", playbook=playbook, form=form, tags=firm().languages)
