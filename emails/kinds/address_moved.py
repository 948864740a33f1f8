"""To the address that was written to so far: mails go to another one now."""

from dataclasses import dataclass
from datetime import timedelta

from emails.mail import WorkMail
from emails.sample_story import Story
from emails.sending import Rule
from emails.sentences import Sentences

RULE = Rule(lives=timedelta(days=2), priority=10, is_quiet=True)


@dataclass(frozen=True, kw_only=True)
class AddressMoved(WorkMail):
    """Somebody of the firm put another address in. No link in it leads anywhere: whoever asked for the change has
    them, and whoever did not can call."""

    def headline(self, say: Sentences) -> str:
        return say.t("news.address_moved")

    def preheader(self, say: Sentences) -> str:
        return say.t("preheader.address_moved")


def _address_moved(tag: str) -> AddressMoved:
    return AddressMoved(**Story(tag).about())


SAMPLES = {"address_moved": _address_moved}
