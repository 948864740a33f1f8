"""What a mail is before it is written, and what rendering makes of it.

Each kind of mail is one module in `emails.kinds`: its context, already in the recipient's zone and language; its
headline and preheader; its samples; its rule of sending. Dates are local dates of the recipient, instants are aware
datetimes in the recipient's zone, labels are in the recipient's language. Free words of a person travel as `Said`,
which keeps the language they were written in. Links are absolute URLs; stored mails carry placeholders there (see
`emails.links`).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime

from emails.pieces import Brand, Person, Said, Work
from emails.sentences import Sentences


@dataclass(frozen=True, kw_only=True)
class Mail(ABC):
    """What every mail has in common."""

    language: str
    brand: Brand
    recipient: str
    today: date
    """The day on which it is written, where the recipient is."""

    @abstractmethod
    def headline(self, say: Sentences) -> str:
        """The news itself in one line, for the subject and the heading: "On track for Friday 23 April"."""

    def subject(self, say: Sentences) -> str:
        """The news, and in mails to clients also the work it is about."""
        return self.headline(say)

    @abstractmethod
    def preheader(self, say: Sentences) -> str:
        """The line that a mail program shows beside the subject: what we ask for where we ask, else what comes next."""


@dataclass(frozen=True, kw_only=True)
class WorkMail(Mail):
    """A mail to a client about one piece of work."""

    engagement: Work
    owner: Person
    page_url: str

    def subject(self, say: Sentences) -> str:
        return say.about(self.headline(say), self.engagement)


@dataclass(frozen=True, kw_only=True)
class ClientMail(WorkMail):
    """One that says when the next news comes, and how to stop or change the mails."""

    preferences_url: str
    unsubscribe_url: str
    next_news_at: datetime | None = None
    introduces: Person | None = None
    """The new owner, introduced once, where the owner changed since the last mail."""
    introduction: Said | None = None


@dataclass(frozen=True, kw_only=True)
class StaffMail(Mail):
    """A mail to a colleague."""


@dataclass(frozen=True, kw_only=True)
class RenderedEmail:
    """One e-mail ready to be stored: three texts, placeholders for links still in them."""

    subject: str
    html: str
    text: str
    preheader: str = ""
