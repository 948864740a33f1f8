"""What news is made of: words, people, dates, steps, asks. Frozen in an update in all languages, and read by mails and
pages in the reader's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

Labels = dict[str, str]
"""A text by language tag."""


class Who(StrEnum):
    """Who does something, or whose cause something was, as the client would say it."""

    US = "us"
    YOU = "you"
    OTHER = "other"
    NOBODY = "nobody"


DOERS = (Who.US, Who.YOU, Who.OTHER)
"""Who can do something."""


class Standing(StrEnum):
    """How one agreed date stands today."""

    HOLDS = "holds"
    NOT_SURE = "not_sure"
    MOVED = "moved"
    DONE = "done"
    DROPPED = "dropped"
    UNCONFIRMED = "unconfirmed"
    PASSED = "passed"


class Again(StrEnum):
    """What changed in a date besides its day, against what the reader has in writing: it is new on the list, it was
    dropped and is planned again, it was said to be done and is not, or was done on another day than said."""

    ADDED = "added"
    BACK = "back"
    REOPENED = "reopened"
    DAY_RIGHT = "day_right"


class StepChange(StrEnum):
    """What an act beside the rhythm did with an agreed step, told at once: it fell away, is planned again, or is not
    done although it was said to be."""

    DROPPED = "dropped"
    BACK = "back"
    REOPENED = "reopened"


OVER = (Standing.DONE, Standing.DROPPED)
"""What is over: nothing is claimed of the date any more."""
SURE = (Standing.HOLDS, Standing.MOVED)
"""What is good as it is written, new or as before."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """Free words as a person wrote them; `language` is a tag, or None where the writer's language is not known;
    `translations` is what the writer gave of them in further languages."""

    text: str
    language: str | None = None
    translations: Labels = field(default_factory=dict)

    def read_in(self, language: str) -> "Said":
        """The words as somebody who reads `language` gets them: in it where they were given in it, else as written."""
        own = self.translations.get(language)
        return Said(text=own, language=language) if own else Said(text=self.text, language=self.language)


@dataclass(frozen=True, kw_only=True)
class Brand:
    """The firm as its mails show it. `colour` is `#rrggbb`, already checked for contrast against white; `language` is
    the one in which the firm's own labels are shown to who reads another that they lack; `zone` is that of its
    clocks, None where times need no name of theirs."""

    name: str
    zone: str | None = None
    language: str = "en"
    colour: str = "#1f5f5b"
    phone: str | None = None
    logo_url: str | None = None
    address: str | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody to phone, by name. `hours` is a finished phrase in the recipient's language. `instead_of` names who is
    away `until` that day, where this person stands in for them."""

    name: str
    phone: str | None = None
    hours: str | None = None
    instead_of: str | None = None
    until: date | None = None

    @property
    def in_charge(self) -> str:
        """Whose the work is: theirs, or that of who is away."""
        return self.instead_of or self.name


class Dated(Protocol):
    """Whatever promises a date."""

    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def is_estimate(self) -> bool: ...


def last_day(when: Dated) -> date | None:
    """The day by which a date promises its step: the last of a range."""
    return when.ends_on or when.starts_on


def is_earlier(to: Dated, was: Dated) -> bool:
    """Whether a known date comes before, or ends with, the one it replaces: welcome, and no delay. A firm day that
    becomes an estimate is weaker, however early."""
    old, new = last_day(was), last_day(to)
    if to.is_estimate and not was.is_estimate:
        return False
    return old is not None and new is not None and new <= old


def punctual(done_on: date, agreed: Dated | None) -> Literal["on", "late", "early"]:
    """Whether a step was done on the day last agreed, after it or before it. An estimate cannot be missed."""
    last = last_day(agreed) if agreed else None
    if agreed is None or last is None or agreed.is_estimate:
        return "on"
    if done_on > last:
        return "late"
    return "early" if done_on < (agreed.starts_on or last) else "on"


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """One promised date: a day (`starts_on`), a range (`starts_on`..`ends_on`), an estimate, `after_days` working days
    after `condition`, or not known (then perhaps with the moment of the next news)."""

    starts_on: date | None = None
    ends_on: date | None = None
    is_estimate: bool = False
    after_days: int | None = None
    condition: Said | None = None
    next_news_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DateLine:
    """One milestone: what was first agreed, what is agreed now, how often it moved, and how it stands. `confirmed_on`
    is the day of the last word about a date that nobody confirmed for long."""

    milestone_id: int
    labels: Labels
    first: Agreed
    now: Agreed
    moved: int = 0
    standing: Standing = Standing.HOLDS
    done_on: date | None = None
    dropped_why: Said | None = None
    confirmed_on: date | None = None
    again: Again | None = None


def standing_on(dates: Sequence[DateLine], day: date) -> tuple[DateLine, ...]:
    """The dates as they stand on a day. One that has passed, and of which nobody said that it is done, does not hold,
    whatever was said of it before."""

    def as_of(line: DateLine) -> DateLine:
        last = last_day(line.now)
        is_passed = last is not None and last < day and line.standing not in OVER
        return replace(line, standing=Standing.PASSED) if is_passed else line

    return tuple(map(as_of, dates))


def leading(dates: Sequence[DateLine]) -> DateLine | None:
    """The date that a headline is about: the first that has passed, else the first that is in doubt, else the last of
    all. None where nothing with a day is left to do."""
    ahead = [line for line in dates if line.standing not in OVER and line.now.starts_on is not None]
    for worst in (Standing.PASSED, Standing.NOT_SURE):
        found = next((line for line in ahead if line.standing is worst), None)
        if found is not None:
            return found
    return max(ahead, key=lambda line: last_day(line.now) or date.min, default=None)


@dataclass(frozen=True, kw_only=True)
class Delay:
    """One moved date, said first: whose cause, why, what we do, the new date or when the next news comes."""

    milestone_id: int
    labels: Labels
    first: Agreed
    was: Agreed
    now: Agreed
    moved: int
    cause: Who
    reason: Labels | None = None
    why: Said | None = None
    what_we_do: Said | None = None
    other_name: str | None = None
    counted: tuple[date, date] | None = None
    """Where the new date is so many days after something: a day to count from, and the day that would be it."""

    @property
    def is_met(self) -> bool:
        """What the date waited for has come, and made it a day."""
        return self.was.after_days is not None and self.now.starts_on is not None

    @property
    def is_earlier(self) -> bool:
        """It comes before the date it replaces, and is no less firm: welcome, and nothing to explain."""
        return is_earlier(self.now, self.was)

    @property
    def is_sooner(self) -> bool:
        """Its last day comes before that of the date it replaces; where it is the same day, it only became firm."""
        return self.is_earlier and last_day(self.now) != last_day(self.was)

    @property
    def is_welcome(self) -> bool:
        return self.is_met or self.is_earlier


@dataclass(frozen=True, kw_only=True)
class Step:
    """What comes next: by us, by the reader, or by somebody else under the name the reader knows."""

    said: Said
    who: Who = Who.US
    name: str | None = None
    by: date | None = None


@dataclass(frozen=True, kw_only=True)
class AskLine:
    """Something we need, by when; from one contact, or from all where `contact_id` is None."""

    ask_id: int
    said: Said
    contact_id: int | None = None
    due_on: date | None = None
    is_overdue: bool = False


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Nothing new, said honestly: for whom we wait, since when, and whether the plan stands."""

    who: Who
    name: str | None = None
    since: date | None = None
    plan_stands: bool = True


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that somebody took on, because news failed to come: its number, the day for which it was promised and the
    end of that day, whether it came, and what came of it. `person` took it on or, where it came, phoned."""

    number: int
    person: Person
    on: date
    by: datetime
    came_on: date | None = None
    is_over: bool = False
    """Its day was over, and it had not come, when this was written."""
    said: Said | None = None


@dataclass(frozen=True, kw_only=True)
class Work:
    """The piece of work a mail is about. Progress counts agreed steps done of all agreed steps."""

    title: str
    reference: str
    stage: str | None = None
    steps_done: int = 0
    steps_total: int = 0


@dataclass(frozen=True, kw_only=True)
class SeasonHours:
    """Some weeks in which updates come at another hour, told before they begin."""

    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class CorrectedPart:
    """One part of an earlier mail: what we wrote, and what is right; None is nothing. A date has its milestone's
    `labels`."""

    part: Literal["done", "next", "date"]
    labels: Labels | None = None
    wrote: Said | None = None
    right: Said | None = None
    wrote_on: Agreed | None = None
    right_on: Agreed | None = None


@dataclass(frozen=True, kw_only=True)
class DueLine:
    """One update that a staff user owes today, in the day's mail; `owner` where they stand in for somebody."""

    engagement: Work
    client: str
    send_at: datetime
    promised_by: datetime
    waiting_questions: int = 0
    is_late: bool = False
    owner: str | None = None


@dataclass(frozen=True, kw_only=True)
class QuestionLine:
    """One agreed date that comes near: does it hold? `owner` where it is not the reader's own."""

    engagement: Work
    client: str
    label: str
    on: date | None
    owner: str | None = None


@dataclass(frozen=True, kw_only=True)
class MissedLine:
    """One report that was missed, whose client waits; `owner` where it is not the reader's own, `is_to_write` where
    the reader is to write it, as the owner or as who stands in."""

    engagement: Work
    client: str
    on: date
    owner: str | None = None
    is_to_write: bool = False


@dataclass(frozen=True, kw_only=True)
class TroubleLine:
    """One thing that needs a person, in words that say what to do."""

    what: str
    """A key of the catalogue's `trouble` table, such as "failed", "unknown", "refused_all", "bounced"."""
    about: str
    detail: str | None = None
