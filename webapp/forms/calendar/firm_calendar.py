"""Forms about the working calendar: the week, days, seasons, a file, a country."""

import unicodedata
from typing import Any

from wtforms import BooleanField, Field, FileField, RadioField, SelectField, ValidationError
from wtforms.form import BaseForm

from webapp.forms.core.base import OneOfSeveral
from webapp.forms.core.fields import LINE_MAXIMUM, WEEKDAYS, AtMost, Clock, Day, Line, Needed
from webapp.language import Lazy, lang, t
from webapp.services.calendar import public_holidays, working_hours
from webapp.services.calendar.working_days import Hours


class WorkingHours:
    """Hours such as 9:00-12:00, 15:00-18:00; what was typed stays."""

    def __call__(self, _form: BaseForm, field: Field) -> None:
        if not field.data:
            return
        try:
            working_hours.parse(field.data)
        except working_hours.BadHours as fault:
            raise ValidationError(Lazy(fault.key)) from None


class WeekForm(OneOfSeveral):
    """The hours of each weekday; an empty one is a day off."""

    d0 = Line(WEEKDAYS["0"], [AtMost(LINE_MAXIMUM), WorkingHours()])
    d1 = Line(WEEKDAYS["1"], [AtMost(LINE_MAXIMUM), WorkingHours()])
    d2 = Line(WEEKDAYS["2"], [AtMost(LINE_MAXIMUM), WorkingHours()])
    d3 = Line(WEEKDAYS["3"], [AtMost(LINE_MAXIMUM), WorkingHours()])
    d4 = Line(WEEKDAYS["4"], [AtMost(LINE_MAXIMUM), WorkingHours()])
    d5 = Line(WEEKDAYS["5"], [AtMost(LINE_MAXIMUM), WorkingHours()])
    d6 = Line(WEEKDAYS["6"], [AtMost(LINE_MAXIMUM), WorkingHours()])

    def week(self) -> dict[int, Hours]:
        """The hours by weekday, without the days off."""
        typed = {day: self[f"d{day}"].data for day in range(7)}
        return {day: working_hours.parse(text) for day, text in typed.items() if text}


class CountryForm(OneOfSeveral):
    """Whose public holidays count."""

    country = SelectField(Lazy("calendar.country"))


class DayForm(OneOfSeveral):
    """One day of one's own."""

    on = Day(Lazy("calendar.day"), [Needed()])
    name = Line(Lazy("calendar.name"), [AtMost(LINE_MAXIMUM)])
    is_working = RadioField(
        Lazy("calendar.what"),
        choices={"no": Lazy("calendar.closed"), "yes": Lazy("calendar.open")},
        default="no",
    )


class SwapForm(OneOfSeveral):
    """A day off for a day worked."""

    off_on = Day(Lazy("calendar.off_on"), [Needed()])
    work_on = Day(Lazy("calendar.work_on"), [Needed()])


class SeasonForm(OneOfSeveral):
    """Other hours for some weeks."""

    name = Line(Lazy("calendar.name"), [Needed(), AtMost(LINE_MAXIMUM)])
    starts_on = Day(Lazy("calendar.starts_on"), [Needed()])
    ends_on = Day(Lazy("calendar.ends_on"), [Needed()])
    hours = Line(Lazy("calendar.hours"), [Needed(), AtMost(LINE_MAXIMUM), WorkingHours()])
    send_at = Clock(Lazy("rhythm_form.send_at"))
    promised_by = Clock(Lazy("rhythm_form.promised_by"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Both hours of updates or none, the promise later than the sending."""
        fits = bool(super().validate(extra_validators))
        if self.promised_by.errors or (self.send_at.data is None and self.promised_by.data is None):
            return fits
        if self.send_at.data is None or self.promised_by.data is None:
            key = "form.fault.time"
        elif self.promised_by.data <= self.send_at.data:
            key = "form.fault.promise_later"
        else:
            return fits
        self.promised_by.errors = [t(key)]
        return False


class CalendarFileForm(OneOfSeveral):
    file = FileField(Lazy("calendar.file"), [Needed("calendar.fault.file_needed")])
    takes_free = BooleanField(Lazy("calendar.takes_free"))


class HolidayForm(OneOfSeveral):
    """A word about a public holiday."""

    country = Line("", [Needed()])
    on = Day("", [Needed()])
    word = RadioField("", choices={"yes": "", "no": ""})
    moved_to = Day("")


def countries(nobody: str) -> dict[str, str]:
    """Every country whose holidays are known, named in the reader's language and in its order; first none of them."""
    names = lang().locale.territories
    known = sorted(((code, names[code]) for code in public_holidays.countries()), key=lambda pair: _order(pair[1]))
    return {"": nobody, **dict(known)}


def _order(name: str) -> str:
    """Letters with marks stand beside those without."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(character for character in plain if not unicodedata.combining(character))
