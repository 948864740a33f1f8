"""Forms about a kind of work."""

from wtforms import BooleanField, FieldList, FormField, RadioField

from webapp.forms.core.base import Form
from webapp.forms.core.fields import (
    LINE_MAXIMUM,
    AtMost,
    Between,
    Line,
    Number,
)
from webapp.forms.rhythm.cadences import RhythmForm
from webapp.language import Lazy

OFFSET_MAXIMUM = 750


USUAL_MAXIMUM = 250


class LabelForm(Form):
    """One label of a playbook, in the firm's languages: `text_<tag>` for each."""

    offset_days = Number(Lazy("playbook.offset"), [Between(0, OFFSET_MAXIMUM)])
    usual_days = Number(Lazy("playbook.usual_days"), [Between(1, USUAL_MAXIMUM)])
    part = RadioField(
        Lazy("playbook.part"),
        choices={part: Lazy(f"playbook.part_choice.{part}") for part in ("done", "next", "why", "action")},
        default="done",
        validate_choice=False,
    )
    texts = FieldList(Line("", [AtMost(LINE_MAXIMUM)]))

    def labels(self, tags: list[str]) -> dict[str, str]:
        """What was typed, by language; empty ones are left out."""
        return {tag: entry.data for tag, entry in zip(tags, self.texts, strict=False) if entry.data}


class PlaybookForm(Form):
    """A kind of work: name, stages, usual milestones, delay reasons and ready sentences per language, and rhythm."""

    names = FormField(LabelForm)
    stages = FieldList(FormField(LabelForm))
    milestones = FieldList(FormField(LabelForm))
    reasons = FieldList(FormField(LabelForm))
    sentences = FieldList(FormField(LabelForm))
    rhythm = FormField(RhythmForm)
    managers_read_first = BooleanField(Lazy("playbook.managers_read_first"))
    stale_days = Number(Lazy("playbook.stale_days"), [Between(1, USUAL_MAXIMUM)])
