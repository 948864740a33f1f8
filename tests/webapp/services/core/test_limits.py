"""Caps kept in the database: so many acts in a window, and no more."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import LimitedAct
from webapp.services.core import limits
from webapp.services.core.errors import TooMany

CAPS = [(2, timedelta(minutes=10)), (3, timedelta(days=1))]


def test_every_cap_counts_in_its_own_window(session: Session, now: datetime) -> None:
    allowed = []
    for minutes in (0, 1, 2, 10, 30, 60 * 24, 60 * 24 + 1):
        try:
            limits.count(session, "someone", now=now + timedelta(minutes=minutes), caps=CAPS)
        except TooMany:
            continue
        allowed.append(minutes)

    assert allowed == [0, 1, 10, 60 * 24, 60 * 24 + 1]


def test_a_refused_act_is_not_counted_and_others_are_not_held(session: Session, now: datetime) -> None:
    for _ in range(2):
        limits.count(session, "someone", now=now, caps=CAPS)

    with pytest.raises(TooMany):
        limits.count(session, "someone", now=now, caps=CAPS)
    limits.count(session, "somebody else", now=now, caps=CAPS)

    assert session.scalar(select(func.count()).select_from(LimitedAct)) == 3


def test_old_counts_are_forgotten_and_those_that_still_hold_are_kept(session: Session, now: datetime) -> None:
    limits.count(session, "someone", now=now, caps=CAPS)
    limits.count(session, "someone", now=now + timedelta(days=1, minutes=1), caps=CAPS)

    limits.forget_old(session, now=now + limits.KEPT + timedelta(seconds=1))

    assert session.scalars(select(LimitedAct.at)).all() == [now + timedelta(days=1, minutes=1)]
    assert max(window for _, window in CAPS) < limits.KEPT
