"""The further boxes beside a free text: the same words in the languages that others of its readers read."""

import re
from collections.abc import Iterator
from typing import Any

from wtforms import Field, FieldList, Form, HiddenField, StringField, ValidationError
from wtforms.form import BaseForm
from wtforms.utils import unset_value

from emails.cleaning import clean_text
from emails.languages import LANGUAGES
from webapp.language import Lazy, t
from webapp.models import Labels

BLANK = re.compile(r"\{(?:name|date)\}")
"""What a ready sentence leaves open."""


class Translations(Field):
    """One box a language, named `why_in-az`. The data is {language: words}; an empty box gives nothing."""

    data: Labels

    def __init__(self, label: str, *, maximum: int, **rest: Any) -> None:
        super().__init__(label, **rest)
        self.maximum = maximum

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.data = dict(self.data or {})
        if formdata is not None:
            typed = {tag: clean_text(str(formdata.get(self.box(tag), ""))) for tag in LANGUAGES}
            self.data = {tag: words for tag, words in typed.items() if words}

    def box(self, tag: str) -> str:
        """The name of the box of one language."""
        return f"{self.name}-{tag}"

    def pre_validate(self, _form: BaseForm) -> None:
        for words in self.data.values():
            if len(words) > self.maximum:
                raise ValidationError(Lazy("form.fault.too_long", length=self.maximum, now=len(words)))


def words_in(form: BaseForm) -> Iterator[tuple[str, str | None]]:
    """All free words that were typed into a form and the forms in it, in order, with the language of a further box."""
    for field in form:
        if isinstance(field, FieldList):
            for entry in field:
                yield from words_in(entry.form)
        elif isinstance(field, Translations):
            yield from ((words, tag) for tag, words in field.data.items())
        elif isinstance(field, StringField) and not isinstance(field, HiddenField) and field.data:
            yield field.data, None


def given(form: Form, language: str | None, **parts: str) -> dict[str, Labels]:
    """What was given in other languages than the one that was written in, by the name of the part: `parts` says which
    box has a part's words; the further boxes have its name and `_in`. Of what was not written nothing is given."""
    found = {}
    for part, name in parts.items():
        others = {tag: words for tag, words in form[f"{name}_in"].data.items() if tag != language}
        if others and form[name].data:
            found[part] = others
    return found


def check(form: Form, language: str | None, *names: str) -> None:
    """Nobody reads a sentence with a blank in it, and what one reader is told the others are told too."""
    for name in names:
        written, others = form[name], {tag: words for tag, words in form[f"{name}_in"].data.items() if tag != language}
        if others and not written.data:
            written.errors = [*written.errors, t("form.fault.only_further")]
        if left := BLANK.search(written.data or ""):
            written.errors = [*written.errors, t("form.fault.blank", blank=left[0])]
        elif left := next((blank for words in others.values() if (blank := BLANK.search(words))), None):
            form[f"{name}_in"].errors = [*form[f"{name}_in"].errors, t("form.fault.blank", blank=left[0])]
