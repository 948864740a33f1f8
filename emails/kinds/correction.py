"""We wrote ..., right is ..."""

from dataclasses import dataclass
from datetime import date

from emails import news
from emails.mail import ClientMail
from emails.pieces import CorrectedPart, Delay
from emails.sample_story import Story
from emails.sending import to_client
from emails.sentences import Sentences

RULE = to_client(3, priority=15)


@dataclass(frozen=True, kw_only=True)
class Correction(ClientMail):
    """We wrote ..., right is ..."""

    written_on: date
    parts: tuple[CorrectedPart, ...]
    delays: tuple[Delay, ...] = ()

    def headline(self, say: Sentences) -> str:
        return (
            news.moved(self.delays, say)
            if self.delays
            else say.t("news.correction", day=say.short_day(self.written_on))
        )

    def preheader(self, say: Sentences) -> str:
        return say.t("preheader.correction")


def _correction(tag: str) -> Correction:
    story = Story(tag)
    part = CorrectedPart(part="next", wrote=story.said("wrote"), right=story.said("right"))
    return Correction(**story.regular(), written_on=date(2027, 4, 13), parts=(part,))


SAMPLES = {"correction": _correction}
