"""All running jobs at once: paste a table, look at what is wrong, then take it over in one go."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.access import needs, the_user
from webapp.forms.core.base import Form
from webapp.forms.core.fields import Needed, Text
from webapp.language import Lazy, firm, t
from webapp.models import Role
from webapp.services.bulk import acts, begin
from webapp.services.core.firm import known_firm
from webapp.services.imports import bring_in
from webapp.services.imports import table as import_table
from webapp.transactions import commit, db, let_go, moment, pause, the_database

bp = Blueprint("staff_imports", __name__)


class PasteForm(Form):
    """A table of running jobs, pasted from a spreadsheet."""

    table = Text(Lazy("imports.table"), [Needed()])


@bp.get("/settings/import")
@needs(Role.ADMIN)
def new() -> Any:
    return render_template("staff/imports/bring_in.html", form=PasteForm(), plan=None)


@bp.post("/settings/import")
@needs(Role.ADMIN)
def create() -> Any:
    form = PasteForm(request.form)
    if not form.validate():
        return render_template("staff/imports/bring_in.html", form=form, plan=None), 422
    # Nobody else waits for a lock while a long table is read.
    pause()
    table = import_table.read(request.form["table"])
    with the_database().reader() as looking:
        plan = bring_in.check(looking, table, firm=known_firm(looking))
    if plan.faults or "apply" not in request.form:
        let_go()
        return render_template("staff/imports/bring_in.html", form=form, plan=plan), 422 if plan.faults else 200
    if plan.new_engagements > acts.BATCH:
        act = begin.bring_in(db(), plan, by=the_user(), now=moment())
        commit()
        return redirect(url_for("staff_bulk.show", act_id=act.id), 303)
    plan = bring_in.check(db(), table, firm=firm())
    made = bring_in.apply(db(), plan, by=the_user(), now=moment())
    commit()
    flash(t("imports.applied", count=len(made)), "success")
    return redirect(url_for("staff_engagements.index", state="draft"), 303)
