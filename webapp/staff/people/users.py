"""Colleagues: inviting, roles, leaving, and one's own signed-in browsers."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from webapp.access import needs, the_user
from webapp.forms.calendar.absences import AwayForm
from webapp.forms.people.users import ColleagueChangeForm, ColleagueForm
from webapp.language import firm, lang, t, today
from webapp.models import Role, User, UserSession
from webapp.services.calendar import absences
from webapp.services.core.errors import NotFound, Refused
from webapp.services.people import sign_in, users
from webapp.staff.core.languages import languages_of_firm
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_people", __name__)


@bp.get("/settings/people")
@needs(Role.ADMIN, fresh=True)
def index() -> Any:
    return _page(_form(None))


@bp.post("/settings/people")
@needs(Role.ADMIN, fresh=True)
def invite() -> Any:
    form = _form(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        user = users.add(
            db(),
            address=form.address.data,
            name=form.name.data,
            role=Role(form.role.data),
            language=form.language.data,
            phone=form.phone.data or None,
            by=the_user(),
            now=moment(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _page(form), 422
    users.invite(db(), user, by=the_user(), now=moment())
    commit()
    flash(t("people.invited", name=user.name), "success")
    return redirect(url_for("staff_people.index"), 303)


@bp.route("/settings/people/<int:user_id>", methods=["GET", "POST"])
@needs(Role.ADMIN, fresh=True)
def edit(user_id: int) -> Any:
    user = db().get(User, user_id)
    if user is None:
        raise NotFound
    form = ColleagueChangeForm(request.form) if request.method == "POST" else ColleagueChangeForm(obj=user)
    form.language.choices = dict(languages_of_firm())
    if request.method != "POST":
        return person_page(user, form)
    if not form.validate():
        return person_page(user, form), 422
    role, is_active = Role(form.role.data), form.is_active.data
    try:
        alone = users.change(db(), user, role=role, is_active=is_active, by=the_user(), now=moment())
    except Refused as refusal:
        form.refuse(refusal)
        return person_page(user, form), 422
    user.name, user.phone, user.language = form.name.data, form.phone.data or None, form.language.data
    commit()
    flash(t("people.saved", name=user.name), "success")
    if alone:
        others = lang().listing([other.name for other in alone])
        flash(t("absence.left", name=user.name, others=others), "warning")
    return redirect(url_for("staff_people.index"), 303)


@bp.post("/settings/people/<int:user_id>/invite")
@needs(Role.ADMIN, fresh=True)
def invite_again(user_id: int) -> Any:
    user = db().get(User, user_id)
    if user is None or not user.is_active:
        raise NotFound
    users.invite(db(), user, by=the_user(), now=moment())
    commit()
    flash(t("people.invited", name=user.name), "success")
    return redirect(url_for("staff_people.index"), 303)


@bp.get("/me")
@needs(Role.VIEWER)
def me() -> Any:
    return my_page(away_form(the_user()))


def my_page(away: AwayForm) -> str:
    """One's own page, with the form about days away as it stands or was typed."""
    browsers = (
        db()
        .scalars(
            select(UserSession)
            .where(UserSession.user_id == the_user().id, UserSession.ended_at.is_(None))
            .order_by(UserSession.last_seen_at.desc())
        )
        .all()
    )
    coming = absences.coming(the_user(), today=today())
    return render_template(
        "staff/people/me.html", browsers=browsers, languages=languages_of_firm(), away=away, coming=coming
    )


@bp.post("/me/language")
@needs(Role.VIEWER)
def choose_language() -> Any:
    tag = request.form.get("language", "")
    if tag in firm().languages:
        the_user().language = tag
        commit()
    return redirect(url_for("staff_people.me"), 303)


@bp.post("/me/browsers/<int:session_id>/end")
@needs(Role.VIEWER)
def end_browser(session_id: int) -> Any:
    browser = db().get(UserSession, session_id)
    if browser is None or browser.user_id != the_user().id:
        raise NotFound
    sign_in.end_session(db(), browser, now=moment())
    commit()
    return redirect(url_for("staff_people.me"), 303)


def person_page(person: User, form: ColleagueChangeForm | None = None, away: AwayForm | None = None) -> str:
    """The page of one colleague, with its two forms as they stand or were typed."""
    if form is None:
        form = ColleagueChangeForm(obj=person)
        form.language.choices = dict(languages_of_firm())
    return render_template(
        "staff/people/person.html",
        person=person,
        form=form,
        away=away or away_form(person),
        coming=absences.coming(person, today=today()),
    )


def away_form(user: User, typed: Any = None) -> AwayForm:
    """The form about somebody's days away; their present stand-in is offered even where that is refused by now."""
    offered = {str(other.id): other.name for other in absences.candidates(db(), user)}
    form = AwayForm(typed, data={"stand_in": str(user.stand_in.id) if user.stand_in else ""})
    form.stand_in.choices = {"": t("absence.nobody"), **offered}
    return form


def _form(typed: Any) -> ColleagueForm:
    form = ColleagueForm(typed) if typed is not None else ColleagueForm(data={"language": firm().language})
    form.language.choices = dict(languages_of_firm())
    return form


def _page(form: ColleagueForm) -> str:
    people = db().scalars(select(User).order_by(User.is_active.desc(), User.name)).all()
    return render_template("staff/people/people.html", people=people, form=form)
