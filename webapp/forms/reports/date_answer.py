"""One agreed date on the half-minute form: whether it holds, and the whole explanation where it does not."""

from datetime import date

from wtforms import HiddenField, RadioField

from webapp.forms.core.fields import Day
from webapp.forms.dates.moved_date import MovedDate, labelled, one_of
from webapp.language import Lazy, t
from webapp.services.updates.answers import DateAnswer, Holds


class DateAnswerForm(MovedDate):
    """One agreed date: holds, not sure, no, or done. A "no" needs the whole explanation. Of a day that has passed
    nothing but "done" or "no" can be said, and neither is chosen beforehand."""

    milestone_id = HiddenField()
    holds = RadioField(
        Lazy("form.holds"), choices=labelled("form.holds_choice", [h.value for h in Holds]), default="holds"
    )
    done_on = Day(Lazy("form.done_on"))
    has_passed: bool = False

    def mark_passed(self) -> None:
        """The agreed day is over."""
        self.has_passed = True
        self.holds.choices = labelled("form.holds_choice", [Holds.DONE.value, Holds.NO.value])

    def check(self, today: date, language: str | None) -> None:
        """Put a message beside each part that is missing or cannot be."""
        if self.has_passed and self.holds.data not in (Holds.DONE.value, Holds.NO.value):
            self.holds.errors = [t("form.fault.date_passed")]
        if self.holds.data == Holds.DONE.value and self.done_on.data and self.done_on.data > today:
            self._fault("done_on", "form.fault.done_in_future")
        if self.holds.data == Holds.NO.value:
            self.check_explanation(language)
            self.check_new_date(today)

    def answer(self, zone: str, language: str | None) -> DateAnswer:
        """What was said, with the parts that do not apply left out."""
        holds = one_of(Holds, self.holds.data) or Holds.YES
        milestone_id = int(self.milestone_id.data or 0)
        if holds is Holds.DONE:
            return DateAnswer(milestone_id=milestone_id, holds=holds, done_on=self.done_on.data)
        if holds is not Holds.NO:
            return DateAnswer(milestone_id=milestone_id, holds=holds)
        if self.chosen_cause is None:
            return DateAnswer(milestone_id=milestone_id, holds=holds)
        return DateAnswer(milestone_id=milestone_id, holds=holds, to=self.when(zone), why=self.explanation(language))
