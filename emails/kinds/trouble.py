"""Something needs a person, and what to do about it."""

from dataclasses import dataclass

from emails.links import placeholder
from emails.mail import StaffMail
from emails.pieces import TroubleLine
from emails.sample_story import Story
from emails.sending import to_staff
from emails.sentences import Sentences

RULE = to_staff(48, 12, obeys_firm_pause=False)


@dataclass(frozen=True, kw_only=True)
class Trouble(StaffMail):
    """Mails that did not arrive, and what to do about each."""

    lines: tuple[TroubleLine, ...]
    url: str

    def headline(self, say: Sentences) -> str:
        return say.t("staff.trouble_subject", count=len(self.lines))

    def preheader(self, say: Sentences) -> str:
        return say.name(self.lines[0].about) if self.lines else say.ready("")


def _trouble(tag: str) -> Trouble:
    story = Story(tag)
    about = f"{story['recipient']} · {story['title']} ({story['reference']})"
    return Trouble(
        **story.staff(),
        lines=(
            TroubleLine(what="unknown", about=about),
            TroubleLine(what="bounced", about=story["client"], detail="550 5.1.1 User unknown"),
        ),
        url=placeholder("outbox"),
    )


SAMPLES = {"trouble": _trouble}
