"""Forms about people at a client."""

from wtforms import RadioField, SelectField

from webapp.forms.core.base import Form
from webapp.forms.core.fields import LINE_MAXIMUM, Address, AtMost, EmailField, Line, Needed, Phone, TelField, zones
from webapp.language import Lazy
from webapp.models import PartOf


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
