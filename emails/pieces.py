"""What mails are made of: words, people, dates, steps, asks."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Who(StrEnum):
    """Who does something, or whose cause something was, as the client would say it."""

    US = "us"
    YOU = "you"
    OTHER = "other"
    NOBODY = "nobody"


class Standing(StrEnum):
    """How one agreed date stands today."""

    HOLDS = "holds"
    NOT_SURE = "not_sure"
    MOVED = "moved"
    DONE = "done"
    DROPPED = "dropped"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, kw_only=True)
class Words:
    """Free text as a person wrote it; `language` is a tag, or None where the writer's language is not known."""

    text: str
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class Brand:
    """The firm as its mails show it. `colour` is `#rrggbb`, already checked for contrast against white."""

    name: str
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


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """One promised date: a day (`start`), a range (`start`..`end`), an estimate, `days` working days after
    `condition`, or not known (all empty)."""

    start: date | None = None
    end: date | None = None
    is_estimate: bool = False
    days: int | None = None
    condition: Words | None = None


@dataclass(frozen=True, kw_only=True)
class DateLine:
    """One milestone: what was first agreed, what is agreed now, how often it moved, and how it stands. `confirmed_on`
    is the day of the last word about a date that nobody confirmed for long."""

    label: str
    first: Agreed
    now: Agreed
    moved: int = 0
    standing: Standing = Standing.HOLDS
    done_on: date | None = None
    dropped_why: Words | None = None
    confirmed_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Delay:
    """One moved date, said first: whose cause, why, what we do, the new date or when the next news comes."""

    label: str
    first: Agreed
    was: Agreed
    now: Agreed
    moved: int
    cause: Who
    reason: str | None = None
    why: Words | None = None
    what_we_do: Words | None = None
    other_name: str | None = None

    @property
    def is_met(self) -> bool:
        """What the date waited for has come, and made it a day."""
        return self.was.days is not None and self.now.start is not None

    @property
    def is_earlier(self) -> bool:
        """It comes before the date it replaces, and is no less firm: welcome, and nothing to explain."""
        if self.now.is_estimate and not self.was.is_estimate:
            return False
        was, now = self.was.end or self.was.start, self.now.end or self.now.start
        return was is not None and now is not None and now <= was

    @property
    def is_welcome(self) -> bool:
        return self.is_met or self.is_earlier


@dataclass(frozen=True, kw_only=True)
class Step:
    """What comes next: by us, by the reader, or by somebody else under the name the reader knows."""

    text: Words
    who: Who = Who.US
    name: str | None = None
    by: date | None = None


@dataclass(frozen=True, kw_only=True)
class AskLine:
    """Something we need from the reader, by when."""

    text: Words
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
class Work:
    """The piece of work a mail is about. Progress counts agreed steps done of all agreed steps."""

    title: str
    reference: str
    stage: str | None = None
    steps_done: int = 0
    steps_total: int = 0


@dataclass(frozen=True, kw_only=True)
class CorrectedPart:
    """One part of an earlier mail: what we wrote, and what is right. `what` names the part (done, next, dates)."""

    what: str
    wrote: Words
    right: Words


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
