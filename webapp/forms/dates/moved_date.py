"""The questions about an agreed date that moves: whose cause, why, what we do about it, and the new date."""

from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from wtforms import RadioField, SelectField

from emails.pieces import Who
from webapp.forms.core import translations
from webapp.forms.core.base import Form
from webapp.forms.core.fields import LINE_MAXIMUM, AtMost, Clock, Day, Line, Number, Text
from webapp.forms.core.translations import Translations
from webapp.language import Lazy, t
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why
from webapp.services.rhythm import schedule
from webapp.timezones import local

DAY, RANGE, ABOUT, AFTER, UNKNOWN = "day", "range", "about", "after", "unknown"
ON_A_DAY = (DAY, RANGE, ABOUT)
AFTER_DAYS_MAXIMUM = 250

Value = TypeVar("Value", bound=StrEnum)


def one_of(values: type[Value], typed: str | None) -> Value | None:
    """The value of an enumeration that was chosen, or None where none was or a form was made to name another."""
    return next((value for value in values if value == typed), None)


def offered(field: SelectField) -> set[str]:
    """What a list offers to choose."""
    return {str(option.data) for option in field}


def labelled(prefix: str, values: list[str]) -> dict[str, Lazy]:
    return {value: Lazy(f"{prefix}.{value}") for value in values}


class Explanation(Form):
    """Why a date moves: whose cause, a reason of the playbook or words, and what we do about it."""

    cause = RadioField(
        Lazy("form.cause"),
        choices=labelled("form.cause_choice", [c.value for c in Who]),
        validate_choice=False,
    )
    other_name = Line(Lazy("form.other_name"), [AtMost(LINE_MAXIMUM)])
    reason = SelectField(Lazy("form.reason"), validate_choice=False)
    why = Text(Lazy("form.why"), [AtMost(1000)])
    why_in = Translations(Lazy("form.why"), maximum=1000)
    what_we_do = Text(Lazy("form.what_we_do"), [AtMost(1000)])
    what_we_do_in = Translations(Lazy("form.what_we_do"), maximum=1000)

    def check_explanation(self, language: str | None) -> None:
        """Put a message beside each part of the explanation that is missing or cannot be."""
        if self.chosen_cause is None:
            self._fault("cause", "form.fault.cause")
        for lacking in ledger.unexplained(self.explanation(language)):
            self._fault(str(lacking.field), lacking.key)
        translations.check(self, language, *self._written())

    @property
    def chosen_cause(self) -> Who | None:
        return one_of(Who, self.cause.data)

    @property
    def chosen_reason(self) -> str | None:
        """The reason that was picked, if it is one of the playbook's."""
        return self.reason.data if self.reason.data and self.reason.data in offered(self.reason) else None

    def explanation(self, language: str | None) -> Why:
        """What was said; where no cause was chosen, as an earlier date needs none, it is nobody's."""
        cause = self.chosen_cause or Who.NOBODY
        return Why(
            cause=cause,
            reason_key=self.chosen_reason,
            why=self.why.data or "",
            what_we_do=self.what_we_do.data or "",
            other_name=(self.other_name.data or None) if cause is Who.OTHER else None,
            language=language,
            translations=translations.given(self, language, **{part: part for part in self._written()}),
        )

    def _written(self) -> list[str]:
        """The parts that are told in words."""
        return ["why", "what_we_do"]

    def _fault(self, name: str, key: str) -> None:
        field = self[name]
        field.errors = [*field.errors, t(key)]


def date_fields(to: When, zone: str) -> dict[str, Any]:
    """A promised date as the form shows it."""
    news = local(to.next_news_at, zone) if to.next_news_at else None
    kind = UNKNOWN if news else AFTER if to.after_days else RANGE if to.ends_on else DAY
    return {
        "new_kind": ABOUT if to.is_estimate else kind,
        "new_on": to.starts_on,
        "new_until": to.ends_on,
        "after_days": to.after_days,
        "condition": to.condition,
        "news_on": news.date() if news else None,
        "news_at": news.time() if news else None,
    }


def explanation_fields(why: Why) -> dict[str, Any]:
    """An explanation as the form shows it."""
    return {
        "cause": why.cause.value,
        "other_name": why.other_name,
        "reason": why.reason_key,
        "why": why.why,
        "what_we_do": why.what_we_do,
        **{f"{part}_in": why.translations.get(part, {}) for part in ("why", "what_we_do", "condition")},
    }


class MovedDate(Explanation):
    """The explanation with the new date: a day, a range, an estimate, some working days after a condition, or not known
    with the moment of the next news."""

    new_kind = RadioField(
        Lazy("form.new_kind"),
        choices=labelled("form.new_kind_choice", [DAY, RANGE, ABOUT, AFTER, UNKNOWN]),
        default=DAY,
        validate_choice=False,
    )
    new_on = Day(Lazy("form.new_on"))
    new_until = Day(Lazy("form.new_until"))
    after_days = Number(Lazy("form.after_days"))
    condition = Line(Lazy("form.condition"), [AtMost(LINE_MAXIMUM)])
    condition_in = Translations(Lazy("form.condition"), maximum=LINE_MAXIMUM)
    news_on = Day(Lazy("form.news_on"))
    news_at = Clock(Lazy("form.news_at"))

    def check_new_date(self, today: date) -> None:
        """Put a message beside each part of the new date that is missing or cannot be."""
        kind = self.new_kind.data
        if kind in ON_A_DAY and not self.new_on.data and not self.new_on.errors:
            self._fault("new_on", "form.fault.new_on")
        elif kind in ON_A_DAY and self.new_on.data and self.new_on.data < today:
            self._fault("new_on", "form.fault.new_on_past")
        if kind == RANGE and (not self.new_until.data or (self.new_on.data and self.new_until.data < self.new_on.data)):
            self._fault("new_until", "form.fault.new_until")
        if kind == AFTER and not (self.after_days.data and 0 < self.after_days.data <= AFTER_DAYS_MAXIMUM):
            self._fault("after_days", "form.fault.after_days")
        if kind == AFTER and not self.condition.data:
            self._fault("condition", "form.fault.condition")
        if kind == UNKNOWN and (not self.news_on.data or self.news_on.data < today):
            self._fault("news_on", "form.fault.news_on")

    @property
    def typed_last_day(self) -> date | None:
        """The day by which the step ends, as typed, where that is a day."""
        if self.new_kind.data not in ON_A_DAY:
            return None
        return self.new_until.data if self.new_kind.data == RANGE else self.new_on.data

    def when(self, zone: str) -> When:
        """The new date, with the parts that do not apply left out."""
        kind = self.new_kind.data
        news_at = None
        if kind == UNKNOWN and self.news_on.data:
            at = self.news_at.data or time(18, 0)
            news_at = schedule.instant(self.news_on.data, at, str(ZoneInfo(zone)))
        return When(
            starts_on=self.new_on.data if kind in ON_A_DAY else None,
            ends_on=self.new_until.data if kind == RANGE else None,
            is_estimate=kind == ABOUT,
            after_days=self.after_days.data if kind == AFTER else None,
            condition=(self.condition.data or None) if kind == AFTER else None,
            next_news_at=news_at,
        )

    def _written(self) -> list[str]:
        return [*super()._written(), *(["condition"] if self.new_kind.data == AFTER else [])]
