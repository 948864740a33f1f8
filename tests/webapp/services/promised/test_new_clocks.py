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

    for _ in range(2):
        new_clocks.follow(session, now=world.now)

    assert planned.promised_by == before - HOUR
    assert planned.promised_by.astimezone(ZoneInfo("Africa/Casablanca")).hour == 18
    assert session.scalars(select(Commitment.promised_at)).all() == [planned.promised_by]
    assert session.scalars(select(Update.next_news_at)).all() == [planned.promised_by]


def test_an_hour_of_an_older_rhythm_stays(session: Session, world: World, planned: Slot) -> None:
    planned.promised_by += HOUR
    before = planned.send_at

    new_clocks.follow(session, now=world.now)

    assert planned.send_at == before


def test_newer_rules_are_followed_again(
    session: Session, world: World, planned: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = planned.promised_by - HOUR
    for version in ("2026x", "2026y"):
        planned.send_at, planned.promised_by = right + timedelta(hours=-1), right + HOUR
        monkeypatch.setattr("tzdata.IANA_VERSION", version)

        new_clocks.follow(session, now=world.now)

        assert planned.promised_by == right


def test_many_are_followed_fifty_at_a_time(
    session: Session, world: World, planned: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.services.promised.new_clocks.AT_ONCE", 1)
    second, _ = world.open_engagement("MA-2")
    other = slots.current(session, second)
    assert other is not None
    right = other.promised_by
    other.send_at, other.promised_by = other.send_at + HOUR, right + HOUR
    session.flush()

    after = new_clocks.follow(session, now=world.now)
    assert (after, other.promised_by) == (planned.id, right + HOUR)

    new_clocks.follow(session, now=world.now, after=after)
    assert other.promised_by == right
