"""Link and code to sign in."""

from dataclasses import dataclass

from emails.links import placeholder
from emails.mail import StaffMail
from emails.sample_story import Story
from emails.sending import to_staff
from emails.sentences import Sentences

RULE = to_staff(0.17, 0, obeys_firm_pause=False)


@dataclass(frozen=True, kw_only=True)
class SignIn(StaffMail):
    """Link and code, ten minutes, once."""

    url: str
    code: str
    ttl_minutes: int = 10

    def headline(self, say: Sentences) -> str:
        return say.t("staff.sign_in_subject", firm=self.brand.name)

    def preheader(self, say: Sentences) -> str:
        return say.t("staff.sign_in_preheader")


def _sign_in(tag: str) -> SignIn:
    return SignIn(**Story(tag).staff(), url=placeholder("sign_in"), code="48210937")


SAMPLES = {"sign_in": _sign_in}
