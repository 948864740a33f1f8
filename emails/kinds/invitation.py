"""The first mail a new colleague gets."""

from dataclasses import dataclass

from emails.links import placeholder
from emails.mail import StaffMail
from emails.sample_story import Story
from emails.sending import to_staff
from emails.sentences import Sentences

RULE = to_staff(72, 5, obeys_firm_pause=False)


@dataclass(frozen=True, kw_only=True)
class Invitation(StaffMail):
    """The first mail a new colleague gets."""

    url: str
    invited_by: str | None
    ttl_days: int = 7

    def headline(self, say: Sentences) -> str:
        return say.t("staff.invitation_subject", firm=self.brand.name)

    def preheader(self, say: Sentences) -> str:
        return say.t("staff.invitation_ttl", count=self.ttl_days)


def _invitation(tag: str) -> Invitation:
    story = Story(tag)
    return Invitation(**story.staff(), url=placeholder("invitation"), invited_by=story["colleague"])


SAMPLES = {"invitation": _invitation}
