"""A realistic mail of every kind that colleagues get, in every language."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from emails.contexts import (
    DayMail,
    EmailContext,
    Invitation,
    LastCall,
    MissedLine,
    QuestionLine,
    ReplyReceived,
    SignIn,
    Trouble,
    TroubleLine,
)
from emails.links import placeholder
from emails.sample_story import Story


def day_mail(tag: str) -> EmailContext:
    story = Story(tag)
    return DayMail(
        **story.staff(),
        today=date(2027, 4, 20),
        due=story.due(),
        forms_url=placeholder("forms"),
        questions=_questions(story),
        replies_waiting=2,
        tasks_waiting=1,
        today_url=placeholder("today"),
    )


def day_mail_missed(tag: str) -> EmailContext:
    story = Story(tag)
    engagement = story.engagement()
    missed = MissedLine(engagement=engagement, client=story["client"], on=date(2027, 4, 16))
    return DayMail(
        **story.staff(),
        today=date(2027, 4, 20),
        due=(),
        forms_url=placeholder("forms"),
        questions=_questions(story),
        missed=(replace(missed, is_to_write=True), replace(missed, owner=story["colleague"])),
        today_url=placeholder("today"),
    )


def last_call(tag: str) -> EmailContext:
    story = Story(tag)
    return LastCall(**story.staff(), due=story.due()[:1], forms_url=placeholder("forms"))


def last_call_passed(tag: str) -> EmailContext:
    story = Story(tag)
    return LastCall(
        **story.staff(),
        due=story.due()[:1],
        forms_url=placeholder("forms"),
        is_passed=True,
        missing_owner=story["owner"],
    )


def sign_in(tag: str) -> EmailContext:
    return SignIn(**Story(tag).staff(), url=placeholder("sign_in"), code="48210937")


def invitation(tag: str) -> EmailContext:
    story = Story(tag)
    return Invitation(**story.staff(), url=placeholder("invitation"), invited_by=story["colleague"])


def reply_received(tag: str) -> EmailContext:
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


def trouble(tag: str) -> EmailContext:
    story = Story(tag)
    about = f"{story['recipient']}, {story['title']} ({story['reference']})"
    return Trouble(
        **story.staff(),
        lines=(
            TroubleLine(what="unknown", about=about),
            TroubleLine(what="bounced", about=story["client"], detail="550 5.1.1 User unknown"),
        ),
        url=placeholder("outbox"),
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


STAFF_SAMPLES: tuple[Callable[[str], EmailContext], ...] = (
    day_mail,
    day_mail_missed,
    last_call,
    last_call_passed,
    sign_in,
    invitation,
    reply_received,
    trouble,
)
