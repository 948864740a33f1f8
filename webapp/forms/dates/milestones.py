"""Forms about agreed dates: a step and its date, that it is done or falls away, its move, and one cause for many."""

from datetime import date
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField, RadioField, SelectField

from webapp.forms.core import translations
from webapp.forms.core.base import Form, OneOfSeveral
from webapp.forms.core.fields import LINE_MAXIMUM, AtMost, Between, Day, Needed, Number, Text
from webapp.forms.core.translations import Translations
from webapp.forms.dates.moved_date import ABOUT, DAY, ON_A_DAY, RANGE, Explanation, MovedDate, labelled
from webapp.forms.rhythm.in_writing import HearForm
from webapp.language import Lazy, t
from webapp.services.dates.ledger import When

SHIFT_MAXIMUM = 250


class StepForm(OneOfSeveral):
    """A form on a page with several, told apart by what their fields' names begin with."""

    def __init__(self, typed: Any = None, *, prefix: str = "", data: dict[str, Any] | None = None) -> None:
        self.prefix = prefix
        super().__init__(typed, prefix=prefix, data=data)


class FirstDateForm(StepForm):
    """The first date of a step: a day, a range, an estimate."""

    new_kind = RadioField(
        Lazy("agreed.first_kind"), choices=labelled("form.new_kind_choice", [DAY, RANGE, ABOUT]), default=DAY
    )
    new_on = Day(Lazy("form.new_on"), [Needed("form.fault.first_on")])
    new_until = Day(Lazy("form.new_until"))

    def fits(self, today: date) -> bool:
        """True where everything fits; otherwise messages stand beside the fields."""
        self.validate()
        if self.new_on.data and self.new_on.data < today:
            self.new_on.errors = [t("form.fault.new_on_past")]
        until = self.new_until.data
        if self.new_kind.data == RANGE and (not until or (self.new_on.data and until < self.new_on.data)):
            self.new_until.errors = [t("form.fault.new_until")]
        return not self.errors

    def when(self) -> When:
        is_range = self.new_kind.data == RANGE
        return When(
            starts_on=self.new_on.data,
            ends_on=self.new_until.data if is_range else None,
            is_estimate=self.new_kind.data == ABOUT,
        )


class NewStepForm(FirstDateForm):
    """A new step, named in the languages of the firm, with its first date."""

    labels = Translations(Lazy("work.step"), maximum=LINE_MAXIMUM)

    def fits(self, today: date) -> bool:
        super().fits(today)
        self.labels.data = {tag: " ".join(words.split()) for tag, words in self.labels.data.items()}
        if not self.labels.data:
            self.labels.errors = [t("milestone.needs_label")]
        return not self.errors


class DoneForm(StepForm):
    done_on = Day(Lazy("form.done_on"), [Needed()])


class DropForm(HearForm, StepForm):
    """Why a step falls away, in words for the client."""

    language = SelectField(Lazy("form.language"), validate_choice=False)
    why = Text(Lazy("agreed.drop_why"), [AtMost(1000)])


class CameForm(StepForm):
    """The day on which what a date waited for came, and the day that the date therefore becomes."""

    came_on = Day(Lazy("agreed.came_on"))
    on = Day(Lazy("agreed.becomes"), [Needed()])


class StageForm(StepForm):
    stage = SelectField(Lazy("agreed.stage"))


class LaterForm(Form):
    """A later step that would move along."""

    milestone_id = HiddenField()
    moves = BooleanField(Lazy("agreed.moves_too"))
    on = Day(Lazy("form.new_on"))


class MoveForm(MovedDate):
    """The move of one date. `based_on` is the entry of the ledger it was opened with; `offered_for` the new last day
    for which the later steps are offered, empty while they are not."""

    refused_at = "new_on"
    based_on = HiddenField()
    offered_for = HiddenField()
    language = SelectField(Lazy("form.language"), validate_choice=False)
    later = FieldList(FormField(LaterForm))

    def check(self, today: date, *, is_earlier: bool) -> bool:
        """True where everything fits; otherwise messages stand beside the fields. An earlier date needs no explanation,
        but what is said about it must be fit to be read."""
        self.validate()
        self.check_new_date(today)
        if is_earlier:
            translations.check(self, self.language.data, *self._written())
        else:
            self.check_explanation(self.language.data)
        for entry in self.later:
            row = entry.form
            if row.moves.data and not row.on.data and not row.on.errors:
                row.on.errors = [t("form.fault.row_on")]
            elif row.moves.data and row.on.data and row.on.data < today:
                row.on.errors = [t("form.fault.new_on_past")]
        return not _has_faults(self, self.later)

    @property
    def last_day(self) -> date | None:
        """The last day of the new date, where it has one."""
        kind = self.new_kind.data
        typed: date | None = self.new_until.data if kind == RANGE else self.new_on.data
        return typed if kind in ON_A_DAY else None


class OneOfManyForm(Form):
    """One step that one cause may move."""

    milestone_id = HiddenField()
    moves = BooleanField(Lazy("agreed.moves"))
    on = Day(Lazy("form.new_on"))


class DelaysForm(Explanation):
    """One cause that moves many dates: said once, each with its own new date."""

    language = SelectField(Lazy("form.language"), validate_choice=False)
    days = Number(Lazy("delays.days"), [Between(1, SHIFT_MAXIMUM)])
    rows = FieldList(FormField(OneOfManyForm))

    @property
    def chosen(self) -> list[Any]:
        return [entry.form for entry in self.rows if entry.form.moves.data]

    def check(self, today: date) -> bool:
        """True where everything fits; otherwise messages stand beside the fields."""
        self.validate()
        self.check_explanation(self.language.data)
        if not self.chosen:
            self._fault("days", "delay.nothing_chosen")
        for row in self.chosen:
            if row.on.data and row.on.data < today:
                row.on.errors = [t("form.fault.new_on_past")]
            elif not row.on.data and not self.days.data and not row.on.errors:
                row.on.errors = [t("form.fault.row_or_days")]
        return not _has_faults(self, self.rows)


def _has_faults(form: Form, nested: "FieldList[Any]") -> bool:
    """Whether anything is wrong. Says so of the rows, so that the summary at the top of the page finds them."""
    nested.errors = [entry.form.errors for entry in nested if entry.form.errors]
    return bool(form.errors)
