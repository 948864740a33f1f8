"""One way of saying things for both halves of a mail: HTML and plain text fill the same sentences of the catalogue.

Values a person typed are isolated against the direction of the mail as they go into a sentence; what was already made
ready (a date, an inner sentence) goes in as it is.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from string import Formatter

from markupsafe import Markup, escape

from emails import bidi
from emails.languages import Language
from emails.pieces import Agreed, Labels, Said


class Ready(str):
    """Plain text that was isolated already."""

    __slots__ = ()


class Phrases:
    """Sentences of one language, for HTML or for plain text; every method returns text ready for its template."""

    def __init__(self, language: Language, *, is_html: bool, fallback: str = "en") -> None:
        self.language = language
        self.fallback = fallback
        self.direction = language.direction
        self.is_html = is_html

    def t(self, key: str, /, **values: object) -> str:
        """The sentence `key` of the catalogue's `mail` section, or of another section where `key` starts with `:`."""
        count = values.get("count")
        words, names = _cut(self.language, key, count if isinstance(count, int) else None, self.is_html)
        if not names:
            return words[0]
        pieces = [words[0]]
        for name, following in zip(names, words[1:], strict=True):
            pieces += (self._value(values[name]), following)
        return self._made("".join(pieces))

    def ready(self, text: str) -> str:
        """Text of our own, which needs no isolation."""
        return self._done(text)

    def name(self, text: str) -> str:
        """A name, title or label, on one line."""
        if self.is_html:
            return bidi.inline_html(text, self.direction)
        return Ready(bidi.inline_text(text, self.direction))

    def label(self, labels: Labels) -> str:
        """A firm's own label, in this language, else in the firm's, else in any there is."""
        return labels.get(self.language.tag) or labels.get(self.fallback) or next(iter(labels.values()), "")

    def read(self, said: Said) -> str:
        """A person's words as they are, in this language where they were given in it."""
        return said.read_in(self.language.tag).text

    def line(self, said: Said) -> str:
        """A person's words inside a sentence, on one line."""
        words = said.read_in(self.language.tag)
        if not self.is_html:
            return Ready(bidi.isolate_text(" ".join(words.text.split()), self.direction))
        inner = bidi.linked_html(words.text, self.direction)
        if self._mark(words) is None:
            return inner
        return Markup('<span lang="{}">{}</span>').format(words.language, inner)

    def words(self, said: Said) -> str:
        """A person's words as paragraphs and lists."""
        words = said.read_in(self.language.tag)
        if self.is_html:
            return bidi.isolate_html(words.text, self.direction, language=self._mark(words))
        return Ready(bidi.isolate_text(words.text, self.direction))

    def phone(self, number: str) -> str:
        """A telephone number, to press where one can."""
        if self.is_html:
            return bidi.phone_html(number, self.direction)
        return Ready(bidi.isolate_text(number, self.direction))

    def day(self, day: date) -> str:
        """Weekday, day and month."""
        return self._done(self.language.day(day))

    def short_day(self, day: date) -> str:
        """Day and month."""
        return self._done(self.language.short_day(day))

    def time(self, moment: datetime) -> str:
        """Hours and minutes."""
        return self._done(self.language.time(moment))

    def moment(self, moment: datetime) -> str:
        """A day and a time."""
        return self._done(self.language.moment(moment))

    def by(self, moment: datetime) -> str:
        """The latest time of something."""
        return self._done(self.language.by(moment))

    def agreed(self, agreed: Agreed, *, is_short: bool = False) -> str:
        """A promised date as it was promised: a day, a range, an estimate, days after a condition, or not known."""
        if agreed.starts_on is None:
            return self._after(agreed)
        said = self.short_day(agreed.starts_on) if is_short else self.day(agreed.starts_on)
        if agreed.ends_on is not None and agreed.ends_on != agreed.starts_on:
            said = self._done(self.language.span(agreed.starts_on, agreed.ends_on))
        return self.t(":words.about", day=said) if agreed.is_estimate else said

    def by_day(self, text: str, day: date | None) -> str:
        """`text`, and by when where that is known."""
        return text if day is None else self.t(":words.by_day", text=text, day=self.day(day))

    def together(self, sentences: Sequence[str]) -> str:
        """Sentences after one another on one line."""
        return self._made(" ".join(map(self._value, sentences)))

    def bold(self, text: str) -> str:
        """The words a line begins with, stronger than the rest where that can be shown."""
        return Markup(f"<strong>{escape(text)}</strong>") if self.is_html else text  # noqa: S704  escaped

    def joined(self, parts: Sequence[str]) -> str:
        """Parts of one line with a quiet mark between them."""
        return self._made(" · ".join(map(self._value, parts)))

    def ended(self, text: str) -> str:
        """A person's line with the full stop that it lacks."""
        return self._made(f"{self._value(text)}.")

    def _after(self, agreed: Agreed) -> str:
        if agreed.after_days is None:
            if agreed.condition is None:
                return self.t(":words.not_known")
            return self.t(":words.once", condition=self.line(agreed.condition))
        if agreed.condition is None:
            return self.t(":words.after_start", count=agreed.after_days)
        return self.t(":words.after", count=agreed.after_days, condition=self.line(agreed.condition))

    def _value(self, value: object) -> str:
        if isinstance(value, Markup if self.is_html else Ready):
            return value
        return self.name(value) if isinstance(value, str) else str(value)

    def _made(self, text: str) -> str:
        """Text put together from parts that are ready."""
        return Markup(text) if self.is_html else Ready(text)  # noqa: S704  its parts are escaped

    def _done(self, text: str) -> str:
        return escape(text) if self.is_html else Ready(text)

    def _mark(self, words: Said) -> str | None:
        """The language to mark `words` with, where it is not that of the mail."""
        return words.language if words.language != self.language.tag else None


@lru_cache(maxsize=4096)
def _cut(language: Language, key: str, count: int | None, is_html: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A catalogue text cut at its placeholders: the words before, between and after them, ready, and their names."""
    pattern = language.pattern(key[1:] if key.startswith(":") else f"mail.{key}", count=count)
    make = escape if is_html else Ready
    parsed = [(words, name) for words, name, _, _ in Formatter().parse(pattern)]
    names = tuple(name for _, name in parsed if name is not None)
    words = [make(words) for words, _ in parsed]
    return tuple(words if len(words) > len(names) else [*words, make("")]), names
