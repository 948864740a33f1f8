"""What each e-mail needs to be written: one frozen type per kind, already in the recipient's zone and language.

Dates are local dates of the recipient, instants are aware datetimes in the recipient's zone, labels are in the
recipient's language. Free words of a person travel as `Words`, which keep the language they were written in.
Links are absolute URLs; stored e-mails carry placeholders there (see `emails.links`).
"""

from dataclasses import dataclass, field
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
    """Somebody to phone, by name. `hours` is a finished phrase in the recipient's language."""

    name: str
    phone: str | None = None
    hours: str | None = None


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
    """One milestone: what was first agreed, what is agreed now, how often it moved, and how it stands."""

    label: str
    first: Agreed
    now: Agreed
    moved: int = 0
    standing: Standing = Standing.HOLDS
    done_on: date | None = None


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
class Engagement:
    """The piece of work a mail is about. Progress counts agreed steps done of all agreed steps."""

    title: str
    reference: str
    stage: str | None = None
    steps_done: int = 0
    steps_total: int = 0


@dataclass(frozen=True, kw_only=True)
class ClientMail:
    """What every mail to a client has in common."""

    language: str
    brand: Brand
    recipient: str
    engagement: Engagement
    owner: Person
    page_url: str
    preferences_url: str
    unsubscribe_url: str
    next_news_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ClientUpdate(ClientMail):
    """A regular update or, where `delays` is not empty, one that says the moved dates first."""

    since: date | None = None
    done: Words | None = None
    step_done: str | None = None
    """How the last mail's next step went: "yes", "partly", "no", or None where none was promised."""
    last_step: Words | None = None
    steps: tuple[Step, ...] = ()
    dates: tuple[DateLine, ...] = ()
    delays: tuple[Delay, ...] = ()
    asks: tuple[AskLine, ...] = ()
    waiting: Waiting | None = None
    is_late: bool = False
    """True where this update was promised earlier and goes out after its time; the mail says so."""
    introduces: Person | None = None
    """The new owner, introduced once, where the owner changed since the last mail."""
    introduction: Words | None = None
    reply_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class DelayNotice(ClientUpdate):
    """Moved dates told at once, outside the rhythm."""


@dataclass(frozen=True, kw_only=True)
class NoNews(ClientMail):
    """What goes out at the promised time when nobody reported. Signed by the firm, blames nobody."""

    confirmed_on: date | None
    dates: tuple[DateLine, ...] = ()
    asks: tuple[AskLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Welcome(ClientMail):
    """The first mail: what was agreed, the rhythm in words, whom to phone, what we already know."""

    rhythm: str
    dates: tuple[DateLine, ...] = ()
    facts: tuple[Words, ...] = ()
    asks: tuple[AskLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CorrectedPart:
    """One part of an earlier mail: what we wrote, and what is right. `what` names the part (done, next, dates)."""

    what: str
    wrote: Words
    right: Words


@dataclass(frozen=True, kw_only=True)
class Correction(ClientMail):
    """We wrote ..., right is ..."""

    written_on: date
    parts: tuple[CorrectedPart, ...]
    delays: tuple[Delay, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Closing(ClientMail):
    """The last mail of a piece of work, or the notice that it rests (`is_pause`)."""

    is_pause: bool = False
    resumes_on: date | None = None
    words: Words | None = None


@dataclass(frozen=True, kw_only=True)
class FreshLink:
    """A new link to the client's page, asked for on the page itself. No unsubscribe: somebody asked for it."""

    language: str
    brand: Brand
    recipient: str
    engagement: Engagement
    owner: Person
    page_url: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the client wrote, sent back to the address on file, with when they will have an answer."""

    language: str
    brand: Brand
    recipient: str
    engagement: Engagement
    owner: Person
    page_url: str
    written: Words
    written_at: datetime
    written_as: str | None = None
    """The name the writer gave where they said they were somebody else."""
    answer_by: datetime | None = None
    is_stop: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer(ClientMail):
    """Our answer to what a client wrote on their page."""

    asked: Words
    answer: Words


@dataclass(frozen=True, kw_only=True)
class DueLine:
    """One update that a staff user owes today, in the day's mail."""

    engagement: Engagement
    client: str
    send_at: datetime
    promised_by: datetime
    waiting_questions: int = 0
    is_late: bool = False


@dataclass(frozen=True, kw_only=True)
class StaffMail:
    """What every mail to staff has in common."""

    language: str
    brand: Brand
    recipient: str


@dataclass(frozen=True, kw_only=True)
class DayMail(StaffMail):
    """One mail a working morning: what is due, and one link to the first form."""

    today: date
    due: tuple[DueLine, ...]
    forms_url: str
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


@dataclass(frozen=True, kw_only=True)
class RenderedEmail:
    """One e-mail ready to be stored: three texts, placeholders for links still in them."""

    subject: str
    html: str
    text: str
    preheader: str = field(default="")


EmailContext = (
    ClientUpdate
    | DelayNotice
    | NoNews
    | Welcome
    | Correction
    | Closing
    | FreshLink
    | Receipt
    | Answer
    | DayMail
    | LastCall
    | SignIn
    | Invitation
    | ReplyReceived
    | Trouble
)
