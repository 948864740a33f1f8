"""One way of saying things for both halves of a mail: HTML and plain text fill the same sentences of the catalogue.

Values a person typed are isolated against the direction of the mail as they go into a sentence; what was already made
ready (a date, an inner sentence) goes in as it is.
"""

from collections.abc import Sequence
from datetime import date, datetime

from markupsafe import Markup, escape

from emails import bidi
from emails.contexts import Agreed, Words
from emails.languages import Language


class Ready(str):
    """Plain text that was isolated already."""

    __slots__ = ()


class Phrases:
    """Sentences of one language, for HTML or for plain text; every method returns text ready for its template."""

    def __init__(self, language: Language, *, is_html: bool) -> None:
        self.language = language
        self.direction = language.direction
        self.is_html = is_html

    def t(self, key: str, /, **values: object) -> str:
        """The sentence `key` of the catalogue's `mail` section, or of another section where `key` starts with `:`."""
        full = key[1:] if key.startswith(":") else f"mail.{key}"
        count = values.get("count")
        pattern = self.language.pattern(full, count=count if isinstance(count, int) else None)
        return self.ready(pattern).format(**{name: self._value(value) for name, value in values.items()})

    def ready(self, text: str) -> str:
        """Text of our own, which needs no isolation."""
        return escape(text) if self.is_html else _Pattern(text)

    def name(self, text: str) -> str:
        """A name, title or label, on one line."""
        if self.is_html:
            return bidi.inline_html(text, self.direction)
        return Ready(bidi.inline_text(text, self.direction))

    def line(self, words: Words) -> str:
        """A person's words inside a sentence, on one line."""
        if not self.is_html:
            return Ready(bidi.isolate_text(" ".join(words.text.split()), self.direction))
        inner = bidi.linked_html(words.text, self.direction)
        if self._mark(words) is None:
            return inner
        return Markup('<span lang="{}">{}</span>').format(words.language, inner)

    def words(self, words: Words) -> str:
        """A person's words as paragraphs and lists."""
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
        if agreed.start is None:
            return self._after(agreed)
        said = self.short_day(agreed.start) if is_short else self.day(agreed.start)
        if agreed.end is not None and agreed.end != agreed.start:
            said = self._done(self.language.span(agreed.start, agreed.end))
        return self.t(":words.about", day=said) if agreed.is_estimate else said

    def by_day(self, text: str, day: date | None) -> str:
        """`text`, and by when where that is known."""
        return text if day is None else self.t(":words.by_day", text=text, day=self.day(day))

    def together(self, sentences: Sequence[str]) -> str:
        """Sentences after one another on one line."""
        return Markup(" ").join(sentences) if self.is_html else Ready(" ".join(sentences))

    def bold(self, text: str) -> str:
        """The words a line begins with, stronger than the rest where that can be shown."""
        return Markup("<strong>{}</strong>").format(text) if self.is_html else text

    def joined(self, parts: Sequence[str]) -> str:
        """Parts of one line with a quiet mark between them."""
        return Markup(" · ").join(parts) if self.is_html else Ready(" · ".join(parts))

    def ended(self, text: str) -> str:
        """A person's line with the full stop that it lacks."""
        return Markup("{}.").format(text) if self.is_html else Ready(f"{text}.")

    def _after(self, agreed: Agreed) -> str:
        if agreed.days is None:
            if agreed.condition is None:
                return self.t(":words.not_known")
            return self.t(":words.once", condition=self.line(agreed.condition))
        if agreed.condition is None:
            return self.t(":words.after_start", count=agreed.days)
        return self.t(":words.after", count=agreed.days, condition=self.line(agreed.condition))

    def _value(self, value: object) -> str:
        if isinstance(value, Markup | Ready):
            return value
        return self.name(value) if isinstance(value, str) else str(value)

    def _done(self, text: str) -> str:
        return escape(text) if self.is_html else Ready(text)

    def _mark(self, words: Words) -> str | None:
        """The language to mark `words` with, where it is not that of the mail."""
        return words.language if words.language != self.language.tag else None


class _Pattern(Ready):
    """A catalogue text on its way to being filled."""

    __slots__ = ()

    def format(self, *args: object, **values: object) -> Ready:
        return Ready(str.format(self, *args, **values))
