"""The rhythm of updates, as people choose it."""

from datetime import date, time
from typing import Any

from wtforms import RadioField, SelectField

from webapp.forms.core.base import Form
from webapp.forms.core.fields import WEEKDAYS, Clock, Number, Weekdays, zones
from webapp.language import Lazy, t
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import Cadence, Every, OnDayOff

OFTEN = (*cadences.WEEKS.values(), Every.MONTHLY_DAY.value, Every.MONTHLY_WEEKDAY.value)
"""How often, as one chooses it: every so many weeks, or once a month."""


class RhythmForm(Form):
    every = SelectField(
        Lazy("rhythm_form.every"), choices={often: Lazy(f"rhythm_form.every_choice.{often}") for often in OFTEN}
    )
    weekdays = Weekdays(Lazy("rhythm_form.weekdays"), choices=WEEKDAYS)
    day = Number(Lazy("rhythm_form.day"))
    nth = SelectField(
        Lazy("rhythm_form.nth"),
        choices={n: Lazy(f"rhythm.nth.n{n.replace('-1', 'last')}") for n in ("1", "2", "3", "4", "-1")},
    )
    send_at = Clock(Lazy("rhythm_form.send_at"))
    promised_by = Clock(Lazy("rhythm_form.promised_by"))
    day_off = RadioField(
        Lazy("rhythm_form.day_off"), choices={d.value: Lazy(f"rhythm_form.day_off_choice.{d.value}") for d in OnDayOff}
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """A rule that can be: the days it needs, and a promise later than the sending."""
        fits = super().validate(extra_validators)
        if self.every.data != Every.MONTHLY_DAY.value and not self.weekdays.data:
            fits = self._fault("weekdays", "form.fault.weekdays")
        if self.every.data == Every.MONTHLY_DAY.value and not (self.day.data and 1 <= self.day.data <= 31):
            fits = self._fault("day", "form.fault.month_day")
        if not self.send_at.data:
            fits = self._fault("send_at", "form.fault.time")
        if not self.promised_by.data:
            fits = self._fault("promised_by", "form.fault.time")
        elif self.send_at.data and self.promised_by.data <= self.send_at.data:
            fits = self._fault("promised_by", "form.fault.promise_later")
        return fits

    def _fault(self, name: str, key: str) -> bool:
        field = self[name]
        if not field.errors:
            field.errors = [t(key)]
        return False

    def stored(self, *, zone: str, anchor: date) -> dict[str, Any]:
        """The rule as it is stored."""
        weeks = {name: count for count, name in cadences.WEEKS.items()}.get(self.every.data)
        every = Every.WEEKLY if weeks else Every(self.every.data)
        weekdays = tuple(sorted(int(day) for day in self.weekdays.data or []))
        if every is Every.MONTHLY_DAY:
            weekdays = ()
        elif every is Every.MONTHLY_WEEKDAY:
            weekdays = weekdays[:1]
        return cadences.dump(
            Cadence(
                every=every,
                weeks=weeks or 1,
                weekdays=weekdays,
                day=self.day.data if every is Every.MONTHLY_DAY else None,
                nth=int(self.nth.data) if every is Every.MONTHLY_WEEKDAY else None,
                anchor=anchor,
                zone=zone,
                send_at=self.send_at.data or time(16, 0),
                promised_by=self.promised_by.data or time(18, 0),
                day_off=OnDayOff(self.day_off.data),
            )
        )


class WorkRhythmForm(RhythmForm):
    """The rhythm of a work that runs: also by which clocks it goes."""

    zone = SelectField(Lazy("firm.zone"), choices=zones)


def as_fields(stored: dict[str, Any]) -> dict[str, Any]:
    """A stored rule as the form shows it."""
    cadence = cadences.load(stored)
    return {
        "every": cadences.WEEKS[cadence.weeks] if cadence.every is Every.WEEKLY else cadence.every.value,
        "weekdays": [str(day) for day in cadence.weekdays],
        "day": cadence.day,
        "nth": str(cadence.nth or 1),
        "send_at": cadence.send_at,
        "promised_by": cadence.promised_by,
        "day_off": cadence.day_off.value,
        "zone": cadence.zone,
    }
