"""Fields that clean what was typed, keep it, and say plainly what is wrong."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import phonenumbers
from wtforms import (
    DateField,
    Field,
    Form,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, EmailInput, ListWidget, TelInput

from emails.cleaning import clean_line, clean_text
from emails.message import BadAddress, check_address
from webapp.language import Lazy
from webapp.timezones import zone_names

LINE_MAXIMUM = 200
TEXT_MAXIMUM = 4000


class Line(StringField):
    """One line."""

    data: str

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = clean_line(str(valuelist[0])) if valuelist else ""


class EmailField(Line):
    """A mail address, with the keyboard for it."""

    widget = EmailInput()


class TelField(Line):
    """A telephone number, with the keyboard for it."""

    widget = TelInput()


class Text(TextAreaField):
    """Some lines."""

    data: str

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = clean_text(str(valuelist[0])) if valuelist else ""


class Day(DateField):
    """A date, written by the browser as YYYY-MM-DD; what was typed stays."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = None
        if not valuelist or not str(valuelist[0]).strip():
            return
        try:
            self.data = date.fromisoformat(str(valuelist[0]).strip())
        except ValueError:
            raise ValueError(Lazy("form.fault.date")) from None
        if not 2000 <= self.data.year <= 2100:
            raise ValueError(Lazy("form.fault.date"))


class Clock(TimeField):
    """A wall time, HH:MM or HH:MM:SS."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = None
        typed = str(valuelist[0]).strip() if valuelist else ""
        if not typed:
            return
        for pattern in ("%H:%M", "%H:%M:%S"):
            try:
                self.data = datetime.strptime(typed, pattern).time()  # noqa: DTZ007 - a wall time has no zone
            except ValueError:
                continue
            return
        raise ValueError(Lazy("form.fault.time"))


class Number(IntegerField):
    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = None
        typed = str(valuelist[0]).strip() if valuelist else ""
        if not typed:
            return
        try:
            self.data = int(typed)
        except ValueError:
            raise ValueError(Lazy("form.fault.number")) from None


class Needed:
    """Something must be typed or chosen."""

    def __init__(self, key: str = "form.fault.needed") -> None:
        self.key = key
        self.field_flags = {"required": True}

    def __call__(self, _form: Form, field: Field) -> None:
        if field.errors:
            raise StopValidation
        if field.data is None or field.data == "" or field.data == []:
            raise StopValidation(Lazy(self.key))


class AtMost:
    """Not longer than this many characters; what was typed stays."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, _form: Form, field: Field) -> None:
        if field.data and len(field.data) > self.length:
            raise ValidationError(Lazy("form.fault.too_long", length=self.length, now=len(field.data)))


class Between:
    """A number in a range; what was typed stays."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def __call__(self, _form: Form, field: Field) -> None:
        if field.data is not None and not self.least <= field.data <= self.most:
            raise ValidationError(Lazy("form.fault.number"))


class Address:
    """One mail address, made into the form it is stored in. `is_ours`: it stands in mails to clients, so it may have
    nothing before the @ that only some mail servers carry."""

    def __init__(self, *, is_ours: bool = False) -> None:
        self.is_ours = is_ours

    def __call__(self, _form: Form, field: Field) -> None:
        if not field.data:
            return
        try:
            field.data = check_address(field.data).lower()
        except BadAddress:
            raise ValidationError(Lazy("form.fault.address")) from None
        if self.is_ours and not field.data.isascii():
            raise ValidationError(Lazy("form.fault.address_latin"))


class Phone:
    """A telephone number in any usual form, stored as +212661000000."""

    def __init__(self, region: str | None = None) -> None:
        self.region = region

    def __call__(self, _form: Form, field: Field) -> None:
        if not field.data:
            return
        try:
            number = phonenumbers.parse(field.data, self.region)
        except phonenumbers.NumberParseException:
            raise ValidationError(Lazy("form.fault.phone")) from None
        if not phonenumbers.is_possible_number(number):
            raise ValidationError(Lazy("form.fault.phone"))
        field.data = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def zones() -> dict[str, str]:
    return {name: name.replace("_", " ") for name in zone_names()}


WEEKDAYS = {str(number): Lazy(f"rhythm.weekday.d{number}") for number in range(7)}


class Weekdays(SelectMultipleField):
    """Several days of the week as tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
