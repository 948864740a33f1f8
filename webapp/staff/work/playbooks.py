"""The firm's kinds of work, with their words in every language of the firm."""

import re
from datetime import date, time
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from webapp.access import needs, the_user
from webapp.forms.rhythm.cadences import as_fields
from webapp.forms.work.playbooks import ServiceForm
from webapp.language import firm, t
from webapp.models import Role, Service
from webapp.services.core.errors import NotFound
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import Cadence, Every
from webapp.services.work import playbooks
from webapp.services.work.playbooks import Playbook
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_services", __name__)

SPARE = {"stages": 2, "milestones": 2, "reasons": 1, "sentences": 1}
FIRST = {"stages": 3, "milestones": 3, "reasons": 2, "sentences": 2}


@bp.get("/settings/services")
@needs(Role.ADMIN)
def index() -> Any:
    services = db().scalars(select(Service).order_by(Service.id)).all()
    return render_template("staff/work/services.html", services=services, missing=playbooks.missing(services, firm()))


@bp.route("/settings/services/new", methods=["GET", "POST"])
@needs(Role.ADMIN)
def new() -> Any:
    return _edit(None)


@bp.route("/settings/services/<int:service_id>", methods=["GET", "POST"])
@needs(Role.ADMIN)
def edit(service_id: int) -> Any:
    service = db().get(Service, service_id)
    if service is None:
        raise NotFound
    return _edit(service)


def _edit(service: Service | None) -> Any:
    tags = firm().languages
    if request.method != "POST":
        return _page(service, ServiceForm(data=_fields(service, tags)))
    form = _padded(ServiceForm(request.form), len(tags))
    fits = form.validate()
    name = form.names.form.labels(tags)
    if not name:
        form.names.form.texts[0].errors = [t("form.fault.needed")]
    if not fits or not name:
        return _page(service, form), 422
    book = Playbook(
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
    key = re.sub(r"[^a-z0-9]+", "-", next(iter(name.values())).lower()).strip("-") or "service"
    saved = playbooks.save(db(), service, book, key=key, by=the_user(), now=moment())
    commit()
    flash(t("service.saved"), "success")
    return redirect(url_for("staff_services.edit", service_id=saved.id), 303)


def _padded(form: ServiceForm, count: int) -> ServiceForm:
    """The form with a box for each language, those included that the firm took on after it was opened."""
    for line in (form.names, *form.stages, *form.milestones, *form.reasons, *form.sentences):
        while len(line.form.texts) < count:
            line.form.texts.append_entry("")
    return form


def _labels(entries: Any, tags: list[str]) -> list[dict[str, str]]:
    return [labels for entry in entries if (labels := entry.form.labels(tags))]


def _fields(service: Service | None, tags: list[str]) -> dict[str, Any]:
    def line(labels: dict[str, str], **more: Any) -> dict[str, Any]:
        return {"texts": [labels.get(tag, "") for tag in tags], **more}

    if service is None:
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
        "names": line(service.labels),
        "stages": [line(stage.labels, usual_days=stage.usual_days) for stage in service.stages]
        + [line({})] * SPARE["stages"],
        "milestones": [line(usual.labels, offset_days=usual.offset_days) for usual in service.usual_milestones]
        + [line({})] * SPARE["milestones"],
        "reasons": [line(reason["labels"]) for reason in service.reasons] + [line({})] * SPARE["reasons"],
        "sentences": [line(entry["labels"], part=entry["part"]) for entry in service.sentences]
        + [line({})] * SPARE["sentences"],
        "rhythm": as_fields(service.cadence),
        "managers_read_first": service.managers_read_first,
        "stale_days": service.stale_days,
    }


def _page(service: Service | None, form: ServiceForm) -> str:
    return render_template("staff/work/service.html", service=service, form=form, tags=firm().languages)
