"""New rules of time zones move moments, never the hours that clients have in writing."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World
from webapp.models import Commitment, Engagement, Slot, Update
from webapp.services.promised import new_clocks
from webapp.services.rhythm import slots

HOUR = timedelta(hours=1)


@pytest.fixture
def planned(session: Session, work: Engagement) -> Slot:
    """A slot as it was planned by rules that put its clocks an hour behind."""
    slot = slots.current(session, work)
    assert slot is not None
    slot.send_at, slot.promised_by = slot.send_at + HOUR, slot.promised_by + HOUR
    for given in session.scalars(select(Commitment)):
        given.promised_at += HOUR
        given.update.next_news_at = slot.promised_by
    session.flush()
    return slot


def test_what_is_planned_keeps_its_local_hour_and_so_does_its_promise(
    session: Session, world: World, planned: Slot
) -> None:
    before = planned.promised_by

    moved = [new_clocks.follow(session, now=world.now) for _ in range(2)]

    assert moved == [1, 0]
    assert planned.promised_by == before - HOUR
    assert planned.promised_by.astimezone(ZoneInfo("Africa/Casablanca")).hour == 18
    assert session.scalars(select(Commitment.promised_at)).all() == [planned.promised_by]
    assert session.scalars(select(Update.next_news_at)).all() == [planned.promised_by]


def test_an_hour_of_an_older_rhythm_stays(session: Session, world: World, planned: Slot) -> None:
    planned.promised_by += HOUR
    before = planned.send_at

    assert new_clocks.follow(session, now=world.now) == 0
    assert planned.send_at == before


def test_newer_rules_are_followed_again(
    session: Session, world: World, planned: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tzdata.IANA_VERSION", "2026x")
    assert new_clocks.follow(session, now=world.now) == 1
    planned.send_at, planned.promised_by = planned.send_at + HOUR, planned.promised_by + HOUR
    monkeypatch.setattr("tzdata.IANA_VERSION", "2026y")

    assert new_clocks.follow(session, now=world.now) == 1
