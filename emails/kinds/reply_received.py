"""A client wrote: for who looks after the work."""

from dataclasses import dataclass
from datetime import datetime

from emails.links import placeholder
from emails.mail import StaffMail
from emails.pieces import Said, Work
from emails.sample_story import Story
from emails.sending import to_staff
from emails.sentences import Sentences

RULE = to_staff(48, 12)


@dataclass(frozen=True, kw_only=True)
class ReplyReceived(StaffMail):
    """A client wrote on their page."""

    engagement: Work
    client: str
    writer: str
    kind: str
    """"question", "wrong", "answer" or "date_unsuitable"."""
    written: Said
    written_at: datetime
    answer_by: datetime | None
    url: str
    asked: Said | None = None

    def headline(self, say: Sentences) -> str:
        return say.t(f"staff.reply_subject.{self.kind}", client=self.client)

    def subject(self, say: Sentences) -> str:
        return say.about(self.headline(say), self.engagement)

    def preheader(self, say: Sentences) -> str:
        return say.name(say.read(self.written))


def _reply_received(tag: str) -> ReplyReceived:
    story = Story(tag)
    return ReplyReceived(
        **story.staff(),
        engagement=story.engagement(),
        client=story["client"],
        writer=story["recipient"],
        kind="question",
        written=story.said("question"),
        written_at=story.at(13, 9, 5),
        answer_by=story.at(14, 12),
        url=placeholder("answer"),
    )


SAMPLES = {"reply_received": _reply_received}
