"""The half-minute form. What it says, once valid, becomes `updates.answers.Answers`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField, RadioField, SelectField

from emails.cleaning import has_words
from emails.pieces import DOERS, Waiting, Who
from webapp.forms.core import translations
from webapp.forms.core.base import Form
from webapp.forms.core.fields import LINE_MAXIMUM, TEXT_MAXIMUM, AtMost, Day, Line, Text
from webapp.forms.core.translations import Translations
from webapp.forms.dates.moved_date import labelled, offered, one_of
from webapp.forms.reports.date_answer import DateAnswerForm
from webapp.language import Lazy, lang, t
from webapp.models import AskState, Labels
from webapp.services.updates.answers import Answers, AskAnswer, Holds, LastStep, NewAsk, NextStep

NEWS, NOTHING = "news", "nothing"


@dataclass(frozen=True)
class DatedStep:
    """An agreed step by its label, with its last day, where it has one."""

    label: str
    last_day: date | None


@dataclass(frozen=True)
class _LastDay:
    """The last day of a step, as agreed and as typed."""

    label: str
    was: date | None
    typed: date | None
    moves: bool

    @classmethod
    def of(cls, step: DatedStep, form: DateAnswerForm) -> "_LastDay":
        if form.holds.data == Holds.NO.value:
            return cls(step.label, step.last_day, form.typed_last_day, moves=True)
        is_done = form.holds.data == Holds.DONE.value
        return cls(step.label, None if is_done else step.last_day, None if is_done else step.last_day, moves=False)

    def crosses(self, later: "_LastDay") -> bool:
        """Whether what came first comes last now, because one of the two moves."""
        if self.was is None or later.was is None or self.typed is None or later.typed is None:
            return False
        return (self.moves or later.moves) and self.was <= later.was and self.typed > later.typed


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

    told_step: NextStep | None = None
    """The next step that the last news named: once it is done it is not the next step any more."""

    steps: Sequence[DatedStep] = ()
    """The steps of `dates`, in their order, as they are agreed now."""
    is_order_asked: bool = False

    based_on = HiddenField(default="0")
    is_order_right = BooleanField(Lazy("form.order_right"))
    language = SelectField(Lazy("form.language"), validate_choice=False)
    kind = RadioField(Lazy("form.kind"), choices=labelled("form.kind_choice", [NEWS, NOTHING]), default=NEWS)
    last_step = RadioField(
        Lazy("form.last_step"),
        choices=labelled("form.last_step_choice", [value.value for value in LastStep]),
        validate_choice=False,
    )
    done = Text(Lazy("form.done"), [AtMost(TEXT_MAXIMUM)])
    done_in = Translations(Lazy("form.done"), maximum=TEXT_MAXIMUM)
    step_text = Text(Lazy("form.step_text"), [AtMost(1000)])
    step_text_in = Translations(Lazy("form.step_text"), maximum=1000)
    step_who = RadioField(
        Lazy("form.step_who"),
        choices=labelled("form.doer_choice", [value.value for value in DOERS]),
        default=Who.US.value,
    )
    step_name = Line(Lazy("form.step_name"), [AtMost(LINE_MAXIMUM)])
    step_by = Day(Lazy("form.step_by"))
    dates = FieldList(FormField(DateAnswerForm))
    asks = FieldList(FormField(AskAnswerForm))
    ask_text = Text(Lazy("form.ask_text"), [AtMost(1000)])
    ask_text_in = Translations(Lazy("form.ask_text"), maximum=1000)
    ask_contact = SelectField(Lazy("form.ask_contact"), validate_choice=False)
    ask_due = Day(Lazy("form.ask_due"))
    waiting_who = RadioField(
        Lazy("form.waiting_who"),
        choices=labelled("form.doer_choice", [value.value for value in DOERS]),
        default=Who.US.value,
        validate_choice=False,
    )
    waiting_name = Line(Lazy("form.step_name"), [AtMost(LINE_MAXIMUM)])
    waiting_since = Day(Lazy("form.waiting_since"))
    plan_stands = RadioField(
        Lazy("form.plan_stands"), choices=labelled("form.yes_no", ["yes", "no"]), default="yes", validate_choice=False
    )
    sentence = Text(Lazy("form.sentence"), [AtMost(1000)])
    sentence_in = Translations(Lazy("form.sentence"), maximum=1000)
    note = Text(Lazy("form.note"), [AtMost(TEXT_MAXIMUM)])

    @property
    def is_nothing_new(self) -> bool:
        return bool(self.kind.data == NOTHING)

    def check(self, *, today: date) -> bool:
        """True where everything fits; otherwise messages stand beside the fields and nothing typed is lost."""
        self.validate()
        self.forget_old_words()
        for entry in self.dates:
            entry.form.check(today, self.language.data)
        written = ("sentence", "ask_text") if self.is_nothing_new else ("done", "step_text", "ask_text")
        translations.check(self, self.language.data, *written)
        if self.is_nothing_new:
            self._check_nothing_new(today)
        else:
            self._check_news()
            self._check_is_ahead("step_by", today if self._step() else None)
        self._check_is_ahead("ask_due", today if self.ask_text.data else None)
        if not self._has_faults() and not self.is_order_right.data:
            self._ask_about_order()
        if self.step_who.data == Who.OTHER.value and self.step_text.data and not self.step_name.data:
            self._fault("step_name", "form.fault.step_name")
        return not self._has_faults()

    def forget_old_words(self) -> None:
        """What stands in the further boxes of a step that another one took the place of is not about the new one."""
        told = self.told_step
        if told is not None and self.step_text.data != told.text:
            old = told.in_others("text")
            self.step_text_in.data = {
                tag: words for tag, words in self.step_text_in.data.items() if words != old.get(tag)
            }

    def answers(self, *, zone: str) -> Answers:
        """The answers of a form that was checked, or, for a preview, as far as they go."""
        self.forget_old_words()
        language = self.language.data or None
        common: dict[str, Any] = {
            "language": language,
            "dates": tuple(entry.form.answer(zone, language) for entry in self.dates),
            "asks": tuple(
                AskAnswer(
                    ask_id=int(entry.form.ask_id.data or 0),
                    state=one_of(AskState, entry.form.state.data) or AskState.OPEN,
                )
                for entry in self.asks
            ),
            "new_ask": self._new_ask(),
        }
        if self.is_nothing_new:
            who = one_of(Who, self.waiting_who.data) or Who.US
            return Answers(
                **common,
                waiting=Waiting(
                    who=who,
                    name=(self.waiting_name.data or None) if who is Who.OTHER else None,
                    since=self.waiting_since.data,
                    plan_stands=self.plan_stands.data != "no",
                ),
                sentence=self.sentence.data or "",
                translations=self._given(sentence="sentence"),
            )
        return Answers(
            **common,
            done=self.done.data or "",
            translations=self._given(done="done"),
            last_step=one_of(LastStep, self.last_step.data),
            step=self._step(),
        )

    @staticmethod
    def fields_of(own: Answers | None, last: Answers | None) -> dict[str, Any]:
        """What stands in the form, the other way round: all that was filed before it is changed (`own`), else of the
        `last` news its next step only, never last week's words."""
        data: dict[str, Any] = {}
        source = own or last
        if source and source.step:
            step = source.step
            data |= {"step_text": step.text, "step_who": step.who.value, "step_name": step.name, "step_by": step.by}
            data["step_text_in"] = step.in_others("text")
        if own is None:
            return data
        data |= {
            "done": own.done,
            "done_in": own.in_others("done"),
            "last_step": own.last_step.value if own.last_step else None,
            "sentence": own.sentence,
            "sentence_in": own.in_others("sentence"),
        }
        if own.waiting:
            data |= {
                "kind": NOTHING,
                "waiting_who": own.waiting.who.value,
                "waiting_name": own.waiting.name,
                "waiting_since": own.waiting.since,
                "plan_stands": "yes" if own.waiting.plan_stands else "no",
            }
        if own.new_ask:
            ask = own.new_ask
            data |= {"ask_text": ask.text, "ask_contact": str(ask.contact_id or ""), "ask_due": ask.due_on}
            data["ask_text_in"] = ask.in_others("text")
        return data

    def _step(self) -> NextStep | None:
        told = self.told_step.text if self.told_step else None
        is_done = self.last_step.data == LastStep.YES.value and self.step_text.data == told
        if not self.step_text.data or is_done:
            return None
        who = one_of(Who, self.step_who.data) or Who.US
        name = (self.step_name.data or None) if who is Who.OTHER else None
        return NextStep(
            text=self.step_text.data,
            who=who,
            name=name,
            by=self.step_by.data,
            translations=self._given(text="step_text"),
        )

    def _new_ask(self) -> NewAsk | None:
        if not self.ask_text.data:
            return None
        chosen = self.ask_contact.data
        contact = int(chosen) if chosen and chosen in offered(self.ask_contact) else None
        return NewAsk(
            text=self.ask_text.data,
            contact_id=contact,
            due_on=self.ask_due.data,
            translations=self._given(text="ask_text"),
        )

    def _given(self, **parts: str) -> dict[str, Labels]:
        return translations.given(self, self.language.data, **parts)

    def _check_nothing_new(self, today: date) -> None:
        if self.waiting_who.data not in {value.value for value in DOERS}:
            self._fault("waiting_who", "form.fault.waiting_who")
        if not self.waiting_since.data and not self.waiting_since.errors:
            self._fault("waiting_since", "form.fault.waiting_since")
        elif self.waiting_since.data and self.waiting_since.data > today:
            self._fault("waiting_since", "form.fault.waiting_in_future")

    def _check_news(self) -> None:
        """News was said by a person: how the announced step went, and what got done or changed. What stands in the form
        beforehand is not news, whoever presses the button."""
        if self.told_step is not None and not one_of(LastStep, self.last_step.data):
            self._fault("last_step", "form.fault.last_step")
        if not self._says_something():
            self._fault("done", "form.fault.says_nothing")

    def _check_is_ahead(self, name: str, today: date | None) -> None:
        """What is announced or asked for by a day is not to be done by one that has passed."""
        day = self[name].data
        if today is not None and day is not None and day < today:
            self._fault(name, "form.fault.new_on_past")

    def _ask_about_order(self) -> None:
        """Steps that stood in an order and, as typed, stand the other way round: is that meant? Asked beside each."""
        days = [_LastDay.of(step, entry.form) for step, entry in zip(self.steps, self.dates, strict=False)]
        for place, earlier in enumerate(days):
            for later in days[place + 1 :]:
                if earlier.crosses(later) and later.typed is not None:
                    self.is_order_asked = True
                    self._ask_order(place, later, "form.fault.order") if earlier.moves else self._ask_order(
                        days.index(later), earlier, "form.fault.order_before"
                    )
                    break

    def _ask_order(self, place: int, other: "_LastDay", key: str) -> None:
        field = self.dates[place].form.new_on
        if other.typed is not None:
            field.errors = [*field.errors, t(key, label=other.label, day=lang().day(other.typed))]

    def _says_something(self) -> bool:
        step, told = self._step(), self.told_step
        is_step_new = step is not None and (
            told is None or (step.text, step.who, step.name, step.by) != (told.text, told.who, told.name, told.by)
        )
        is_said = has_words(self.done.data) or has_words(self.ask_text.data) or is_step_new
        is_date_answered = any(
            entry.form.holds.data in (Holds.NO.value, Holds.DONE.value, Holds.NOT_SURE.value) for entry in self.dates
        )
        is_ask_settled = any(entry.form.state.data != AskState.OPEN.value for entry in self.asks)
        return is_said or is_date_answered or is_ask_settled or self.last_step.data == LastStep.YES.value

    def _fault(self, name: str, key: str) -> None:
        field = self[name]
        field.errors = [*field.errors, t(key)]

    def _has_faults(self) -> bool:
        plain = any(field.errors for name, field in self._fields.items() if name not in ("dates", "asks"))
        for rows in (self.dates, self.asks):
            # So that the summary at the top of the page finds what stands beside nested fields.
            rows.errors = [entry.form.errors for entry in rows if entry.form.errors]
        return plain or bool(self.dates.errors or self.asks.errors)
