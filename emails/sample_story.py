"""The words of the sample mails, `sample_words/<language>.toml`: a kitchen in Casablanca, an annual report in Baku.

A language that has no such file borrows the English words, as the firm's clients would see words written in English.
"""

import tomllib
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo

from emails.languages import language
from emails.links import placeholder
from emails.pieces import (
    Agreed,
    AskLine,
    Brand,
    DateLine,
    Delay,
    DueLine,
    Labels,
    Person,
    Said,
    Standing,
    Step,
    Who,
    Work,
)

WORDS = Path(__file__).parent / "sample_words"
BORROWED = "en"
TODAY = date(2027, 4, 20)


class Named(TypedDict):
    milestone_id: int
    labels: Labels


class About(TypedDict):
    language: str
    brand: Brand
    recipient: str
    today: date
    engagement: Work
    owner: Person
    page_url: str


class Regular(About):
    preferences_url: str
    unsubscribe_url: str
    next_news_at: datetime | None


class Staff(TypedDict):
    language: str
    brand: Brand
    recipient: str
    today: date


class Story:
    """The sample words of one language and what the samples share."""

    def __init__(self, tag: str) -> None:
        self.tag = language(tag).tag
        self.words_tag = tag if _path(tag).is_file() else BORROWED
        self.words = _words(self.words_tag)
        self.brand = Brand(name=self["firm"], colour=self["colour"], phone=self["firm_phone"], address=self["address"])
        self.owner = Person(name=self["owner"], phone=self["owner_phone"], hours=self["hours"])
        self.colleague = Person(name=self["colleague"], phone=self["colleague_phone"], hours=self["hours"])
        self.first = Named(milestone_id=1, labels=self.labels("first_label"))
        self.last = Named(milestone_id=2, labels=self.labels("last_label"))
        self.stand_in = replace(self.colleague, instead_of=self["owner"], until=date(2027, 4, 26))

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def labels(self, key: str) -> Labels:
        return {self.words_tag: self[key]}

    def said(self, key: str) -> Said:
        return Said(text=self[key], language=self.words_tag)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2027, 4, day, hour, minute, tzinfo=ZoneInfo(self["zone"]))

    def engagement(self) -> Work:
        return Work(title=self["title"], reference=self["reference"], stage=self["stage"], steps_done=3, steps_total=5)

    def about(self) -> About:
        return About(
            language=self.tag,
            brand=self.brand,
            recipient=self["recipient"],
            today=TODAY,
            engagement=self.engagement(),
            owner=self.owner,
            page_url=placeholder("page"),
        )

    def regular(self) -> Regular:
        return Regular(
            **self.about(),
            preferences_url=placeholder("preferences"),
            unsubscribe_url=placeholder("unsubscribe"),
            next_news_at=self.at(20, 18),
        )

    def staff(self) -> Staff:
        return Staff(language=self.tag, brand=self.brand, recipient=self["owner"], today=TODAY)

    def dates(self) -> tuple[DateLine, ...]:
        return (
            DateLine(**self.first, first=on(19), now=on(19)),
            DateLine(**self.last, first=on(23), now=on(23)),
        )

    def moved_dates(self) -> tuple[DateLine, ...]:
        return (
            DateLine(**self.first, first=on(9), now=on(9), standing=Standing.DONE, done_on=date(2027, 4, 9)),
            DateLine(**self.last, first=on(21), now=on(28), moved=1, standing=Standing.MOVED),
        )

    def asks(self) -> tuple[AskLine, ...]:
        return (
            AskLine(ask_id=1, said=self.said("ask"), due_on=date(2027, 4, 16)),
            AskLine(ask_id=2, said=self.said("ask_more")),
        )

    def steps(self) -> tuple[Step, ...]:
        return (
            Step(said=self.said("step"), by=date(2027, 4, 19)),
            Step(said=self.said("step_reader"), who=Who.YOU, by=date(2027, 4, 16)),
            Step(said=self.said("step_other"), who=Who.OTHER, name=self["supplier"], by=date(2027, 4, 20)),
        )

    def delay(self) -> Delay:
        return Delay(
            **self.last,
            first=on(21),
            was=on(21),
            now=on(28),
            moved=1,
            cause=Who.US,
            reason=self.labels("delay_reason"),
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
                engagement=Work(title=self["last_label"], reference="MA-4502"),
                client=self["colleague"],
                send_at=self.at(20, 16, 30),
                promised_by=self.at(20, 18, 30),
                is_late=True,
            ),
        )


def on(day: int) -> Agreed:
    """That day of the April all samples play in."""
    return Agreed(starts_on=date(2027, 4, day))


def _path(tag: str) -> Path:
    return WORDS / f"{tag}.toml"


@lru_cache
def _words(tag: str) -> dict[str, str]:
    return tomllib.loads(_path(tag).read_text(encoding="utf-8"))
