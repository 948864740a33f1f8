"""The firm's calendar: its week, its days off, and what a change moves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import CombinedMultiDict

from webapp.access import needs, the_user
from webapp.forms.calendar.firm_calendar import (
    CalendarFileForm,
    CountryForm,
    DayForm,
    HolidayForm,
    SeasonForm,
    SwapForm,
    WeekForm,
    countries,
)
from webapp.forms.core.base import OneOfSeveral
from webapp.forms.rhythm.in_writing import InWritingForm
from webapp.language import lang, t
from webapp.models import Client, Firm, Role
from webapp.services.calendar import calendar_files, firm_calendar, working_hours
from webapp.services.calendar.calendar_files import FileDays
from webapp.services.core.errors import Refused
from webapp.services.core.firm import known_firm, the_firm
from webapp.services.promised import calendar_changes, redating
from webapp.services.promised.redating import Redated
from webapp.staff.core.redated import redate
from webapp.timezones import local
from webapp.transactions import commit, db, let_go, moment, pause, the_database

bp = Blueprint("staff_calendar", __name__)

A_YEAR = timedelta(days=365)
ANSWERED = ("csrf_token", "in_writing", "except")
PREFIXES = {
    WeekForm: "week-",
    CountryForm: "country-",
    DayForm: "day-",
    SwapForm: "swap-",
    SeasonForm: "season-",
    CalendarFileForm: "file-",
}


@bp.get("/settings/calendar")
@needs(Role.MANAGER)
def index() -> Any:
    if the_firm(db()) is None:
        return redirect(url_for("staff_settings.edit"), 303)
    return _page()


@bp.post("/settings/calendar/week")
@needs(Role.MANAGER)
def week() -> Any:
    form = WeekForm(request.form, prefix=PREFIXES[WeekForm])
    return _act(form, lambda: calendar_changes.set_week(db(), form.week(), by=the_user(), now=moment()))


@bp.post("/settings/calendar/country")
@needs(Role.MANAGER)
def country() -> Any:
    form = _country_form(request.form)
    chosen = form.country.data or None
    return _act(form, lambda: calendar_changes.set_country(db(), chosen, by=the_user(), now=moment()))


@bp.post("/settings/calendar/days")
@needs(Role.MANAGER)
def add_day() -> Any:
    form = DayForm(request.form, prefix=PREFIXES[DayForm])
    return _act(
        form,
        lambda: calendar_changes.add_own(
            db(),
            form.date_of("on"),
            is_working=form.is_working.data == "yes",
            name=form.name.data or None,
            by=the_user(),
            now=moment(),
        ),
    )


@bp.post("/settings/calendar/swaps")
@needs(Role.MANAGER)
def swap() -> Any:
    form = SwapForm(request.form, prefix=PREFIXES[SwapForm])
    return _act(
        form,
        lambda: calendar_changes.swap(
            db(), off_on=form.date_of("off_on"), work_on=form.date_of("work_on"), by=the_user(), now=moment()
        ),
    )


@bp.post("/settings/calendar/seasons")
@needs(Role.MANAGER)
def add_season() -> Any:
    form = SeasonForm(request.form, prefix=PREFIXES[SeasonForm])
    return _act(
        form,
        lambda: calendar_changes.add_season(
            db(),
            form.name.data,
            starts_on=form.date_of("starts_on"),
            ends_on=form.date_of("ends_on"),
            hours=working_hours.parse(form.hours.data),
            send_at=form.send_at.data,
            promised_by=form.promised_by.data,
            by=the_user(),
            now=moment(),
        ),
    )


@bp.post("/settings/calendar/seasons/<int:season_id>/remove")
@needs(Role.MANAGER)
def remove_season(season_id: int) -> Any:
    return _ask(_saying("calendar.removed", lambda: calendar_changes.remove_season(db(), season_id, **_who())))


@bp.post("/settings/calendar/days/<int:day_id>/remove")
@needs(Role.MANAGER)
def remove_day(day_id: int) -> Any:
    return _ask(_saying("calendar.removed", lambda: calendar_changes.remove(db(), day_id, **_who())))


@bp.post("/settings/calendar/holidays")
@needs(Role.MANAGER)
def say_holiday() -> Any:
    """Yes, closed; no, an ordinary day; or on another day."""
    form = HolidayForm(request.form)
    if not form.validate():
        return _refused(next(str(error) for field in form for error in field.errors))

    def act() -> None:
        calendar_changes.say_holiday(
            db(),
            form.country.data,
            form.date_of("on"),
            is_right=form.word.data == "yes",
            moved_to=form.moved_to.data,
            **_who(),
        )

    return _tried(_saying("calendar.noted", act))


@bp.post("/settings/calendar/file")
@needs(Role.MANAGER)
def load_file() -> Any:
    form = CalendarFileForm(CombinedMultiDict([request.files, request.form]), prefix=PREFIXES[CalendarFileForm])
    if not form.validate() or not getattr(form.file.data, "filename", ""):
        form.file.errors = form.file.errors or [t("calendar.fault.file_needed")]
        return _page(form), 422
    today = local(moment(), known_firm(db()).zone).date()
    # Nobody else waits for a lock while somebody's file is read.
    pause()
    try:
        content = form.file.data.read(calendar_files.SIZE_MAXIMUM + 1)
        found = calendar_files.read(content, today=today, takes_free=form.takes_free.data)
    except Refused as refusal:
        form.refuse(refusal)
        return _page(form), 422
    return _ask(lambda: _in_words(found, calendar_changes.take_in(db(), list(found.days), **_who())))


@bp.post("/settings/calendar/file/remove")
@needs(Role.MANAGER)
def remove_files() -> Any:
    return _ask(lambda: t("calendar.files_removed", count=calendar_changes.remove_files(db(), **_who())))


@bp.post("/settings/calendar/tomorrow")
@needs(Role.MANAGER)
def close_tomorrow() -> Any:
    return _tried(
        lambda: t("calendar.closed_tomorrow", day=lang().day(calendar_changes.close_tomorrow(db(), **_who())))
    )


def _who() -> dict[str, Any]:
    return {"by": the_user(), "now": moment()}


def _saying(key: str, act: Callable[[], Any]) -> Callable[[], str]:
    """An act, and the sentence that says it is done."""

    def said() -> str:
        act()
        return t(key)

    return said


def _in_words(found: FileDays, new: int) -> str:
    words = [t("calendar.file_new", count=new)]
    if len(found.days) > new:
        words.append(t("calendar.file_known", count=len(found.days) - new))
    if found.left_out:
        words.append(t("calendar.file_left_out", count=found.left_out))
    return " ".join(words)


def _act(form: OneOfSeveral, act: Callable[[], Any]) -> Any:
    if not form.validate():
        return _page(form), 422
    try:
        return _ask(_saying("firm.saved", act))
    except Refused as refusal:
        let_go()
        form.refuse(refusal)
        return _page(form), 422


def _tried(act: Callable[[], str]) -> Any:
    try:
        return _ask(act)
    except Refused as refusal:
        let_go()
        return _refused(t(refusal.key))


def _ask(act: Callable[[], str]) -> Any:
    """Change the calendar, and put the planned updates where it wants them now. Where clients would wait beyond an hour
    that they have in writing, it is asked before; a file, which cannot be sent again, keeps their hour. What the change
    would do is looked at with no lock held: it may concern every work of the firm."""
    form = InWritingForm(request.form)
    if "in_writing" not in request.form and not request.files:
        act()
        changed = firm_calendar.of_firm(known_firm(db()))
        pause()
        with the_database().reader() as looking:
            foreseen = redating.foresee(looking, redating.ahead(looking, now=moment()), changed, now=moment())
            if broken := [each for each in foreseen if each.is_in_writing]:
                let_go()
                return _question(broken, form)
    words = act()
    bulk = redate(form.answer())
    commit()
    flash(words, "success")
    if bulk is not None:
        return redirect(url_for("staff_bulk.show", act_id=bulk.id), 303)
    return redirect(url_for("staff_calendar.index"), 303)


def _question(broken: list[Redated], form: InWritingForm) -> str:
    fields = [(name, values) for name, values in request.form.lists() if name not in ANSWERED]
    return render_template("staff/calendar/in_writing.html", broken=broken, form=form, fields=fields, local=local)


def _refused(words: str) -> Any:
    flash(words, "error")
    return redirect(url_for("staff_calendar.index"), 303)


def _page(sent: OneOfSeveral | None = None) -> str:
    firm = known_firm(db())
    calendar = firm_calendar.of_firm(firm)
    today = local(moment(), firm.zone).date()
    elsewhere = db().scalars(select(Client.country).where(Client.country.is_not(None)).distinct()).all()
    forms = {kind: kind(prefix=prefix) for kind, prefix in PREFIXES.items() if kind not in (WeekForm, CountryForm)}
    forms |= {WeekForm: _week_form(firm), CountryForm: _country_form(None, firm)}
    if sent is not None:
        forms[type(sent)] = sent
    return render_template(
        "staff/calendar/firm_calendar.html",
        week=forms[WeekForm],
        country=forms[CountryForm],
        day=forms[DayForm],
        swap=forms[SwapForm],
        season=forms[SeasonForm],
        file=forms[CalendarFileForm],
        sent=sent,
        days=firm_calendar.noted(
            firm, since=today, until=today + A_YEAR, tag=lang().tag, countries=sorted(filter(None, elsewhere))
        ),
        seasons=[(entry, working_hours.in_words(working_hours.usual(entry.hours))) for entry in firm.calendar_seasons],
        worked=calendar.weekdays,
        day_off=calendar_changes.day_off_tomorrow(db(), firm, now=moment()),
    )


def _week_form(firm: Firm) -> WeekForm:
    stored = firm.weekly_hours or {}
    usual, own = working_hours.usual(stored), working_hours.by_weekday(stored)
    known = {f"d{day}": working_hours.in_words(own.get(day, usual)) for day in firm.working_days}
    return WeekForm(prefix=PREFIXES[WeekForm], data=known)


def _country_form(typed: Any, firm: Firm | None = None) -> CountryForm:
    form = CountryForm(typed, prefix=PREFIXES[CountryForm], data={"country": (firm and firm.country) or ""})
    form.country.choices = countries(t("calendar.no_country"))
    return form
