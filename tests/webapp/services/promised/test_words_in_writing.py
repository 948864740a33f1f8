"""What clients have in writing stands: a change of rhythm or calendar keeps their hour, or they are told another."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World
from tests.webapp.services.promised.test_calendar_changes import (
    EVENING,
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    close_tomorrow,
    planned_on,
    rhythm,
)
from webapp.models import Commitment, CommitmentState, OutboxEmail, Task
from webapp.services.mail.writing import read
from webapp.services.promised import calendar_changes, planning, redating
from webapp.services.rhythm import cadences, upcoming
from webapp.services.updates import next_news
from webapp.services.work import engagements


def test_what_clients_have_in_writing_keeps_its_hour(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    hour = slot.promised_by
    calendar_changes.close_tomorrow(session, by=world.dalia, now=EVENING)

    (redated,) = calendar_changes.redate_all(session, now=EVENING)

    assert (redated.is_kept, redated.is_in_writing, redated.has_moved) == (True, True, False)
    assert redated.to.on == WEDNESDAY
    assert slot.promised_by == hour
    assert _told_anew(session) == []
    planning.advance(session, slot.id, now=hour)
    assert planned_on(session, engagement) == date(2026, 4, 14)


def test_or_they_are_told_at_once_when_the_news_comes_instead(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    was = slot.promised_by
    calendar_changes.close_tomorrow(session, by=world.dalia, now=EVENING)

    calendar_changes.redate_all(session, now=EVENING, answer=redating.Answer(tells=True), by=world.dalia)
    next_news.score(session, now=was + timedelta(hours=3))

    (mail,) = _told_anew(session)
    assert planned_on(session, engagement) == WEDNESDAY
    assert "Wednesday 8 April, by 18:00" in read(mail).subject
    assert "Tuesday 7 April, by 18:00" in read(mail).text
    assert "We are closed on that day." in read(mail).text
    first, second = session.scalars(select(Commitment).order_by(Commitment.id)).all()
    assert (first.state, second.state) == (CommitmentState.SETTLED, CommitmentState.OPEN)
    assert second.promised_at == slot.promised_by
    assert session.scalars(select(Task)).all() == []


def test_sooner_than_promised_breaks_no_word(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement()
    calendar_changes.close_tomorrow(session, by=world.dalia, now=world.now)

    (redated,) = calendar_changes.redate_all(session, now=world.now)

    assert (redated.is_kept, redated.is_in_writing, redated.has_moved) == (False, False, True)
    assert planned_on(session, engagement) == MONDAY


def test_what_came_sooner_goes_back_no_further_than_promised(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement()
    close_tomorrow(session, world, now=world.now)
    engagements.change_rhythm(session, engagement, rhythm(weekdays=(4,)), by=world.alice, now=world.now)

    assert planned_on(session, engagement) <= TUESDAY


def test_a_new_rhythm_counts_after_the_hour_in_writing(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    hour = slot.promised_by

    engagements.change_rhythm(session, engagement, rhythm(weekdays=(4,)), by=world.alice, now=world.now)

    assert slot.promised_by == hour
    planning.advance(session, slot.id, now=hour)
    assert planned_on(session, engagement) == date(2026, 4, 10)


def test_nobody_waits_for_an_hour_that_no_mail_printed(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    for given in session.scalars(select(Commitment)):
        session.delete(given)

    engagements.change_rhythm(session, engagement, rhythm(weekdays=(4,)), by=world.alice, now=world.now)

    assert slot.local_on == date(2026, 4, 10)


@pytest.mark.parametrize(("keeps", "first"), [(True, TUESDAY), (False, date(2026, 4, 10))])
def test_a_rhythm_that_is_looked_at_shows_what_it_would_keep(
    session: Session, world: World, keeps: bool, first: date
) -> None:
    engagement, slot = world.open_engagement()
    shown: dict[str, Any] = {"firm": world.firm, "now": world.now, "tag": "en", "count": 2}
    fridays = cadences.load(rhythm(weekdays=(4,)))

    following = upcoming.as_changed(session, engagement, fridays, keeps=keeps, **shown)

    assert following[0].times.on == first
    assert slot.local_on == TUESDAY


def test_first_updates_that_were_spread_over_days_stay_where_they_are(session: Session, world: World) -> None:
    """A daily rhythm whose first update was put on a later day, so that many works live at once do not all write on
    one: closing tomorrow is nothing to it."""
    daily = rhythm(weekdays=(0, 1, 2, 3, 4))
    works = [world.engagement(f"MA-{number}", cadence=daily) for number in range(3)]
    for engagement, day in zip(works, (8, 9, 10), strict=True):
        engagements.go_live(
            session, engagement, by=world.dalia, now=world.now, first_after=date(2026, 4, day) - timedelta(days=1)
        )

    moved = close_tomorrow(session, world, now=EVENING)

    assert moved == 0
    assert [planned_on(session, each).day for each in works] == [8, 9, 10]


def _told_anew(session: Session) -> list[OutboxEmail]:
    return list(session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "news_moved")))
