"""Forms about people: contacts, colleagues, signing in."""

from wtforms import BooleanField, Form, RadioField, SelectField

from webapp.forms.fields import LINE_MAXIMUM, Address, AtMost, EmailField, Line, Needed, Phone, TelField
from webapp.language import Lazy
from webapp.models import PartOf, Role
from webapp.timezones import zone_names


def zones() -> dict[str, str]:
    return {name: name.replace("_", " ") for name in zone_names()}


class ContactForm(Form):
    """A person at a client; the address may be empty."""

    name = Line(Lazy("people.name"), [Needed(), AtMost(LINE_MAXIMUM)])
    greeting = Line(Lazy("people.greeting"), [AtMost(LINE_MAXIMUM)])
    address = EmailField(Lazy("people.address"), [Address()])
    phone = TelField(Lazy("people.phone"), [Phone()])
    language = SelectField(Lazy("people.language"))
    zone = SelectField(Lazy("people.zone"), choices=zones)


class PartForm(Form):
    """Who takes part in an engagement, and how."""

    contact = SelectField(Lazy("people.contact"), [Needed()])
    part = RadioField(
        Lazy("people.part"),
        choices={part.value: Lazy(f"people.part_choice.{part.value}") for part in PartOf},
        default=PartOf.INFORMED.value,
    )


class ColleagueForm(Form):
    """Somebody who works here."""

    name = Line(Lazy("people.name"), [Needed(), AtMost(LINE_MAXIMUM)])
    address = EmailField(Lazy("people.address"), [Needed(), Address()])
    phone = TelField(Lazy("people.phone"), [Phone()])
    language = SelectField(Lazy("people.language"))
    role = RadioField(
        Lazy("people.role"),
        choices={role.value: Lazy(f"people.role_choice.{role.value}") for role in Role},
        default=Role.STAFF.value,
    )


class ColleagueChangeForm(Form):
    """What an admin may change about somebody."""

    name = Line(Lazy("people.name"), [Needed(), AtMost(LINE_MAXIMUM)])
    phone = TelField(Lazy("people.phone"), [Phone()])
    language = SelectField(Lazy("people.language"))
    role = RadioField(
        Lazy("people.role"), choices={role.value: Lazy(f"people.role_choice.{role.value}") for role in Role}
    )
    is_active = BooleanField(Lazy("people.is_active"))


class SignInForm(Form):
    address = EmailField(Lazy("people.address"), [Needed(), Address()])


class CodeForm(Form):
    code = Line(Lazy("sign_in.code"), [Needed(), AtMost(20)])
