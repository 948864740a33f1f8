"""Forms about people: contacts, colleagues, signing in."""

from wtforms import BooleanField, RadioField, SelectField, ValidationError

from webapp.forms.base import Form
from webapp.forms.fields import LINE_MAXIMUM, Address, AtMost, Day, EmailField, Line, Needed, Phone, TelField
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
    address = EmailField(Lazy("people.address"), [Needed(), Address(is_ours=True)])
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


class AwayForm(Form):
    """Who stands in for somebody, and days away."""

    stand_in = SelectField(Lazy("absence.stand_in"), validate_choice=False)
    starts_on = Day(Lazy("absence.starts_on"))
    ends_on = Day(Lazy("absence.ends_on"))

    def validate_ends_on(self, field: Day) -> None:
        """Days away have a first and a last one; who only names a stand-in gives neither."""
        if self.starts_on.data and not field.data and not field.errors:
            raise ValidationError(Lazy("form.fault.needed"))

    def validate_starts_on(self, field: Day) -> None:
        if self.ends_on.data and not field.data and not field.errors:
            raise ValidationError(Lazy("form.fault.needed"))


class SignInForm(Form):
    address = EmailField(Lazy("people.address"), [Needed(), Address()])


class CodeForm(Form):
    code = Line(Lazy("sign_in.code"), [Needed(), AtMost(20)])
