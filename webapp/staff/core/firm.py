"""The firm's settings, and its colours as a style sheet."""

from datetime import time
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from emails.brand import readable, text_on
from webapp.access import needs, public, the_user
from webapp.forms.core.firm import NIGHT, PAPER, FirmForm
from webapp.language import firm, t
from webapp.models import Firm, Role
from webapp.services.core import audits
from webapp.services.core.firm import the_firm
from webapp.services.work import in_zone
from webapp.staff.core.redated import redate
from webapp.transactions import commit, db, moment, settings

bp = Blueprint("staff_settings", __name__)

FIELDS = (
    "name", "colour", "phone", "mailbox", "hours", "postal_address", "languages", "language", "zone",
    "day_mail_at", "last_call_minutes", "answer_hours", "tell_hours", "read_hours", "ask_days",
    "quiet_from", "quiet_until",
)  # fmt: skip


@bp.get("/brand.css")
@public
def brand() -> Response:
    """The firm's colour in light and dark, as the pages' style sheets use it; always readable on their paper."""
    light = readable(firm().colour, on=PAPER)
    dark = readable(firm().colour, on=NIGHT)
    css = (
        f":root{{--brand:{light};--on-brand:{text_on(light)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--brand:{dark};--on-brand:{text_on(dark)}}}}}"
    )
    response = Response(css, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@bp.get("/settings")
@needs(Role.VIEWER)
def edit() -> Any:
    if the_user().role is not Role.ADMIN:
        return redirect(url_for("staff_people.me"), 303)
    known = the_firm(db())
    return _page(_form(known), is_new=known is None)


@bp.post("/settings")
@needs(Role.ADMIN)
def save() -> Any:
    form = FirmForm(request.form)
    known = the_firm(db())
    if not form.validate():
        return _page(form, is_new=known is None), 422
    saved = known or Firm(id=1, days_off=[])
    old_zone = saved.zone
    for name in FIELDS:
        value = form[name].data
        setattr(saved, name, value if value != "" else None)
    saved.working_days = sorted(int(day) for day in form.working_days.data or [])
    db().add(saved)
    db().flush()
    audits.note(db(), "changed", saved, now=moment(), by=the_user())
    act = redate()
    commit()
    flash(t("firm.saved"), "success")
    if old_zone and saved.zone != old_zone and in_zone.works(db(), old_zone):
        return redirect(url_for("staff_zone.show", old=old_zone), 303)
    if act is not None:
        return redirect(url_for("staff_bulk.show", act_id=act.id), 303)
    return redirect(url_for("staff_settings.edit") if known else url_for("staff_playbooks.index"), 303)


def _form(known: Firm | None) -> FirmForm:
    if known is None:
        return FirmForm(
            data={
                "languages": ["en"],
                "language": "en",
                "zone": "Africa/Casablanca",
                "working_days": ["0", "1", "2", "3", "4"],
                "day_mail_at": time(8, 0),
                "last_call_minutes": 120,
                "answer_hours": 9,
                "tell_hours": 4,
                "read_hours": 2,
                "ask_days": 3,
                "quiet_from": time(21, 0),
                "quiet_until": time(8, 0),
                "mailbox": the_user().address,
            }
        )
    data: dict[str, Any] = {name: getattr(known, name) for name in FIELDS}
    return FirmForm(data={**data, "working_days": [str(day) for day in known.working_days]})


def _page(form: FirmForm, *, is_new: bool) -> str:
    return render_template("staff/core/firm.html", form=form, is_new=is_new, sender=settings().sender)
