"""The second promised day without news in a row: somebody takes it over, phones by a day, and is held to it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World, answers
from webapp.models import CommitmentState, Engagement, OutboxEmail, PromisedCall, Task, TaskKind
from webapp.services.figures import of_news
from webapp.services.figures.scope import Extent, Scope, Span
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates import calls

DALIA = "Dalia"


@pytest.fixture
def work(world: World) -> Engagement:
    """News every Tuesday by 18:00; nobody ever reports."""
    return world.open_engagement()[0]


def keep_silent(session: Session, work: Engagement) -> tuple[OutboxEmail, datetime]:
    """The next promised time passes; the mail that says so, and that time."""
    slot = slots.current(session, work)
    assert slot is not None
    at = slot.promised_by
    planning.advance(session, slot.id, now=at)
    newest = select(OutboxEmail).where(OutboxEmail.kind == "no_news").order_by(OutboxEmail.id.desc()).limit(1)
    return session.scalars(newest).one(), at


def the_task(session: Session) -> Task:
    return session.scalars(select(Task).where(Task.kind == TaskKind.PHONE_TWICE_SILENT)).one()


def test_silence_is_never_said_twice_in_the_same_words(session: Session, work: Engagement) -> None:
    first, _ = keep_silent(session, work)
    second, at = keep_silent(session, work)
    calls.score(session, now=at + timedelta(days=3))
    third, _ = keep_silent(session, work)
    leads = [read(mail).text.split("\n\n")[2] for mail in (first, second, third)]

    assert "promised you news today" in leads[0]
    assert "Dalia has taken this over and will phone you on Wednesday 15 April" in leads[1]
    assert "the call we promised you for Wednesday 15 April did not come" in leads[2]
    assert "Dalia is responsible for this" in leads[2]
    assert read(second).subject.startswith("Nothing confirmed; Dalia will phone you on 15 April")
    assert read(third).subject.startswith("Still nothing confirmed; next news Tuesday 28 April")


def test_the_call_is_kept_where_somebody_phoned_by_its_day_and_the_next_mail_says_what_came_of_it(
    session: Session, world: World, work: Engagement
) -> None:
    keep_silent(session, work)
    _, at = keep_silent(session, work)

    calls.came(session, work, " The doors are on the lorry. ", by=world.dalia, now=at + timedelta(hours=16))
    calls.score(session, now=at + timedelta(days=3))
    third, _ = keep_silent(session, work)

    call = session.scalars(select(PromisedCall)).one()
    assert (call.user.name, call.on, call.state) == (DALIA, date(2026, 4, 15), CommitmentState.KEPT)
    assert "phoned you about it on Wednesday 15 April" in read(third).text
    assert "The doors are on the lorry." in read(third).text


def test_a_call_that_did_not_come_is_scored_and_somebody_hears_once_more(session: Session, work: Engagement) -> None:
    keep_silent(session, work)
    _, at = keep_silent(session, work)
    task = the_task(session)
    task.mailed_at = at

    early, late = calls.score(session, now=at + timedelta(hours=20)), calls.score(session, now=at + timedelta(days=2))

    call = session.scalars(select(PromisedCall)).one()
    assert (early, late, call.state) == (0, 1, CommitmentState.BROKEN)
    assert task.mailed_at is None
    span = Span(since=None, today=date(2026, 5, 1), zone="Africa/Casablanca")
    rows = of_news.announced(session, Extent(session, Scope(), span))
    assert [(row.is_kept, row.cause) for row in rows if row.cause == calls.NO_CALL] == [(False, "no_call")]


def test_news_ends_the_wait_for_the_call_and_a_later_silence_gets_one_of_its_own(
    session: Session, world: World, work: Engagement
) -> None:
    keep_silent(session, work)
    _, at = keep_silent(session, work)
    slot = slots.current(session, work)
    assert slot is not None
    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=at)
    planning.advance(session, slot.id, now=slot.send_at)

    assert [call.state for call in session.scalars(select(PromisedCall))] == [CommitmentState.SETTLED]

    keep_silent(session, work)
    again, _ = keep_silent(session, work)

    assert "second time in a row" in read(again).text
    assert len(session.scalars(select(PromisedCall)).all()) == 2
