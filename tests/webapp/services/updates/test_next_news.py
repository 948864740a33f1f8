"""The next news that a mail printed is kept, or broken and its cause said."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World, answers
from webapp.models import Commitment, CommitmentState, Engagement, Slot, SlotState, Telling, TellingState, Update
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.updates import next_news
from webapp.services.work import engagements

TOLERANCE = timedelta(hours=2)


@pytest.fixture
def opened(world: World) -> tuple[Engagement, Slot]:
    """The welcome mail promised news on Tuesday by 18:00."""
    return world.open_engagement()


@pytest.fixture
def welcome(session: Session, opened: tuple[Engagement, Slot]) -> Commitment:
    return session.scalars(select(Commitment)).one()


def report(session: Session, world: World, slot: Slot, at: datetime) -> Update:
    """The owner writes, and the update goes out at the sending time, or at once where that has passed."""
    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=at)
    planning.advance(session, slot.id, now=max(at, slot.send_at))
    return session.scalars(select(Update).order_by(Update.id.desc())).first()  # type: ignore[return-value]


def heard(session: Session, update: Update, at: datetime) -> None:
    for telling in session.scalars(select(Telling).where(Telling.update_id == update.id)):
        telling.state, telling.told_at = TellingState.TOLD, at


def scored(given: Commitment) -> tuple[CommitmentState, str | None]:
    return given.state, given.cause


def test_what_the_welcome_mail_printed_is_kept_as_a_promise(
    opened: tuple[Engagement, Slot], welcome: Commitment
) -> None:
    assert (welcome.promised_at, welcome.state) == (opened[1].promised_by, CommitmentState.OPEN)


@pytest.mark.parametrize("late", [timedelta(0), TOLERANCE], ids=["on time", "two hours late"])
def test_news_that_was_heard_within_two_hours_keeps_it(
    session: Session, world: World, opened: tuple[Engagement, Slot], welcome: Commitment, late: timedelta
) -> None:
    update = report(session, world, opened[1], opened[1].send_at)
    heard(session, update, welcome.promised_at + late)

    next_news.score(session, now=welcome.promised_at + TOLERANCE)

    assert scored(welcome) == (CommitmentState.KEPT, None)
    assert welcome.kept_by_id == update.id


def test_nothing_is_scored_before_two_hours_have_passed(session: Session, welcome: Commitment) -> None:
    next_news.score(session, now=welcome.promised_at + TOLERANCE - timedelta(seconds=1))

    assert welcome.state is CommitmentState.OPEN


def test_a_mail_that_says_there_is_no_news_breaks_it(
    session: Session, opened: tuple[Engagement, Slot], welcome: Commitment
) -> None:
    planning.advance(session, opened[1].id, now=opened[1].promised_by)
    for update in session.scalars(select(Update)):
        heard(session, update, opened[1].promised_by)

    next_news.score(session, now=welcome.promised_at + TOLERANCE)

    assert opened[1].state is SlotState.NO_NEWS
    assert scored(welcome) == (CommitmentState.BROKEN, next_news.NO_REPORT)


def test_news_that_nobody_heard_in_time_breaks_it_by_trouble_with_the_mail(
    session: Session, world: World, opened: tuple[Engagement, Slot], welcome: Commitment
) -> None:
    update = report(session, world, opened[1], opened[1].send_at)
    heard(session, update, welcome.promised_at + TOLERANCE + timedelta(seconds=1))

    next_news.score(session, now=welcome.promised_at + TOLERANCE)

    assert scored(welcome) == (CommitmentState.BROKEN, next_news.MAIL_TROUBLE)


def test_a_promised_day_that_passed_while_nothing_ran_breaks_it_by_downtime(
    session: Session, opened: tuple[Engagement, Slot], welcome: Commitment
) -> None:
    opened[1].state, opened[1].skipped_why = SlotState.SKIPPED, next_news.DOWNTIME

    next_news.score(session, now=welcome.promised_at + TOLERANCE)

    assert scored(welcome) == (CommitmentState.BROKEN, next_news.DOWNTIME)


def test_where_nothing_at_all_went_out_that_is_the_cause(session: Session, welcome: Commitment) -> None:
    next_news.score(session, now=welcome.promised_at + TOLERANCE)

    assert scored(welcome) == (CommitmentState.BROKEN, next_news.NOTHING_CAME)


def test_what_is_scored_stays_as_it_was_scored(
    session: Session, world: World, opened: tuple[Engagement, Slot], welcome: Commitment
) -> None:
    next_news.score(session, now=welcome.promised_at + TOLERANCE)
    heard(session, report(session, world, opened[1], opened[1].send_at), opened[1].send_at)

    again = next_news.score(session, now=welcome.promised_at + 2 * TOLERANCE)

    assert again == 0
    assert welcome.state is CommitmentState.BROKEN


@pytest.mark.parametrize("end", [engagements.close, engagements.rest])
def test_closing_or_pausing_the_work_tells_the_client_and_settles_it(
    session: Session, world: World, opened: tuple[Engagement, Slot], welcome: Commitment, end: object
) -> None:
    at = world.now + timedelta(hours=3)

    end(session, opened[0], words="", by=world.alice, now=at)  # type: ignore[operator]
    next_news.score(session, now=welcome.promised_at + TOLERANCE)

    assert (welcome.state, welcome.scored_at) == (CommitmentState.SETTLED, at)
