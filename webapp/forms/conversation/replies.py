"""What a client writes on their page, and our answer to it."""

from enum import StrEnum

from wtforms import RadioField

from webapp.forms.core.base import Form
from webapp.forms.core.fields import TEXT_MAXIMUM, AtMost, Needed, Text


class How(StrEnum):
    """How a client got their answer."""

    MAIL = "mail"
    PHONE = "phone"


class ReplyForm(Form):
    """What a client writes."""

    text = Text("", [Needed("client.fault.empty"), AtMost(TEXT_MAXIMUM)])


class AnswerForm(Form):
    """Our answer: words that go out by mail, or that it was given by phone, which needs none."""

    refused_at = "text"
    text = Text("", [AtMost(TEXT_MAXIMUM)])
    how = RadioField("", choices=list(How), default=How.MAIL.value, validate_choice=False)

    @property
    def chosen(self) -> How:
        """By mail unless it says by phone."""
        return How.PHONE if self.how.data == How.PHONE.value else How.MAIL

    def check(self) -> bool:
        """True where it fits; otherwise a message stands at the text."""
        if self.chosen is How.MAIL:
            self.text.validators = [Needed(), *self.text.validators]
        return self.validate()
