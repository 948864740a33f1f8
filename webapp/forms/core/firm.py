"""The form about the firm."""

from typing import Any

from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ColorInput, ListWidget

from emails.brand import BadColour, contrast
from emails.languages import LANGUAGES
from webapp.forms.core.base import Form
from webapp.forms.core.fields import (
    LINE_MAXIMUM,
    WEEKDAYS,
    Address,
    AtMost,
    Between,
    Clock,
    EmailField,
    Line,
    Needed,
    Number,
    Phone,
    TelField,
    Weekdays,
    zones,
)
from webapp.language import Lazy, t

# The least favourable grounds that the firm's colour stands on, in light and in dark.
PAPER, NIGHT = "#f2eee6", "#2b2925"
CONTRAST = 4.5
HOURS_MAXIMUM = 40
ASK_MAXIMUM = 20


class Languages(SelectMultipleField):
    """Several languages as tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def all_languages() -> dict[str, str]:
    return {tag: spoken.native_name for tag, spoken in LANGUAGES.items()}


class FirmForm(Form):
    name = Line(Lazy("firm.name"), [Needed(), AtMost(LINE_MAXIMUM)])
    colour = Line(Lazy("firm.colour"), [Needed()], widget=ColorInput(), default="#1f5f5b")
    phone = TelField(Lazy("firm.phone"), [Needed(), Phone()])
    mailbox = EmailField(Lazy("firm.mailbox"), [Needed(), Address(is_ours=True)])
    hours = Line(Lazy("firm.hours"), [AtMost(LINE_MAXIMUM)])
    postal_address = Line(Lazy("firm.postal_address"), [AtMost(LINE_MAXIMUM)])
    languages = Languages(Lazy("firm.languages"), [Needed()], choices=all_languages)
    language = SelectField(Lazy("firm.language"), choices=all_languages)
    zone = SelectField(Lazy("firm.zone"), choices=zones)
    working_days = Weekdays(Lazy("firm.working_days"), [Needed()], choices=WEEKDAYS)
    day_mail_at = Clock(Lazy("firm.day_mail_at"), [Needed()])
    last_call_minutes = Number(Lazy("firm.last_call_minutes"), [Needed()])
    answer_hours = Number(Lazy("firm.answer_hours"), [Needed()])
    tell_hours = Number(Lazy("firm.tell_hours"), [Needed(), Between(1, HOURS_MAXIMUM)])
    read_hours = Number(Lazy("firm.read_hours"), [Needed(), Between(1, HOURS_MAXIMUM)])
    ask_days = Number(Lazy("firm.ask_days"), [Needed(), Between(1, ASK_MAXIMUM)])
    quiet_from = Clock(Lazy("firm.quiet_from"))
    quiet_until = Clock(Lazy("firm.quiet_until"))

    def validate(self, extra_validators: Any = None) -> bool:
        """A colour people can read, a default language among the firm's, both ends of the quiet hours or none."""
        fits = bool(super().validate(extra_validators))
        try:
            if contrast(self.colour.data or "", "#ffffff") < CONTRAST:
                fits = self._fault("colour", "form.fault.contrast")
        except BadColour:
            fits = self._fault("colour", "form.fault.colour")
        if self.languages.data and self.language.data not in self.languages.data:
            fits = self._fault("language", "form.fault.language")
        if (self.quiet_from.data is None) != (self.quiet_until.data is None):
            fits = self._fault("quiet_until", "form.fault.quiet")
        if self.last_call_minutes.data is not None and not 0 <= self.last_call_minutes.data <= 1440:
            fits = self._fault("last_call_minutes", "form.fault.minutes")
        if self.answer_hours.data is not None and not 1 <= self.answer_hours.data <= 240:
            fits = self._fault("answer_hours", "form.fault.hours")
        return fits

    def _fault(self, name: str, key: str) -> bool:
        self[name].errors = [t(key)]
        return False
