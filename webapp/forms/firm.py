"""Forms about the firm and its services."""

from typing import Any

from wtforms import BooleanField, FieldList, FormField, RadioField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ColorInput, ListWidget

from emails.brand import BadColour, contrast
from emails.languages import LANGUAGES
from webapp.forms.base import Form
from webapp.forms.fields import (
    LINE_MAXIMUM,
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
    Text,
)
from webapp.forms.people import zones
from webapp.forms.rhythm import WEEKDAYS, RhythmForm, Weekdays
from webapp.language import Lazy, t

# The least favourable grounds that the firm's colour stands on, in light and in dark.
PAPER, NIGHT = "#f2eee6", "#2b2925"
CONTRAST = 4.5
OFFSET_MAXIMUM = 750
HOURS_MAXIMUM = 40
ASK_MAXIMUM = 20
USUAL_MAXIMUM = 250


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
    hold_hours = Number(Lazy("firm.hold_hours"), [Needed(), Between(1, HOURS_MAXIMUM)])
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


class LabelForm(Form):
    """One label of a service, in the firm's languages: `text_<tag>` for each."""

    offset_days = Number(Lazy("service.offset"), [Between(0, OFFSET_MAXIMUM)])
    usual_days = Number(Lazy("service.usual_days"), [Between(1, USUAL_MAXIMUM)])
    part = RadioField(
        Lazy("service.part"),
        choices={part: Lazy(f"service.part_choice.{part}") for part in ("done", "next", "why", "action")},
        default="done",
        validate_choice=False,
    )
    texts = FieldList(Line("", [AtMost(LINE_MAXIMUM)]))

    def labels(self, tags: list[str]) -> dict[str, str]:
        """What was typed, by language; empty ones are left out."""
        return {tag: entry.data for tag, entry in zip(tags, self.texts, strict=False) if entry.data}


class ServiceForm(Form):
    """A kind of work: name, stages, usual milestones, delay reasons and ready sentences per language, and rhythm."""

    names = FormField(LabelForm)
    stages = FieldList(FormField(LabelForm))
    milestones = FieldList(FormField(LabelForm))
    reasons = FieldList(FormField(LabelForm))
    sentences = FieldList(FormField(LabelForm))
    rhythm = FormField(RhythmForm)
    managers_read_first = BooleanField(Lazy("service.managers_read_first"))
    stale_days = Number(Lazy("service.stale_days"), [Between(1, USUAL_MAXIMUM)])


class PasteForm(Form):
    """A table of running jobs, pasted from a spreadsheet."""

    table = Text(Lazy("imports.table"), [Needed()])
