"""The one question before a change that would make clients wait beyond an hour they have in writing."""

import re

from wtforms import Field, RadioField

from webapp.forms.core.base import Form
from webapp.language import Lazy
from webapp.services.promised.redating import Answer

KEEP, TELL = "keep", "tell"
ROW = re.compile(r"[0-9]{1,9}")


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


class Numbers(Field):
    """The numbers of ticked rows; what is none is not there."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [int(text) for text in valuelist if ROW.fullmatch(text)]


class InWritingForm(Form):
    """Their hour stands and somebody writes; or they are told now when the news comes instead."""

    in_writing = RadioField(
        Lazy("in_writing.question"),
        choices={KEEP: Lazy("in_writing.keep"), TELL: Lazy("in_writing.tell")},
        default=KEEP,
        validate_choice=False,
    )
    otherwise = Numbers("", name="except")

    def answer(self) -> Answer:
        """Whether clients are told now, which takes a plain word, and the works for which it is the other way round."""
        return Answer(tells=self.in_writing.data == TELL, exceptions=frozenset(self.otherwise.data or ()))

    @property
    def tells(self) -> bool:
        """The same of one work."""
        return self.answer().tells
