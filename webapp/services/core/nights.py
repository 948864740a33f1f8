"""What is done once a night, while few people work: housekeeping that no page and no mail waits for."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from webapp.models import Tick
from webapp.services.core.firm import the_firm
from webapp.timezones import local

BEGINS = timedelta(hours=3)


def once(session: Session, act: Callable[..., object], *, now: datetime) -> None:
    """Call `act(session, now=)` once a night, from three o'clock on where the firm is. A night in which the clock
    stood still is made up for at its next tick, once. Nights are told apart by the function's module and name."""
    name = f"night:{act.__module__}.{act.__qualname__}"
    firm = the_firm(session)
    zone = firm.zone if firm else "UTC"
    last = session.get(Tick, name, with_for_update=True)
    if last is not None and _night(last.at, zone) >= _night(now, zone):
        return
    act(session, now=now)
    session.merge(Tick(name=name, at=now))


def _night(at: datetime, zone: str) -> date:
    """The day on whose early morning the night began in which a moment lies."""
    return (local(at, zone) - BEGINS).date()
