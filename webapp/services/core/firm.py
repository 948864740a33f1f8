"""The firm this installation serves, and its words."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Firm, Labels, TaskKind

ONLY = 1
"""The number of the one firm an installation serves."""


def the_firm(session: Session) -> Firm | None:
    """The firm this installation serves, or None before it was set up."""
    return session.get(Firm, ONLY)


def known_firm(session: Session) -> Firm:
    """The same where it must be set up, as it is wherever there is work."""
    return session.get_one(Firm, ONLY)


def locked_firm(session: Session) -> Firm:
    """The same, locked against everybody else who changes it or its calendar."""
    return session.get_one(Firm, ONLY, with_for_update=True)


def clock_jumped(session: Session) -> bool:
    """Whether a clock that jumped waits for a person's word: the rhythm must not run away with it."""
    return session.scalar(select(Firm.sending_paused_why)) == TaskKind.CLOCK_JUMPED.value


def label(labels: Labels, language: str, fallback: str) -> str:
    """A firm's own label in a language, else in the firm's language, else any there is."""
    return labels.get(language) or labels.get(fallback) or next(iter(labels.values()), "")
