"""Faults as the command says them: plain sentences, no traceback."""

from sqlalchemy.exc import SQLAlchemyError

from emails.languages import language
from webapp.config import SettingsFault
from webapp.services.core.errors import Refused


def said(fault: Exception) -> str | None:
    """What to tell whoever typed the command; None for a fault that is ours."""
    if isinstance(fault, SettingsFault):
        return "Milepost cannot start:\n" + "".join(f"  {line}\n" for line in fault.faults)
    if isinstance(fault, Refused):
        return f"{language('en').text(fault.key, **fault.values)}\n"
    if isinstance(fault, SQLAlchemyError):
        return f"The database does not answer: {getattr(fault, 'orig', None) or fault}\n"
    return None


def sentence(words: str) -> str:
    """The end of a sentence ("the database needs ...") as one that stands alone."""
    return words[0].upper() + words[1:]
