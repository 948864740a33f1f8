"""Days away and the stand-in: everybody's own, and an admin's for a colleague."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from webapp.access import needs, the_user
from webapp.forms.calendar.absences import AwayForm
from webapp.language import t, today
from webapp.models import Role, User
from webapp.numbers import row_number
from webapp.services.calendar import absences
from webapp.services.core.errors import NotFound, Refused
from webapp.staff.people import users
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_absences", __name__)


@bp.post("/me/away")
@needs(Role.STAFF)
def mine() -> Any:
    form = users.away_form(the_user(), request.form)
    if _keep(the_user(), form):
        return redirect(url_for("staff_people.me") + "#away", 303)
    return users.my_page(form), 422


@bp.post("/me/away/<int:absence_id>/remove")
@needs(Role.STAFF)
def remove_mine(absence_id: int) -> Any:
    _remove(the_user(), absence_id)
    return redirect(url_for("staff_people.me") + "#away", 303)


@bp.post("/settings/people/<int:user_id>/away")
@needs(Role.ADMIN, fresh=True)
def theirs(user_id: int) -> Any:
    person = _colleague(user_id)
    form = users.away_form(person, request.form)
    if _keep(person, form):
        return redirect(url_for("staff_people.edit", user_id=user_id) + "#away", 303)
    return users.person_page(person, away=form), 422


@bp.post("/settings/people/<int:user_id>/away/<int:absence_id>/remove")
@needs(Role.ADMIN, fresh=True)
def remove_theirs(user_id: int, absence_id: int) -> Any:
    _remove(_colleague(user_id), absence_id)
    return redirect(url_for("staff_people.edit", user_id=user_id) + "#away", 303)


def _keep(user: User, form: AwayForm) -> bool:
    """Name the stand-in and note the days, both or neither; what is refused is said beside its field."""
    if not form.validate():
        return False
    act: dict[str, Any] = {"today": today(), "by": the_user(), "now": moment()}
    try:
        stand_in = _named(form.stand_in.data)
        absences.name_stand_in(db(), user, stand_in, **act)
        if form.starts_on.data and form.ends_on.data:
            absences.go_away(db(), user, starts_on=form.starts_on.data, ends_on=form.ends_on.data, **act)
    except Refused as refusal:
        let_go()
        form.refuse(refusal)
        return False
    commit()
    flash(t("calendar.noted"), "success")
    return True


def _named(number: str | None) -> User | None:
    """Who was chosen to stand in; Refused for somebody there is not."""
    if not number:
        return None
    try:
        found = db().get(User, row_number(number))
    except ValueError:
        found = None
    if found is None:
        raise Refused("absence.not_this_one", field="stand_in")
    return found


def _remove(user: User, absence_id: int) -> None:
    absences.come_back(db(), user, absence_id, by=the_user(), now=moment())
    commit()
    flash(t("calendar.removed"), "success")


def _colleague(user_id: int) -> User:
    user = db().get(User, user_id)
    if user is None or not user.is_active:
        raise NotFound
    return user
