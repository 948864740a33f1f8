"""Forms about one piece of work."""

from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField

from webapp.forms.core.base import Form
from webapp.forms.core.fields import (
    LINE_MAXIMUM,
    TEXT_MAXIMUM,
    Address,
    AtMost,
    Day,
    EmailField,
    Line,
    Needed,
    Phone,
    TelField,
    Text,
    zones,
)
from webapp.forms.core.translations import Translations
from webapp.forms.rhythm.cadences import RhythmForm
from webapp.forms.rhythm.in_writing import HearForm
from webapp.language import Lazy


class StepForm(Form):
    """An agreed step: what, and by when it was promised at the sale."""

    key = HiddenField()
    label = Line(Lazy("work.step"), [AtMost(LINE_MAXIMUM)])
    on = Day(Lazy("work.step_on"))


class EngagementForm(Form):
    """A new engagement on one page. Client and contact are chosen, or typed anew."""

    refused_at = "reference"
    reference = Line(Lazy("work.reference"), [Needed(), AtMost(40)])
    title = Line(Lazy("work.title"), [Needed(), AtMost(LINE_MAXIMUM)])
    owner = SelectField(Lazy("work.owner"))
    contact = SelectField(Lazy("work.contact"))
    client_name = Line(Lazy("work.client_name"), [AtMost(LINE_MAXIMUM)])
    contact_name = Line(Lazy("work.contact_name"), [AtMost(LINE_MAXIMUM)])
    greeting = Line(Lazy("people.greeting"), [AtMost(LINE_MAXIMUM)])
    address = EmailField(Lazy("people.address"), [Address()])
    phone = TelField(Lazy("people.phone"), [Phone()])
    language = SelectField(Lazy("people.language"))
    zone = SelectField(Lazy("people.zone"), choices=zones)
    steps = FieldList(FormField(StepForm))
    facts = Text(Lazy("work.facts"), [AtMost(TEXT_MAXIMUM)])
    rhythm = FormField(RhythmForm)
    is_live = BooleanField(Lazy("work.is_live"))

    @property
    def is_new_client(self) -> bool:
        return not self.contact.data


class OwnerForm(HearForm):
    """A change of owner: the next person must know something."""

    refused_at = "owner"
    owner = SelectField(Lazy("work.new_owner"), [Needed()])
    brief = Text(Lazy("work.brief"), [Needed(), AtMost(TEXT_MAXIMUM)])
    introduction = Text(Lazy("work.introduction"), [AtMost(1000)])


class WordsForm(Form):
    """A few words that go into the last mail, or the notice that the work rests."""

    words = Text(Lazy("work.closing_words"), [AtMost(1000)])


class RestForm(WordsForm):
    """Why the work rests, and at whose wish: clients read it."""

    words = Text(Lazy("work.closing_words"), [Needed("work.rest_why"), AtMost(1000)])


class NoNewsForm(Form):
    why = Text(Lazy("work.no_news_why"), [AtMost(1000)])


class CorrectionForm(Form):
    """What we wrote, to be put right."""

    refused_at = "done"
    language = SelectField(Lazy("form.language"), validate_choice=False)
    done = Text(Lazy("form.done"), [AtMost(TEXT_MAXIMUM)])
    done_in = Translations(Lazy("form.done"), maximum=TEXT_MAXIMUM)
    step = Text(Lazy("form.step_text"), [AtMost(1000)])
    step_in = Translations(Lazy("form.step_text"), maximum=1000)
    dates = FieldList(FormField(StepForm))
