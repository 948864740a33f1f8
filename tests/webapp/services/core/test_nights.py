"""Housekeeping once a night where the firm is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.support.factories import World
from webapp.services.core import nights

EVENING = datetime(2026, 4, 21, 20, 0, tzinfo=UTC)


class Housekeeping:
    def __init__(self) -> None:
        self.done: list[datetime] = []

    def __call__(self, _session: Session, *, now: datetime) -> None:
        self.done.append(now)


@pytest.fixture
def act() -> Housekeeping:
    made = Housekeeping()
    made.__qualname__ = "housekeeping"  # type: ignore[attr-defined]
    return made


def test_it_is_done_once_a_night_from_three_where_the_firm_is(
    session: Session, world: World, act: Housekeeping
) -> None:
    world.firm.zone = "Asia/Baku"
    three = datetime(2026, 4, 21, 23, 0, tzinfo=UTC)

    for minutes in range(0, 48 * 60, 10):
        nights.once(session, act, now=EVENING + timedelta(minutes=minutes))

    assert act.done == [EVENING, three, three + timedelta(days=1)]


def test_nights_in_which_the_clock_stood_still_are_made_up_for_once(
    session: Session, world: World, act: Housekeeping
) -> None:
    nights.once(session, act, now=EVENING)

    for minutes in (0, 1, 2):
        nights.once(session, act, now=EVENING + timedelta(days=5, minutes=minutes))

    assert act.done == [EVENING, EVENING + timedelta(days=5)]


def test_what_fails_is_not_counted_as_done(session: Session, world: World, act: Housekeeping) -> None:
    def failing(_session: Session, *, now: datetime) -> None:
        act.done.append(now)
        raise ZeroDivisionError

    for minutes in (0, 1):
        with pytest.raises(ZeroDivisionError):
            nights.once(session, failing, now=EVENING + timedelta(minutes=minutes))

    assert len(act.done) == 2
