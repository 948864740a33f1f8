"""The agreed dates of one piece of work: every step with what was promised, and what can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from webapp.access import needs, the_user
from webapp.forms.dates.milestones import CameForm, DoneForm, DropForm, FirstDateForm, NewStepForm, StageForm, StepForm
from webapp.forms.rhythm.in_writing import HearForm
from webapp.language import firm, lang, t, today
from webapp.models import Engagement, EngagementState, Milestone, Promise, Role, Stage
from webapp.numbers import row_number
from webapp.services.core import locks
from webapp.services.core.errors import NotFound, Refused
from webapp.services.core.firm import label
from webapp.services.dates import ledger, milestones
from webapp.services.rhythm import slots
from webapp.services.updates import given_word
from webapp.services.work import engagements, steps
from webapp.staff.core import languages
from webapp.staff.core.languages import languages_of_firm
from webapp.timezones import local
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_dates", __name__)

Typed = MultiDict[str, str] | None


@dataclass
class Row:
    """One step with its forms."""

    milestone: Milestone
    entries: list[Promise]
    done: DoneForm
    drop: DropForm
    agree: FirstDateForm
    came: CameForm
    is_read_as_over: bool
    """Whether a client has in writing that it is done or fell away."""

    @property
    def waits(self) -> bool:
        """Its date is some working days after something that has not come."""
        return bool(self.entries) and self.entries[-1].after_days is not None

    @property
    def is_open(self) -> bool:
        return self.milestone.done_on is None and self.milestone.dropped_at is None


@bp.get("/engagements/<int:engagement_id>/dates")
@needs(Role.VIEWER)
def index(engagement_id: int) -> Any:
    engagement = engagements.get(db(), engagement_id)
    return _page(engagement, came=_came(engagement))


@bp.post("/engagements/<int:engagement_id>/dates")
@needs(Role.STAFF)
def add(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    form = NewStepForm(request.form, prefix="new-")

    def act() -> None:
        milestones.add(db(), engagement, form.labels.data, form.when(), by=the_user(), now=moment())

    return _done(engagement, form, act, fits=form.fits(today()))


@bp.post("/engagements/<int:engagement_id>/dates/<int:milestone_id>/agree")
@needs(Role.STAFF)
def agree(engagement_id: int, milestone_id: int) -> Any:
    engagement, milestone = _step(engagement_id, milestone_id)
    form = FirstDateForm(request.form, prefix=f"agree-{milestone_id}-")

    def act() -> None:
        milestones.agree(db(), milestone, form.when(), by=the_user(), now=moment())

    return _done(engagement, form, act, fits=form.fits(today()))


@bp.post("/engagements/<int:engagement_id>/dates/<int:milestone_id>/done")
@needs(Role.STAFF)
def done(engagement_id: int, milestone_id: int) -> Any:
    engagement, milestone = _step(engagement_id, milestone_id)
    form = DoneForm(request.form, prefix=f"done-{milestone_id}-")

    def act() -> None:
        on = form.date_of("done_on")
        steps.done(db(), engagement, milestone, on, today=today(), by=the_user(), now=moment())

    return _done(engagement, form, act, fits=form.validate())


@bp.post("/engagements/<int:engagement_id>/dates/<int:milestone_id>/undo")
@needs(Role.STAFF)
def undo(engagement_id: int, milestone_id: int) -> Any:
    engagement, milestone = _step(engagement_id, milestone_id)
    hear = HearForm(request.form)
    steps.undo(db(), engagement, milestone, tells=hear.tells_now, by=the_user(), now=moment())
    return _noted(engagement, _said(hear))


@bp.post("/engagements/<int:engagement_id>/dates/<int:milestone_id>/drop")
@needs(Role.STAFF)
def drop(engagement_id: int, milestone_id: int) -> Any:
    engagement, milestone = _step(engagement_id, milestone_id)
    form = _drop_form(engagement, milestone_id, request.form)

    def act() -> None:
        why, language, tells = form.why.data, form.language.data, form.tells_now
        steps.drop(db(), engagement, milestone, why, language=language, tells=tells, by=the_user(), now=moment())

    return _done(engagement, form, act, fits=form.validate(), said=_said(form))


@bp.post("/engagements/<int:engagement_id>/dates/<int:milestone_id>/take-up")
@needs(Role.STAFF)
def take_up(engagement_id: int, milestone_id: int) -> Any:
    engagement, milestone = _step(engagement_id, milestone_id)
    hear = HearForm(request.form)
    steps.take_up(db(), engagement, milestone, tells=hear.tells_now, by=the_user(), now=moment())
    return _noted(engagement, _said(hear))


@bp.post("/engagements/<int:engagement_id>/dates/<int:milestone_id>/came")
@needs(Role.STAFF)
def came(engagement_id: int, milestone_id: int) -> Any:
    engagement, milestone = _step(engagement_id, milestone_id)
    form = CameForm(request.form, prefix=f"came-{milestone_id}-")

    def act() -> None:
        on = form.date_of("on")
        since = form.came_on.data or today()
        milestones.came(db(), firm(), milestone, on, came_on=since, today=today(), by=the_user(), now=moment())

    return _done(engagement, form, act, fits=form.validate(), said="agreed.came_noted")


@bp.post("/engagements/<int:engagement_id>/dates/<int:milestone_id>/place")
@needs(Role.STAFF)
def place(engagement_id: int, milestone_id: int) -> Any:
    engagement, milestone = _step(engagement_id, milestone_id)
    milestones.shift(db(), milestone, up=request.form.get("to") == "up")
    commit()
    return _back(engagement, f"step-{milestone_id}")


@bp.post("/engagements/<int:engagement_id>/stage")
@needs(Role.STAFF)
def stage(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    form = _stage_form(engagement, request.form)
    chosen = db().get(Stage, int(form.stage.data)) if form.validate() else None
    if chosen is None:
        return _page(engagement, form), 422
    engagements.enter_stage(db(), engagement, chosen, by=the_user(), now=moment())
    return _noted(engagement)


def _said(form: HearForm) -> str:
    return "given_word.told_now" if form.tells_now else "agreed.noted"


def _came(engagement: Engagement) -> CameForm | None:
    """The form of a date that waited, with the day that follows from the day on which what it waited for came."""
    milestone_id = request.args.get("step", type=row_number)
    step = next((step for step in engagement.milestones if step.id == milestone_id), None)
    if step is None:
        return None
    form = CameForm(request.args, prefix=f"came-{step.id}-")
    form.came_on.validate(form)
    came_on = form.came_on.data
    if came_on and came_on > today():
        form.came_on.errors = [t("form.fault.done_in_future")]
    elif came_on:
        try:
            form.on.data = milestones.comes_to(firm(), step, came_on)
        except Refused as refusal:
            form.refuse(refusal)
    return form


def _done(
    engagement: Engagement, form: StepForm, act: Callable[[], None], *, fits: bool, said: str = "agreed.noted"
) -> Any:
    """Do what a form asks for; where it does not fit, or a rule says no, show it again with what was typed."""
    if not fits:
        return _page(engagement, form), 422
    try:
        act()
    except Refused as refusal:
        engagement_id = engagement.id
        let_go()
        form.refuse(refusal)
        return _page(engagements.get(db(), engagement_id), form), 422
    return _noted(engagement, said)


def _noted(engagement: Engagement, said: str = "agreed.noted") -> Any:
    commit()
    flash(t("agreed.noted_draft" if engagement.state is EngagementState.DRAFT else said), "success")
    return _back(engagement)


def _back(engagement: Engagement, anchor: str | None = None) -> Any:
    return redirect(url_for("staff_dates.index", engagement_id=engagement.id, _anchor=anchor), 303)


def _page(engagement: Engagement, typed: StepForm | None = None, *, came: CameForm | None = None) -> str:
    forms = {form.prefix: form for form in (typed, came) if form is not None}
    given = given_word.of(db(), engagement, now=moment())
    over = {number for each in given for number in each.over}
    can_act = engagements.can_act(the_user(), engagement, on=today())
    return render_template(
        "staff/dates/milestones.html",
        engagement=engagement,
        rows=[_row(engagement, step, forms, over) for step in engagement.milestones],
        new=forms.get("new-") or NewStepForm(prefix="new-"),
        sent=typed,
        stages=forms.get("stage-") or _stage_form(engagement, None),
        tags=languages_of_firm(),
        can_act=can_act and engagement.state is not EngagementState.CLOSED,
        slot=slots.current(db(), engagement),
        given=given,
        hear=HearForm(),
        zone=engagement.cadence["zone"],
        local=local,
    )


def _row(engagement: Engagement, step: Milestone, forms: dict[str, Any], over: set[int]) -> Row:
    day: dict[str, date] = {"done_on": today()}
    row = Row(
        milestone=step,
        entries=ledger.effective(step),
        done=forms.get(f"done-{step.id}-") or DoneForm(prefix=f"done-{step.id}-", data=day),
        drop=forms.get(f"drop-{step.id}-") or _drop_form(engagement, step.id, None),
        agree=forms.get(f"agree-{step.id}-") or FirstDateForm(prefix=f"agree-{step.id}-"),
        came=forms.get(f"came-{step.id}-") or CameForm(prefix=f"came-{step.id}-", data={"came_on": today()}),
        is_read_as_over=step.id in over,
    )
    if row.waits and row.is_open and f"came-{step.id}-" not in forms:
        row.came.on.data = milestones.comes_to(firm(), step, today())
    return row


def _drop_form(engagement: Engagement, milestone_id: int, typed: Typed) -> DropForm:
    form = DropForm(typed, prefix=f"drop-{milestone_id}-")
    languages.offer(form.language, engagement, firm().languages, None)
    return form


def _stage_form(engagement: Engagement, typed: Typed) -> StageForm:
    form = StageForm(typed, prefix="stage-", data={"stage": str(engagement.stage_id or "")})
    spoken = lang().tag
    form.stage.choices = {
        str(stage.id): label(stage.labels, spoken, firm().language) for stage in engagement.playbook.stages
    }
    return form


def _acting(engagement_id: int) -> Engagement:
    """The work, held, for somebody who may act on it. Closed work keeps its dates."""
    engagement = engagements.get_acting(db(), engagement_id, the_user(), on=today())
    if engagement.state is EngagementState.CLOSED:
        raise NotFound
    locks.hold(db(), engagement.id)
    return engagement


def _step(engagement_id: int, milestone_id: int) -> tuple[Engagement, Milestone]:
    engagement = _acting(engagement_id)
    return engagement, milestones.get(db(), engagement, milestone_id)
