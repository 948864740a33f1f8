"""The mails to staff."""

from dataclasses import dataclass
from datetime import date, datetime

from emails.contexts.pieces import Brand, Engagement, Words


@dataclass(frozen=True, kw_only=True)
class DueLine:
    """One update that a staff user owes today, in the day's mail; `owner` where they stand in for somebody."""

    engagement: Engagement
    client: str
    send_at: datetime
    promised_by: datetime
    waiting_questions: int = 0
    is_late: bool = False
    owner: str | None = None


@dataclass(frozen=True, kw_only=True)
class QuestionLine:
    """One agreed date that comes near: does it hold? `owner` where it is not the reader's own."""

    engagement: Engagement
    client: str
    label: str
    on: date | None
    owner: str | None = None


@dataclass(frozen=True, kw_only=True)
class MissedLine:
    """One report that was missed, whose client waits; `owner` where it is not the reader's own, `is_to_write` where
    the reader is to write it, as the owner or as who stands in."""

    engagement: Engagement
    client: str
    on: date
    owner: str | None = None
    is_to_write: bool = False


@dataclass(frozen=True, kw_only=True)
class StaffMail:
    """What every mail to staff has in common."""

    language: str
    brand: Brand
    recipient: str


@dataclass(frozen=True, kw_only=True)
class DayMail(StaffMail):
    """One mail a working morning: what is due, asked or was missed, and one link to the first form."""

    today: date
    due: tuple[DueLine, ...]
    forms_url: str
    questions: tuple[QuestionLine, ...] = ()
    missed: tuple[MissedLine, ...] = ()
    replies_waiting: int = 0
    tasks_waiting: int = 0
    today_url: str = ""


@dataclass(frozen=True, kw_only=True)
class LastCall(StaffMail):
    """Once before the sending time, for what is still not written."""

    due: tuple[DueLine, ...]
    forms_url: str
    is_passed: bool = False
    """True at the sending time itself: two lines are asked for before the promised time."""
    missing_owner: str | None = None
    """The owner's name where the reader is that owner's manager."""


@dataclass(frozen=True, kw_only=True)
class SignIn(StaffMail):
    """Link and code, ten minutes, once."""

    url: str
    code: str
    ttl_minutes: int = 10


@dataclass(frozen=True, kw_only=True)
class Invitation(StaffMail):
    """The first mail a new colleague gets."""

    url: str
    invited_by: str | None
    ttl_days: int = 7


@dataclass(frozen=True, kw_only=True)
class ReplyReceived(StaffMail):
    """A client wrote on their page."""

    engagement: Engagement
    client: str
    writer: str
    kind: str
    """"question", "wrong", "answer" or "date_unsuitable"."""
    written: Words
    written_at: datetime
    answer_by: datetime | None
    url: str
    asked: Words | None = None


@dataclass(frozen=True, kw_only=True)
class TroubleLine:
    """One thing that needs a person, in words that say what to do."""

    what: str
    """A key of the catalogue's `trouble` table, such as "failed", "unknown", "refused_all", "bounced"."""
    about: str
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trouble(StaffMail):
    """Mails that did not arrive, and what to do about each."""

    lines: tuple[TroubleLine, ...]
    url: str
