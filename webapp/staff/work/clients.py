"""Clients and their contacts."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import or_, select

from emails.cleaning import clean_line
from webapp.access import needs, the_user
from webapp.forms.calendar.firm_calendar import CountryForm, countries
from webapp.forms.work.clients import ContactForm
from webapp.language import firm, t, today
from webapp.models import Client, Contact, Engagement, Role
from webapp.numbers import row_number
from webapp.services.core.errors import NotFound
from webapp.services.work import clients
from webapp.staff.core.languages import languages_of_firm
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_clients", __name__)

PAGE = 50


@bp.get("/clients")
@needs(Role.VIEWER)
def index() -> Any:
    text = clean_line(request.args.get("q", ""))
    number = max(1, request.args.get("page", 1, type=row_number))
    wanted = select(Client).order_by(Client.name, Client.id)
    if text:
        contacts = select(Contact.client_id).where(
            or_(Contact.name.icontains(text, autoescape=True), Contact.address.icontains(text, autoescape=True))
        )
        wanted = wanted.where(or_(Client.name.icontains(text, autoescape=True), Client.id.in_(contacts)))
    rows = db().scalars(wanted.limit(PAGE + 1).offset((number - 1) * PAGE)).all()
    return render_template(
        "staff/work/clients.html", clients=rows[:PAGE], has_more=len(rows) > PAGE, number=number, text=text
    )


@bp.get("/clients/<int:client_id>")
@needs(Role.VIEWER)
def show(client_id: int) -> Any:
    return _page(_client(client_id), _form(None))


@bp.post("/clients/<int:client_id>/country")
@needs(Role.STAFF)
def country(client_id: int) -> Any:
    """On whose public holidays this client is not written to."""
    client = _acting(client_id)
    form = _country_form(request.form, client)
    if not form.validate():
        return _page(client, _form(None), form), 422
    clients.change_country(db(), client, form.country.data or None, by=the_user(), now=moment())
    commit()
    flash(t("firm.saved"), "success")
    return redirect(url_for("staff_clients.show", client_id=client.id), 303)


@bp.post("/clients/<int:client_id>/contacts")
@needs(Role.STAFF)
def add_contact(client_id: int) -> Any:
    client = _acting(client_id)
    form = _form(request.form)
    if not form.validate():
        return _page(client, form), 422
    clients.add_contact(
        db(),
        client,
        name=form.name.data,
        greeting=form.greeting.data or None,
        address=form.address.data or None,
        phone=form.phone.data or None,
        language=form.language.data,
        zone=form.zone.data,
        by=the_user(),
        now=moment(),
    )
    commit()
    flash(t("clients.contact_added", name=form.name.data), "success")
    return redirect(url_for("staff_clients.show", client_id=client.id), 303)


@bp.route("/contacts/<int:contact_id>", methods=["GET", "POST"])
@needs(Role.STAFF)
def contact(contact_id: int) -> Any:
    person = db().get(Contact, contact_id)
    if person is None:
        raise NotFound
    _acting(person.client_id)
    form = _form(request.form if request.method == "POST" else None, person)
    if request.method != "POST":
        return render_template("staff/work/contact.html", contact=person, form=form)
    if not form.validate():
        return render_template("staff/work/contact.html", contact=person, form=form), 422
    person.name, person.greeting = form.name.data, form.greeting.data or None
    person.phone, person.language, person.zone = form.phone.data or None, form.language.data, form.zone.data
    clients.change_address(db(), person, form.address.data or None, by=the_user(), now=moment())
    commit()
    flash(t("clients.contact_saved", name=person.name), "success")
    return redirect(url_for("staff_clients.show", client_id=person.client_id), 303)


def _client(client_id: int) -> Client:
    client = db().get(Client, client_id)
    if client is None:
        raise NotFound
    return client


def _acting(client_id: int) -> Client:
    return clients.get_acting(db(), client_id, the_user(), on=today())


def _form(typed: Any, person: Contact | None = None) -> ContactForm:
    if typed is not None:
        form = ContactForm(typed)
    elif person is not None:
        form = ContactForm(obj=person)
    else:
        form = ContactForm(data={"language": firm().language, "zone": firm().zone})
    form.language.choices = dict(languages_of_firm())
    return form


def _country_form(typed: Any, client: Client) -> CountryForm:
    form = CountryForm(typed, prefix="client-", data={"country": client.country or ""})
    form.country.choices = countries(t("calendar.country_of_firm"))
    return form


def _page(client: Client, form: ContactForm, country: CountryForm | None = None) -> str:
    work = db().scalars(select(Engagement).where(Engagement.client_id == client.id).order_by(Engagement.id)).all()
    return render_template(
        "staff/work/client.html",
        client=client,
        engagements=work,
        form=form,
        country=country or _country_form(None, client),
        can_act=clients.may_change(db(), client, the_user(), on=today()),
    )
