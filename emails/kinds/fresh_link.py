"""A new link to the client's page."""

from dataclasses import dataclass
from datetime import timedelta

from emails.mail import WorkMail
from emails.sample_story import Story
from emails.sending import Rule
from emails.sentences import Sentences

RULE = Rule(lives=timedelta(hours=2), priority=5, obeys_firm_pause=False)


@dataclass(frozen=True, kw_only=True)
class FreshLink(WorkMail):
    """A new link to the client's page, asked for on the page itself. No unsubscribe: somebody asked for it."""

    def headline(self, say: Sentences) -> str:
        return say.t("news.fresh_link")

    def preheader(self, say: Sentences) -> str:
        return say.t("preheader.fresh_link")


def _fresh_link(tag: str) -> FreshLink:
    return FreshLink(**Story(tag).about())


SAMPLES = {"fresh_link": _fresh_link}
