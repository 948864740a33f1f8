"""Forms about people: contacts, colleagues, signing in."""

from typing import ClassVar

from wtforms import BooleanField, RadioField, SelectField

from webapp.forms.core.base import Form
from webapp.forms.core.fields import LINE_MAXIMUM, Address, AtMost, EmailField, Line, Needed, Phone, TelField
from webapp.language import Lazy
from webapp.models import Role


class ColleagueForm(Form):
    """Somebody who works here."""

    refused_at = "address"
    name = Line(Lazy("people.name"), [Needed(), AtMost(LINE_MAXIMUM)])
    address = EmailField(Lazy("people.address"), [Needed(), Address(is_ours=True)])
    phone = TelField(Lazy("people.phone"), [Phone()])
    language = SelectField(Lazy("people.language"))
    role = RadioField(
        Lazy("people.role"),
        choices={role.value: Lazy(f"people.role_choice.{role.value}") for role in Role},
        default=Role.STAFF.value,
    )
    role_hints: ClassVar = {role.value: Lazy(f"people.role_hint.{role.value}") for role in Role}


class ColleagueChangeForm(Form):
    """What an admin may change about somebody."""

    refused_at = "role"
    name = Line(Lazy("people.name"), [Needed(), AtMost(LINE_MAXIMUM)])
    phone = TelField(Lazy("people.phone"), [Phone()])
    language = SelectField(Lazy("people.language"))
    role = RadioField(
        Lazy("people.role"), choices={role.value: Lazy(f"people.role_choice.{role.value}") for role in Role}
    )
    is_active = BooleanField(Lazy("people.is_active"))
