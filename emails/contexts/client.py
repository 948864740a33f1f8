"""The mails to clients."""

from dataclasses import dataclass
from datetime import date, datetime

from emails.contexts.pieces import AskLine, Brand, DateLine, Delay, Engagement, Person, Step, Waiting, Words


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
