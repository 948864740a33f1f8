"""The one question before a change that would make clients wait beyond an hour they have in writing."""

from wtforms import RadioField

from webapp.forms.core.base import Form
from webapp.language import Lazy

KEEP, TELL = "keep", "tell"


class HearForm(Form):
    """When clients hear of an act that makes their word untrue: by the update that is to come, or now."""

    hear = RadioField(
        Lazy("given_word.hear"),
        choices={KEEP: Lazy("given_word.hear_next"), TELL: Lazy("given_word.hear_now")},
        default=KEEP,
        validate_choice=False,
    )

    @property
    def tells_now(self) -> bool:
        """Only on a plain word."""
        return bool(self.hear.data == TELL)


class InWritingForm(Form):
    """Their hour stands and somebody writes; or they are told now when the news comes instead."""

    in_writing = RadioField(
        Lazy("in_writing.question"),
        choices={KEEP: Lazy("in_writing.keep"), TELL: Lazy("in_writing.tell")},
        default=KEEP,
        validate_choice=False,
    )

    @property
    def tells(self) -> bool:
        """Whether clients are told now; only on a plain word."""
        return bool(self.in_writing.data == TELL)
