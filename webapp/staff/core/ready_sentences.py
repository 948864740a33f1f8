"""Ready sentences as the checkpoint form offers them: picked once, they fill the box of every language."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date

from emails.languages import Direction, language
from webapp.forms.core.translations import BLANK
from webapp.language import firm, lang, t
from webapp.models import Contact, Labels
from webapp.staff.core import languages

A_MONDAY = date(2026, 1, 5)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One ready sentence: `shown` on its button, `words` in the languages it can be put in."""

    shown: str
    direction: Direction
    words: Labels
    blanks: frozenset[str]


def offered(sentences: list[dict[str, Any]], part: str, *, shown_in: str, fallback: str) -> list[Sentence]:
    """The sentences for one box, each on its button in the language of who picks it, where it exists in it."""
    made = []
    for entry in sentences:
        words = {tag: text for tag, text in entry["labels"].items() if text}
        if entry["part"] != part or not words:
            continue
        tag = next((tag for tag in (shown_in, fallback) if tag in words), next(iter(words)))
        blanks = frozenset(blank for text in words.values() for blank in BLANK.findall(text))
        shown = words[tag].replace("{name}", f"‹{t('form.blank_name')}›").replace("{date}", f"‹{t('form.blank_date')}›")
        made.append(Sentence(shown=shown, direction=language(tag).direction, words=words, blanks=blanks))
    return made


def days_in_words(tags: list[str]) -> dict[str, dict[str, Any]]:
    """What a browser needs to write a day as this house does: the pattern, and the names that go into it."""
    return {tag: _days(tag) for tag in tags}


def _days(tag: str) -> dict[str, Any]:
    spoken = language(tag)
    return {
        "pattern": spoken.pattern("dates.patterns.day"),
        "first": spoken.text("dates.first"),
        "weekdays": [format_date(A_MONDAY.replace(day=5 + n), "EEEE", locale=spoken.locale) for n in range(7)],
        "months": [format_date(date(2026, month, 1), "MMMM", locale=spoken.locale) for month in range(1, 13)],
    }


class WritingPage:
    """What a page needs on which words are written for the readers of one engagement. A page has `engagement`, and the
    `form` with the choice of the language that one writes in."""

    engagement: Any
    form: Any

    @property
    def contacts(self) -> list[Contact]:
        return [part.contact for part in self.engagement.participations if part.stopped_at is None]

    @property
    def readers(self) -> dict[str, list[str]]:
        return languages.readers(self.engagement)

    @property
    def written(self) -> str:
        """The language that the free words are taken to be in."""
        return str(self.form.language.data)

    @property
    def further(self) -> dict[str, list[str]]:
        return languages.further(self.engagement, self.written)

    def sentences(self, part: str) -> list[Sentence]:
        return offered(self.engagement.playbook.sentences, part, shown_in=lang().tag, fallback=firm().language)

    @property
    def days(self) -> dict[str, Any]:
        """How days are written in each language that one may write in."""
        return days_in_words([str(tag) for tag in self.form.language.choices or ()])
