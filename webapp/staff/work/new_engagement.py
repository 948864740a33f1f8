"""A new engagement in one page: the playbook fills in steps, dates and rhythm."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.access import needs, the_user
from webapp.forms.rhythm.cadences import as_fields
from webapp.forms.work.engagements import EngagementForm
from webapp.language import firm, lang, t
from webapp.models import Client, Contact, Engagement, PartOf, Playbook, Role, User
from webapp.numbers import row_number
from webapp.services.calendar import firm_calendar
from webapp.services.core.errors import Refused
from webapp.services.core.firm import label
from webapp.services.people import users
from webapp.services.work import clients, engagements
from webapp.services.work.engagements import PlannedStep
from webapp.staff.core.languages import languages_of_firm
from webapp.timezones import local
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_new_engagement", __name__)

EXTRA_STEPS = 2


@bp.get("/engagements/new")
@needs(Role.STAFF)
def new() -> Any:
    playbooks = db().scalars(select(Playbook).where(Playbook.retired_at.is_(None)).order_by(Playbook.id)).all()
    chosen = request.args.get("playbook", type=row_number)
    playbook = next((playbook for playbook in playbooks if playbook.id == chosen), None)
    if playbook is None and len(playbooks) == 1:
        playbook = playbooks[0]
    if playbook is None:
        return render_template("staff/work/choose_playbook.html", playbooks=playbooks)
    return _page(playbook, _form(playbook, None))


@bp.post("/engagements/new")
@needs(Role.STAFF)
def create() -> Any:
    playbook = db().get(Playbook, request.args.get("playbook", 0, type=row_number))
    if playbook is None:
        return redirect(url_for("staff_new_engagement.new"), 303)
    form = _form(playbook, request.form)
    if not _fits(form):
        return _page(playbook, form), 422
    try:
        engagement = _start(db(), form, playbook)
    except Refused as refusal:
        let_go()
        form.refuse(refusal)
        return _page(db().get_one(Playbook, playbook.id), form), 422
    commit()
    flash(t("work.started"), "success")
    return redirect(url_for("staff_engagements.show", engagement_id=engagement.id), 303)


def _form(playbook: Playbook, typed: Any) -> EngagementForm:
    today = local(moment(), firm().zone).date()
    form = EngagementForm(typed, data=_prefilled(playbook, today)) if typed is None else EngagementForm(typed)
    form.owner.choices = {"": t("work.no_owner")} | {str(user.id): user.name for user in users.may_own_work(db())}
    form.contact.choices = {"": t("work.new_client")} | {
        str(contact.id): f"{contact.client.name} · {contact.name}"
        for contact in db().scalars(select(Contact).join(Client).order_by(Client.name, Contact.name))
    }
    form.language.choices = dict(languages_of_firm())
    return form


def _prefilled(playbook: Playbook, today: date) -> dict[str, Any]:
    calendar = firm_calendar.of_firm(firm())
    count = db().scalar(select(func.count()).select_from(Engagement)) or 0
    steps = [
        {
            "key": str(usual.position),
            "label": label(usual.labels, lang().tag, firm().language),
            "on": calendar.add(today, usual.offset_days),
        }
        for usual in playbook.usual_milestones
    ]
    return {
        "reference": f"{today:%y}-{count + 1:04d}",
        "owner": str(the_user().id),
        "language": firm().language,
        "zone": firm().zone,
        "steps": steps + [{"key": "", "label": "", "on": None}] * EXTRA_STEPS,
        "rhythm": as_fields(playbook.cadence),
    }


def _fits(form: EngagementForm) -> bool:
    fits = bool(form.validate())
    if form.is_new_client:
        for name in ("client_name", "contact_name"):
            if not form[name].data:
                form[name].errors = [t("form.fault.needed")]
                fits = False
    for entry in form.steps:
        if entry.form.on.data and not entry.form.label.data:
            entry.form.label.errors = [t("form.fault.needed")]
            fits = False
    return fits


def _start(session: Session, form: EngagementForm, playbook: Playbook) -> Engagement:
    contact = _contact(session, form)
    usual = {str(step.position): step.labels for step in playbook.usual_milestones}
    spoken = lang().tag
    steps = []
    for entry in form.steps:
        typed = entry.form.label.data
        if not typed:
            continue
        known = usual.get(entry.form.key.data or "", {})
        # A step renamed here keeps no translation that no longer fits.
        labels = known if typed == label(known, spoken, firm().language) else {spoken: typed}
        steps.append(PlannedStep(labels=dict(labels), on=entry.form.on.data))
    engagement = engagements.start(
        session,
        reference=form.reference.data,
        title=form.title.data,
        client=contact.client,
        playbook=playbook,
        owner=session.get(User, int(form.owner.data)) if form.owner.data else None,
        contacts=[(contact, PartOf.DECIDES)],
        steps=steps,
        cadence=form.rhythm.form.stored(zone=firm().zone, anchor=local(moment(), firm().zone).date()),
        facts=[line.strip() for line in (form.facts.data or "").splitlines() if line.strip()],
        by=the_user(),
        now=moment(),
    )
    if form.is_live.data:
        engagements.go_live(session, engagement, by=the_user(), now=moment())
    return engagement


def _contact(session: Session, form: EngagementForm) -> Contact:
    if not form.is_new_client:
        return session.get_one(Contact, int(form.contact.data))
    client = clients.add(session, form.client_name.data, by=the_user(), now=moment())
    return clients.add_contact(
        session,
        client,
        name=form.contact_name.data,
        greeting=form.greeting.data or None,
        address=form.address.data or None,
        phone=form.phone.data or None,
        language=form.language.data,
        zone=form.zone.data,
        by=the_user(),
        now=moment(),
    )


def _page(playbook: Playbook, form: EngagementForm) -> str:
    return render_template("staff/work/new_engagement.html", playbook=playbook, form=form)
