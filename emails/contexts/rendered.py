"""What rendering takes, and what it makes of it."""

from dataclasses import dataclass, field

from emails.contexts.client import (
    Answer,
    ClientUpdate,
    Closing,
    Correction,
    DelayNotice,
    FreshLink,
    NoNews,
    Receipt,
    Welcome,
)
from emails.contexts.staff import DayMail, Invitation, LastCall, ReplyReceived, SignIn, Trouble


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
