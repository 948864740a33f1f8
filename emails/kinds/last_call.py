"""A report is still not written, and its hour is near or here."""

from dataclasses import dataclass

from emails.links import placeholder
from emails.mail import StaffMail
from emails.pieces import DueLine
from emails.sample_story import Story
from emails.sending import to_staff
from emails.sentences import Sentences

RULE = to_staff(3, 25)


@dataclass(frozen=True, kw_only=True)
class LastCall(StaffMail):
    """Once before the sending time, for what is still not written."""

    due: tuple[DueLine, ...]
    forms_url: str
    is_passed: bool = False
    """True at the sending time itself: two lines are asked for before the promised time."""
    missing_owner: str | None = None
    """The owner's name where the reader is that owner's manager."""

    def headline(self, say: Sentences) -> str:
        key = "staff.last_call_passed_subject" if self.is_passed else "staff.last_call_subject"
        soonest = min(self.due, key=lambda line: line.send_at)
        at = soonest.promised_by if self.is_passed else soonest.send_at
        return say.t(key, count=len(self.due), at=say.time(at), title=soonest.engagement.title)

    def preheader(self, say: Sentences) -> str:
        return say.t("staff.last_call_passed" if self.is_passed else "staff.last_call_lead")


def _last_call(tag: str) -> LastCall:
    story = Story(tag)
    return LastCall(**story.staff(), due=story.due()[:1], forms_url=placeholder("forms"))


def _last_call_passed(tag: str) -> LastCall:
    story = Story(tag)
    return LastCall(
        **story.staff(),
        due=story.due()[:1],
        forms_url=placeholder("forms"),
        is_passed=True,
        missing_owner=story["owner"],
    )


SAMPLES = {"last_call": _last_call, "last_call_passed": _last_call_passed}
