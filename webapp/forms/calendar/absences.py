"""Days away, and who stands in."""

from wtforms import SelectField, ValidationError

from webapp.forms.core.base import Form
from webapp.forms.core.fields import Day
from webapp.language import Lazy


class AwayForm(Form):
    """Who stands in for somebody, and days away."""

    refused_at = "stand_in"
    stand_in = SelectField(Lazy("absence.stand_in"), validate_choice=False)
    starts_on = Day(Lazy("absence.starts_on"))
    ends_on = Day(Lazy("absence.ends_on"))

    def validate_ends_on(self, field: Day) -> None:
        """Days away have a first and a last one; who only names a stand-in gives neither."""
        if self.starts_on.data and not field.data and not field.errors:
            raise ValidationError(Lazy("form.fault.needed"))

    def validate_starts_on(self, field: Day) -> None:
        if self.ends_on.data and not field.data and not field.errors:
            raise ValidationError(Lazy("form.fault.needed"))
