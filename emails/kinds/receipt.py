"""What a client wrote, sent back to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from emails.mail import WorkMail
from emails.pieces import Said
from emails.sample_story import Story
from emails.sending import Rule
from emails.sentences import Sentences

RULE = Rule(lives=timedelta(hours=24), priority=10)


@dataclass(frozen=True, kw_only=True)
class Receipt(WorkMail):
    """What the client wrote, sent back to the address on file, with when they will have an answer."""

    written: Said
    written_at: datetime
    written_as: str | None = None
    """The name the writer gave where they said they were somebody else."""
    answer_by: datetime | None = None
    is_stop: bool = False

    def headline(self, say: Sentences) -> str:
        return say.t("news.receipt_stop" if self.is_stop else "news.receipt")

    def preheader(self, say: Sentences) -> str:
        if self.is_stop:
            return say.t("preheader.receipt_stop")
        if self.answer_by is None:
            return say.t("preheader.receipt_undated")
        return say.t("preheader.receipt", by=say.by(self.answer_by))


def _receipt(tag: str) -> Receipt:
    story = Story(tag)
    return Receipt(
        **story.about(), written=story.said("question"), written_at=story.at(13, 9, 5), answer_by=story.at(14, 12)
    )


def _receipt_stop(tag: str) -> Receipt:
    story = Story(tag)
    return Receipt(
        **story.about(),
        written=Said(text=""),
        written_at=story.at(13, 9, 5),
        is_stop=True,
    )


SAMPLES = {"receipt": _receipt, "receipt_stop": _receipt_stop}
