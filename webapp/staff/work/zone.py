"""The works that go by the zone the firm had before: shall they go by the new one?"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.access import needs, the_user
from webapp.forms.core.fields import zones
from webapp.forms.rhythm.in_writing import InWritingForm
from webapp.language import firm, t
from webapp.models import Role
from webapp.services.bulk import acts, begin
from webapp.services.work import engagements, in_zone
from webapp.timezones import local
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_zone", __name__)


@bp.get("/settings/zone")
@needs(Role.ADMIN)
def show() -> Any:
    old = _old()
    if old is None:
        return redirect(url_for("staff_settings.edit"), 303)
    return render_template(
        "staff/work/zone.html",
        old=old,
        new=firm().zone,
        names=zones(),
        works=in_zone.works(db(), old),
        broken=in_zone.foreseen(db(), firm(), old, firm().zone, now=moment()),
        form=InWritingForm(),
        local=local,
    )


@bp.post("/settings/zone")
@needs(Role.ADMIN)
def change() -> Any:
    old, new, answer = _old(), firm().zone, InWritingForm(request.form).answer()
    works = in_zone.works(db(), old) if old is not None else []
    if old is not None and len(works) > acts.BATCH:
        act = begin.zone(db(), works, old=old, new=new, answer=answer, by=the_user(), now=moment())
        commit()
        return redirect(url_for("staff_bulk.show", act_id=act.id), 303)
    for work in works:
        cadence = {**work.cadence, "zone": new}
        engagements.change_rhythm(db(), work, cadence, tells=answer.of(work.id), by=the_user(), now=moment())
    commit()
    flash(t("zone.changed", count=len(works)), "success")
    return redirect(url_for("staff_settings.edit"), 303)


def _old() -> str | None:
    """The zone that works are looked for in, which is not the firm's; None where the address names none."""
    old = request.values.get("old", "")
    return old if old in zones() and old != firm().zone else None
