"""We wrote ..., right is ..."""

from dataclasses import dataclass, replace
from datetime import date

from emails import news
from emails.cleaning import first_words
from emails.mail import ClientMail
from emails.pieces import Agreed, CorrectedPart, Delay
from emails.sample_story import Story
from emails.sending import to_client
from emails.sentences import Sentences

RULE = to_client(3, priority=15)
WORDS_IN_SUBJECT = 60


@dataclass(frozen=True, kw_only=True)
class Correction(ClientMail):
    """We wrote ..., right is ..."""

    written_on: date
    parts: tuple[CorrectedPart, ...]
    delays: tuple[Delay, ...] = ()
    needs_nothing: bool = False

    @property
    def may_not_suit(self) -> bool:
        """Whether it says a date that the reader may not be able to keep."""
        return bool(self.delays) or any(part.right_on is not None for part in self.parts)

    def headline(self, say: Sentences) -> str:
        """What is right, where it can be said in a line: the day of a date, else the first words."""
        if self.delays:
            return news.moved(self.delays, say)
        for part in self.parts:
            if part.right_on is not None and part.labels is not None:
                day = say.agreed(part.right_on, is_short=True)
                return say.t("news.correction_date", label=say.label(part.labels), day=day)
        for part in self.parts:
            if part.right is not None:
                words = first_words(say.read(part.right), WORDS_IN_SUBJECT)
                return say.t("news.correction_words", words=say.name(words))
        return say.t("news.correction", day=say.short_day(self.written_on))

    def preheader(self, say: Sentences) -> str:
        return say.t("preheader.correction")


def _correction(tag: str) -> Correction:
    story = Story(tag)
    part = CorrectedPart(part="next", wrote=story.said("wrote"), right=story.said("right"))
    return Correction(**story.regular(), written_on=date(2027, 4, 13), parts=(part,), needs_nothing=True)


def _correction_of_a_date(tag: str) -> Correction:
    part = CorrectedPart(
        part="date",
        labels=Story(tag).dates()[-1].labels,
        wrote_on=Agreed(starts_on=date(2027, 4, 24)),
        right_on=Agreed(starts_on=date(2027, 4, 23)),
    )
    return replace(_correction(tag), parts=(part,))


SAMPLES = {"correction": _correction, "correction_of_a_date": _correction_of_a_date}
