"""The half-minute form. What it says, once valid, becomes `services.answers.Answers`."""

from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from wtforms import FieldList, Form, FormField, HiddenField, RadioField, SelectField

from webapp.forms.fields import LINE_MAXIMUM, TEXT_MAXIMUM, AtMost, Clock, Day, Line, Number, Text
from webapp.language import Lazy, t
from webapp.models import AskState, Cause
from webapp.services import schedule
from webapp.services.answers import (
    Answers,
    AskAnswer,
    DateAnswer,
    Doer,
    Holds,
    LastStep,
    NewAsk,
    NextStep,
    Waiting,
)

NEWS, NOTHING = "news", "nothing"
DAY, RANGE, AFTER, UNKNOWN = "day", "range", "after", "unknown"
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


class DateAnswerForm(Form):
    """One agreed date: holds, not sure, no, or done. A "no" needs the whole explanation."""

    milestone_id = HiddenField()
    holds = RadioField(
        Lazy("form.holds"), choices=labelled("form.holds_choice", [h.value for h in Holds]), default="holds"
    )
    done_on = Day(Lazy("form.done_on"))
    cause = RadioField(
        Lazy("form.cause"),
        choices=labelled("form.cause_choice", [c.value for c in Cause]),
        validate_choice=False,
    )
    other_name = Line(Lazy("form.other_name"), [AtMost(LINE_MAXIMUM)])
    reason = SelectField(Lazy("form.reason"), validate_choice=False)
    why = Text(Lazy("form.why"), [AtMost(1000)])
    what_we_do = Text(Lazy("form.what_we_do"), [AtMost(1000)])
    new_kind = RadioField(
        Lazy("form.new_kind"),
        choices=labelled("form.new_kind_choice", [DAY, RANGE, AFTER, UNKNOWN]),
        default=DAY,
        validate_choice=False,
    )
    new_on = Day(Lazy("form.new_on"))
    new_until = Day(Lazy("form.new_until"))
    after_days = Number(Lazy("form.after_days"))
    condition = Line(Lazy("form.condition"), [AtMost(LINE_MAXIMUM)])
    news_on = Day(Lazy("form.news_on"))
    news_at = Clock(Lazy("form.news_at"))

    def check(self, today: date) -> None:
        """Put a message beside each part of the explanation that is missing or cannot be."""
        if self.holds.data == Holds.DONE.value and self.done_on.data and self.done_on.data > today:
            self._fault("done_on", "form.fault.done_in_future")
        if self.holds.data != Holds.NO.value:
            return
        if self.cause.data not in {cause.value for cause in Cause}:
            self._fault("cause", "form.fault.cause")
        if not self._reason() and not self.why.data:
            self._fault("why", "form.fault.why")
        if not self.what_we_do.data:
            self._fault("what_we_do", "form.fault.what_we_do")
        self._check_new_date(today)

    def _check_new_date(self, today: date) -> None:
        kind = self.new_kind.data
        if kind in (DAY, RANGE) and not self.new_on.data and not self.new_on.errors:
            self._fault("new_on", "form.fault.new_on")
        elif kind in (DAY, RANGE) and self.new_on.data and self.new_on.data < today:
            self._fault("new_on", "form.fault.new_on_past")
        if kind == RANGE and (not self.new_until.data or (self.new_on.data and self.new_until.data < self.new_on.data)):
            self._fault("new_until", "form.fault.new_until")
        if kind == AFTER and not (self.after_days.data and 0 < self.after_days.data <= AFTER_DAYS_MAXIMUM):
            self._fault("after_days", "form.fault.after_days")
        if kind == AFTER and not self.condition.data:
            self._fault("condition", "form.fault.condition")
        if kind == UNKNOWN and (not self.news_on.data or self.news_on.data < today):
            self._fault("news_on", "form.fault.news_on")

    def _reason(self) -> str | None:
        """The reason that was picked, if it is one of the service's."""
        return self.reason.data if self.reason.data and self.reason.data in offered(self.reason) else None

    def _fault(self, name: str, key: str) -> None:
        field = self[name]
        field.errors = [*field.errors, t(key)]

    def answer(self, zone: str) -> DateAnswer:
        """What was said, with the parts that do not apply left out."""
        holds = one_of(Holds, self.holds.data) or Holds.YES
        milestone_id = int(self.milestone_id.data or 0)
        if holds is Holds.DONE:
            return DateAnswer(milestone_id=milestone_id, holds=holds, done_on=self.done_on.data)
        if holds is not Holds.NO:
            return DateAnswer(milestone_id=milestone_id, holds=holds)
        kind = self.new_kind.data
        news_at = None
        if kind == UNKNOWN and self.news_on.data:
            at = self.news_at.data or time(18, 0)
            news_at = schedule.instant(self.news_on.data, at, str(ZoneInfo(zone)))
        return DateAnswer(
            milestone_id=milestone_id,
            holds=holds,
            cause=one_of(Cause, self.cause.data),
            reason_key=self._reason(),
            why=self.why.data or "",
            what_we_do=self.what_we_do.data or "",
            other_name=(self.other_name.data or None) if self.cause.data == Cause.OTHER.value else None,
            new_on=self.new_on.data if kind in (DAY, RANGE) else None,
            new_until=self.new_until.data if kind == RANGE else None,
            after_days=self.after_days.data if kind == AFTER else None,
            condition=(self.condition.data or None) if kind == AFTER else None,
            next_news_at=news_at,
        )


class AskAnswerForm(Form):
    """How something we asked for stands."""

    ask_id = HiddenField()
    state = RadioField(
        Lazy("form.ask_state"),
        choices=labelled("form.ask_state_choice", [AskState.OPEN, AskState.RECEIVED, AskState.WITHDRAWN]),
        default=AskState.OPEN.value,
    )


class CheckpointForm(Form):
    """The whole form. `based_on` is the revision it was opened with."""

    told_step: str | None = None
    """The next step that the last news named: once it is done it is not the next step any more."""

    based_on = HiddenField(default="0")
    kind = RadioField(Lazy("form.kind"), choices=labelled("form.kind_choice", [NEWS, NOTHING]), default=NEWS)
    last_step = RadioField(
        Lazy("form.last_step"),
        choices=labelled("form.last_step_choice", [value.value for value in LastStep]),
        validate_choice=False,
    )
    done = Text(Lazy("form.done"), [AtMost(TEXT_MAXIMUM)])
    step_text = Text(Lazy("form.step_text"), [AtMost(1000)])
    step_who = RadioField(
        Lazy("form.step_who"),
        choices=labelled("form.doer_choice", [value.value for value in Doer]),
        default=Doer.US.value,
    )
    step_name = Line(Lazy("form.step_name"), [AtMost(LINE_MAXIMUM)])
    step_by = Day(Lazy("form.step_by"))
    dates = FieldList(FormField(DateAnswerForm))
    asks = FieldList(FormField(AskAnswerForm))
    ask_text = Text(Lazy("form.ask_text"), [AtMost(1000)])
    ask_contact = SelectField(Lazy("form.ask_contact"), validate_choice=False)
    ask_due = Day(Lazy("form.ask_due"))
    waiting_who = RadioField(
        Lazy("form.waiting_who"),
        choices=labelled("form.doer_choice", [value.value for value in Doer]),
        default=Doer.US.value,
        validate_choice=False,
    )
    waiting_name = Line(Lazy("form.step_name"), [AtMost(LINE_MAXIMUM)])
    waiting_since = Day(Lazy("form.waiting_since"))
    plan_stands = RadioField(
        Lazy("form.plan_stands"), choices=labelled("form.yes_no", ["yes", "no"]), default="yes", validate_choice=False
    )
    sentence = Text(Lazy("form.sentence"), [AtMost(1000)])
    note = Text(Lazy("form.note"), [AtMost(TEXT_MAXIMUM)])

    @property
    def is_nothing_new(self) -> bool:
        return bool(self.kind.data == NOTHING)

    def check(self, *, today: date, needs_sentence: bool) -> bool:
        """True where everything fits; otherwise messages stand beside the fields and nothing typed is lost."""
        self.validate()
        for entry in self.dates:
            entry.form.check(today)
        if self.is_nothing_new:
            self._check_nothing_new(today, needs_sentence)
        elif not self.done.data and not self.step_text.data and not self._dates_say_something():
            self._fault("done", "form.fault.says_nothing")
        if self.step_who.data == Doer.OTHER.value and self.step_text.data and not self.step_name.data:
            self._fault("step_name", "form.fault.step_name")
        return not self._has_faults()

    def answers(self, *, zone: str, language: str) -> Answers:
        """The answers of a form that was checked, or, for a preview, as far as they go."""
        common: dict[str, Any] = {
            "language": language,
            "dates": tuple(entry.form.answer(zone) for entry in self.dates),
            "asks": tuple(
                AskAnswer(
                    ask_id=int(entry.form.ask_id.data or 0),
                    state=one_of(AskState, entry.form.state.data) or AskState.OPEN,
                )
                for entry in self.asks
            ),
        }
        if self.is_nothing_new:
            who = one_of(Doer, self.waiting_who.data) or Doer.US
            return Answers(
                **common,
                waiting=Waiting(
                    who=who,
                    name=(self.waiting_name.data or None) if who is Doer.OTHER else None,
                    since=self.waiting_since.data,
                    plan_stands=self.plan_stands.data != "no",
                ),
                sentence=self.sentence.data or "",
            )
        return Answers(
            **common,
            done=self.done.data or "",
            last_step=one_of(LastStep, self.last_step.data),
            step=self._step(),
            new_ask=self._new_ask(),
        )

    def _step(self) -> NextStep | None:
        is_done = self.last_step.data == LastStep.YES.value and self.step_text.data == self.told_step
        if not self.step_text.data or is_done:
            return None
        who = one_of(Doer, self.step_who.data) or Doer.US
        name = (self.step_name.data or None) if who is Doer.OTHER else None
        return NextStep(text=self.step_text.data, who=who, name=name, by=self.step_by.data)

    def _new_ask(self) -> NewAsk | None:
        if not self.ask_text.data:
            return None
        chosen = self.ask_contact.data
        contact = int(chosen) if chosen and chosen in offered(self.ask_contact) else None
        return NewAsk(text=self.ask_text.data, contact_id=contact, due_on=self.ask_due.data)

    def _check_nothing_new(self, today: date, needs_sentence: bool) -> None:
        if self.waiting_who.data not in {value.value for value in Doer}:
            self._fault("waiting_who", "form.fault.waiting_who")
        if not self.waiting_since.data and not self.waiting_since.errors:
            self._fault("waiting_since", "form.fault.waiting_since")
        elif self.waiting_since.data and self.waiting_since.data > today:
            self._fault("waiting_since", "form.fault.waiting_in_future")
        if needs_sentence and not self.sentence.data:
            self._fault("sentence", "form.fault.third_nothing_new")

    def _dates_say_something(self) -> bool:
        return any(entry.form.holds.data in (Holds.NO.value, Holds.DONE.value) for entry in self.dates)

    def _fault(self, name: str, key: str) -> None:
        field = self[name]
        field.errors = [*field.errors, t(key)]

    def _has_faults(self) -> bool:
        plain = any(field.errors for name, field in self._fields.items() if name not in ("dates", "asks"))
        for rows in (self.dates, self.asks):
            # So that the summary at the top of the page finds what stands beside nested fields.
            rows.errors = [entry.form.errors for entry in rows if entry.form.errors]
        return plain or bool(self.dates.errors or self.asks.errors)
