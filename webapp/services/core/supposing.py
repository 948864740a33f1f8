"""What would come of an act, seen without doing it: rows change in memory only, and are then as they were."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from webapp.models import Base

Row = TypeVar("Row", bound=Base)


@contextmanager
def supposing(session: Session) -> Iterator[None]:
    """Do an act on the rows of a session, a reader too, and look at what it makes of them: nothing of it is written.
    The act flushes with `number`, and what it asks for after it changed something it asks for with `found`."""
    session.flush()
    try:
        with session.no_autoflush:
            yield
    finally:
        for row in list(session.new):
            session.expunge(row)
        session.expire_all()


def number(session: Session) -> None:
    """Give new rows their numbers, where they are more than supposed."""
    if session.autoflush:
        session.flush()


def found(session: Session, statement: Select[Row], model: type[Row], is_wanted: Callable[[Row], bool]) -> list[Row]:
    """The rows of a statement that are wanted as they are now, and those that are only supposed. The statement must not
    choose by what an act may have changed: `is_wanted` does."""
    stored = session.scalars(statement).all()
    supposed = [row for row in session.new if isinstance(row, model)]
    return [row for row in (*stored, *supposed) if is_wanted(row)]
