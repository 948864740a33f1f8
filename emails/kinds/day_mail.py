"""One mail a working morning to a colleague."""

from dataclasses import dataclass, replace
from datetime import date

from emails.links import placeholder
from emails.mail import StaffMail
from emails.pieces import DueLine, MissedLine, QuestionLine
from emails.sample_story import Story
from emails.sending import to_staff
from emails.sentences import Sentences

RULE = to_staff(8, 30)


@dataclass(frozen=True, kw_only=True)
class DayMail(StaffMail):
    """One mail a working morning: what is due, asked or was missed, and one link to the first form."""

    due: tuple[DueLine, ...]
    forms_url: str
    questions: tuple[QuestionLine, ...] = ()
    missed: tuple[MissedLine, ...] = ()
    replies_waiting: int = 0
    tasks_waiting: int = 0
    today_url: str = ""

    def headline(self, say: Sentences) -> str:
        if not self.due and self.missed:
            return say.t("staff.day_missed", count=len(self.missed))
        if not self.due and self.questions:
            return say.t("staff.day_questions", count=len(self.questions))
        if not self.due:
            return say.t("staff.day_none")
        todays = [line.send_at for line in self.due if line.send_at.date() <= self.today]
        if not todays:
            return say.t("staff.day_before", count=len(self.due))
        return say.t("staff.day_subject", count=len(todays), first=say.time(min(todays)))

    def preheader(self, say: Sentences) -> str:
        named = [line.engagement.title for line in self.due] or list(dict.fromkeys(line.client for line in self.missed))
        named = named or [line.label for line in self.questions]
        return say.name(say.language.listing(named)) if named else say.ready("")


def _day_mail(tag: str) -> DayMail:
    story = Story(tag)
    return DayMail(
        **story.staff(),
        due=story.due(),
        forms_url=placeholder("forms"),
        questions=_questions(story),
        replies_waiting=2,
        tasks_waiting=1,
        today_url=placeholder("today"),
    )


def _day_mail_missed(tag: str) -> DayMail:
    story = Story(tag)
    engagement = story.engagement()
    missed = MissedLine(engagement=engagement, client=story["client"], on=date(2027, 4, 16))
    return DayMail(
        **story.staff(),
        due=(),
        forms_url=placeholder("forms"),
        questions=_questions(story),
        missed=(replace(missed, is_to_write=True), replace(missed, owner=story["colleague"])),
        today_url=placeholder("today"),
    )


def _questions(story: Story) -> tuple[QuestionLine, ...]:
    return (
        QuestionLine(
            engagement=story.engagement(),
            client=story["client"],
            label=story["last_label"],
            on=date(2027, 4, 23),
            owner=story["colleague"],
        ),
    )


SAMPLES = {"day_mail": _day_mail, "day_mail_missed": _day_mail_missed}
