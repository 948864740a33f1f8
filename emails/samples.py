"""A realistic mail of every kind in every language, for previews, for pictures and for the golden files of the tests.

The words come from `sample_words/<language>.toml`: a kitchen in Casablanca, an annual report in Baku.
"""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo

from emails.contexts import (
    Agreed,
    Answer,
    AskLine,
    Brand,
    ClientUpdate,
    Closing,
    CorrectedPart,
    Correction,
    DateLine,
    DayMail,
    Delay,
    DelayNotice,
    DueLine,
    EmailContext,
    Engagement,
    FreshLink,
    Invitation,
    LastCall,
    NoNews,
    Person,
    Receipt,
    ReplyReceived,
    SignIn,
    Standing,
    Step,
    Trouble,
    TroubleLine,
    Waiting,
    Welcome,
    Who,
    Words,
)
from emails.languages import UnknownLanguage
from emails.links import placeholder

WORDS = Path(__file__).parent / "sample_words"


class _About(TypedDict):
    language: str
    brand: Brand
    recipient: str
    engagement: Engagement
    owner: Person
    page_url: str


class _Regular(_About):
    preferences_url: str
    unsubscribe_url: str
    next_news_at: datetime | None


class _Staff(TypedDict):
    language: str
    brand: Brand
    recipient: str


class Story:
    """The sample words of one language and what the samples share."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.words = _words(tag)
        self.brand = Brand(
            name=self["firm"], colour=self["colour"], phone=self["firm_phone"], address=self["address"]
        )
        self.owner = Person(name=self["owner"], phone=self["owner_phone"], hours=self["hours"])
        self.colleague = Person(name=self["colleague"], phone=self["colleague_phone"], hours=self["hours"])

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def said(self, key: str) -> Words:
        return Words(text=self[key], language=self.tag)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2027, 4, day, hour, minute, tzinfo=ZoneInfo(self["zone"]))

    def engagement(self) -> Engagement:
        return Engagement(
            title=self["title"], reference=self["reference"], stage=self["stage"], steps_done=3, steps_total=5
        )

    def about(self) -> _About:
        return _About(
            language=self.tag,
            brand=self.brand,
            recipient=self["recipient"],
            engagement=self.engagement(),
            owner=self.owner,
            page_url=placeholder("page"),
        )

    def regular(self) -> _Regular:
        return _Regular(
            **self.about(),
            preferences_url=placeholder("preferences"),
            unsubscribe_url=placeholder("unsubscribe"),
            next_news_at=self.at(20, 18),
        )

    def staff(self) -> _Staff:
        return _Staff(language=self.tag, brand=self.brand, recipient=self["owner"])

    def dates(self) -> tuple[DateLine, ...]:
        return (
            DateLine(label=self["first_label"], first=_on(19), now=_on(19)),
            DateLine(label=self["last_label"], first=_on(23), now=_on(23)),
        )

    def moved_dates(self) -> tuple[DateLine, ...]:
        return (
            DateLine(
                label=self["first_label"], first=_on(9), now=_on(9), standing=Standing.DONE, done_on=date(2027, 4, 9)
            ),
            DateLine(label=self["last_label"], first=_on(21), now=_on(28), moved=1, standing=Standing.MOVED),
        )

    def asks(self) -> tuple[AskLine, ...]:
        return (AskLine(text=self.said("ask"), due_on=date(2027, 4, 16)), AskLine(text=self.said("ask_more")))

    def steps(self) -> tuple[Step, ...]:
        return (
            Step(text=self.said("step"), by=date(2027, 4, 19)),
            Step(text=self.said("step_reader"), who=Who.YOU, by=date(2027, 4, 16)),
            Step(text=self.said("step_other"), who=Who.OTHER, name=self["supplier"], by=date(2027, 4, 20)),
        )

    def delay(self) -> Delay:
        return Delay(
            label=self["last_label"],
            first=_on(21),
            was=_on(21),
            now=_on(28),
            moved=1,
            cause=Who.US,
            reason=self["delay_reason"],
            why=self.said("why"),
            what_we_do=self.said("what_we_do"),
        )

    def due(self) -> tuple[DueLine, ...]:
        return (
            DueLine(
                engagement=self.engagement(),
                client=self["client"],
                send_at=self.at(20, 16),
                promised_by=self.at(20, 18),
                waiting_questions=1,
            ),
            DueLine(
                engagement=Engagement(title=self["last_label"], reference="MA-4502"),
                client=self["colleague"],
                send_at=self.at(20, 16, 30),
                promised_by=self.at(20, 18, 30),
                is_late=True,
            ),
        )


def on_track(tag: str) -> EmailContext:
    story = Story(tag)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 6),
        done=story.said("done"),
        step_done="yes",
        last_step=story.said("last_step"),
        steps=story.steps(),
        dates=story.dates(),
        asks=story.asks(),
    )


def update_with_delay(tag: str) -> EmailContext:
    story = Story(tag)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 13),
        done=story.said("done"),
        step_done="partly",
        last_step=story.said("last_step"),
        steps=story.steps()[:1],
        dates=story.moved_dates(),
        delays=(story.delay(),),
    )


def nothing_new(tag: str) -> EmailContext:
    story = Story(tag)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 13),
        dates=story.dates(),
        waiting=Waiting(who=Who.OTHER, name=story["supplier"], since=date(2027, 4, 8)),
    )


def introduction(tag: str) -> EmailContext:
    story = Story(tag)
    return ClientUpdate(
        **{**story.regular(), "owner": story.colleague},
        since=date(2027, 4, 13),
        done=story.said("done"),
        steps=story.steps()[:1],
        dates=story.dates(),
        introduces=story.colleague,
        introduction=story.said("introduction"),
    )


def late_update(tag: str) -> EmailContext:
    story = Story(tag)
    overdue = AskLine(text=story.said("ask"), due_on=date(2027, 4, 12), is_overdue=True)
    unsure = DateLine(label=story["last_label"], first=_on(23), now=_on(23), standing=Standing.NOT_SURE)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 6),
        step_done="no",
        last_step=story.said("last_step"),
        steps=story.steps()[:2],
        dates=(story.dates()[0], unsure),
        asks=(overdue,),
        is_late=True,
    )


def delay_notice(tag: str) -> EmailContext:
    story = Story(tag)
    return DelayNotice(
        **story.regular(), delays=(story.delay(),), dates=story.moved_dates(), reply_url=placeholder("reply")
    )


def delay_on_condition(tag: str) -> EmailContext:
    story = Story(tag)
    waiting = Agreed(days=5, condition=story.said("condition"))
    delay = Delay(
        label=story["last_label"],
        first=_on(21),
        was=_on(23),
        now=waiting,
        moved=2,
        cause=Who.YOU,
        why=story.said("why_you"),
    )
    date_line = DateLine(label=story["last_label"], first=_on(21), now=waiting, moved=2, standing=Standing.MOVED)
    return DelayNotice(**story.regular(), delays=(delay,), dates=(date_line,), asks=story.asks()[:1])


def no_news(tag: str) -> EmailContext:
    story = Story(tag)
    return NoNews(**story.regular(), confirmed_on=date(2027, 4, 6), dates=story.dates()[1:])


def welcome(tag: str) -> EmailContext:
    story = Story(tag)
    estimate = Agreed(start=date(2027, 4, 21), end=date(2027, 4, 23), is_estimate=True)
    return Welcome(
        **story.regular(),
        rhythm=story["rhythm"],
        dates=(story.dates()[0], DateLine(label=story["last_label"], first=estimate, now=estimate)),
        facts=(story.said("fact"), story.said("fact_more")),
        asks=story.asks()[:1],
    )


def correction(tag: str) -> EmailContext:
    story = Story(tag)
    part = CorrectedPart(what="next", wrote=story.said("wrote"), right=story.said("right"))
    return Correction(**story.regular(), written_on=date(2027, 4, 13), parts=(part,))


def closing(tag: str) -> EmailContext:
    story = Story(tag)
    finished = replace(story.engagement(), stage=None, steps_done=5)
    return Closing(
        **{**story.regular(), "engagement": finished, "next_news_at": None}, words=story.said("closing_words")
    )


def pause(tag: str) -> EmailContext:
    story = Story(tag)
    return Closing(**story.regular(), is_pause=True, resumes_on=date(2027, 5, 3))


def fresh_link(tag: str) -> EmailContext:
    return FreshLink(**Story(tag).about())


def receipt(tag: str) -> EmailContext:
    story = Story(tag)
    return Receipt(
        **story.about(), written=story.said("question"), written_at=story.at(13, 9, 5), answer_by=story.at(14, 12)
    )


def receipt_stop(tag: str) -> EmailContext:
    story = Story(tag)
    return Receipt(
        **story.about(),
        written=Words(text=""),
        written_at=story.at(13, 9, 5),
        written_as=story["colleague"],
        is_stop=True,
    )


def answer(tag: str) -> EmailContext:
    story = Story(tag)
    return Answer(**story.regular(), asked=story.said("question"), answer=story.said("answer"))


def day_mail(tag: str) -> EmailContext:
    story = Story(tag)
    return DayMail(
        **story.staff(),
        today=date(2027, 4, 20),
        due=story.due(),
        forms_url=placeholder("forms"),
        replies_waiting=2,
        tasks_waiting=1,
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


SAMPLES: dict[str, Callable[[str], EmailContext]] = {
    build.__name__: build
    for build in (
        on_track,
        update_with_delay,
        nothing_new,
        introduction,
        late_update,
        delay_notice,
        delay_on_condition,
        no_news,
        welcome,
        correction,
        closing,
        pause,
        fresh_link,
        receipt,
        receipt_stop,
        answer,
        day_mail,
        last_call,
        last_call_passed,
        sign_in,
        invitation,
        reply_received,
        trouble,
    )
}


def _on(day: int) -> Agreed:
    return Agreed(start=date(2027, 4, day))


@lru_cache
def _words(tag: str) -> dict[str, str]:
    path = WORDS / f"{tag}.toml"
    if not path.is_file():
        raise UnknownLanguage(tag)
    return tomllib.loads(path.read_text(encoding="utf-8"))
