"""What each e-mail needs to be written: one frozen type per kind, already in the recipient's zone and language.

Dates are local dates of the recipient, instants are aware datetimes in the recipient's zone, labels are in the
recipient's language. Free words of a person travel as `Words`, which keep the language they were written in.
Links are absolute URLs; stored e-mails carry placeholders there (see `emails.links`).
"""

from emails.contexts.client import (
    Answer,
    ClientMail,
    ClientUpdate,
    Closing,
    CorrectedPart,
    Correction,
    DelayNotice,
    FreshLink,
    NoNews,
    Receipt,
    Welcome,
)
from emails.contexts.pieces import (
    Agreed,
    AskLine,
    Brand,
    DateLine,
    Delay,
    Engagement,
    Person,
    Standing,
    Step,
    Waiting,
    Who,
    Words,
)
from emails.contexts.rendered import EmailContext, RenderedEmail
from emails.contexts.staff import (
    DayMail,
    DueLine,
    Invitation,
    LastCall,
    MissedLine,
    QuestionLine,
    ReplyReceived,
    SignIn,
    StaffMail,
    Trouble,
    TroubleLine,
)

__all__ = [
    "Agreed",
    "Answer",
    "AskLine",
    "Brand",
    "ClientMail",
    "ClientUpdate",
    "Closing",
    "CorrectedPart",
    "Correction",
    "DateLine",
    "DayMail",
    "Delay",
    "DelayNotice",
    "DueLine",
    "EmailContext",
    "Engagement",
    "FreshLink",
    "Invitation",
    "LastCall",
    "MissedLine",
    "NoNews",
    "Person",
    "QuestionLine",
    "Receipt",
    "RenderedEmail",
    "ReplyReceived",
    "SignIn",
    "StaffMail",
    "Standing",
    "Step",
    "Trouble",
    "TroubleLine",
    "Waiting",
    "Welcome",
    "Who",
    "Words",
]
