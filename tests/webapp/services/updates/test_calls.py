"""The second promised day without news in a row: somebody takes it over, phones by a day, and is held to it."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.away import away
from tests.support.delivering import deliver
from tests.support.factories import World, answers
from webapp.models import CommitmentState, Engagement, OutboxEmail, PromisedCall, Task, TaskKind
from webapp.services.figures import of_news
from webapp.services.figures.scope import Extent, Scope, Span
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates import calls
from webapp.services.work import engagements

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
    assert "Dalia is in charge of this now" in leads[2]
    assert read(second).subject.startswith("Nothing confirmed; Dalia will phone you on 15 April")
    assert read(third).subject.startswith("We did not phone you on 15 April; next news Tuesday 28 April")


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

    deliver(session, now=slot.promised_by)
    keep_silent(session, work)
    again, _ = keep_silent(session, work)

    assert "second time in a row" in read(again).text
    assert len(session.scalars(select(PromisedCall)).all()) == 2


def test_what_became_of_a_call_is_told_once_and_then_another_is_promised(
    session: Session, world: World, work: Engagement
) -> None:
    leads = []
    for number in range(6):
        mail, at = keep_silent(session, work)
        deliver(session, now=at)
        leads.append(read(mail).text.split("\n\n")[2])
        if number == 1:
            calls.came(session, work, "The doors are late.", by=world.alice, now=at + timedelta(hours=16))
        calls.score(session, now=at + timedelta(days=3))

    assert all(one != other for one, other in pairwise(leads))
    assert "Alice phoned you about it on Wednesday 15 April" in leads[2], "who phoned, whoever had taken it on"
    assert "Dalia has taken this over and will phone you on Wednesday 29 April" in leads[3]
    assert "did not come" in leads[4]
    states = [call.state for call in session.scalars(select(PromisedCall).order_by(PromisedCall.id))]
    assert states == [CommitmentState.KEPT, CommitmentState.BROKEN, CommitmentState.BROKEN]


def test_who_is_away_on_the_day_takes_no_call_on(session: Session, world: World, work: Engagement) -> None:
    keep_silent(session, work)
    away(world, world.dalia, world.amina, first=15, last=17)

    second, _ = keep_silent(session, work)

    assert "Amina has taken this over and will phone you on Wednesday 15 April" in read(second).text


def test_a_rest_ends_the_call_its_task_and_the_silence(session: Session, world: World, work: Engagement) -> None:
    keep_silent(session, work)
    _, at = keep_silent(session, work)

    engagements.rest(session, work, words="", by=world.alice, now=at + timedelta(hours=1))

    assert the_task(session).done_at is not None
    assert calls.open_ones(session) == {}
    engagements.resume(session, work, by=world.alice, now=at + timedelta(days=30))
    again, _ = keep_silent(session, work)
    assert "did not come" not in read(again).text


def test_who_was_never_promised_a_call_is_not_told_that_it_did_not_come(session: Session, work: Engagement) -> None:
    keep_silent(session, work)
    work.is_no_news_off = True
    slot = slots.current(session, work)
    assert slot is not None
    planning.advance(session, slot.id, now=slot.promised_by)
    work.is_no_news_off = False

    third, _ = keep_silent(session, work)

    assert "has taken this over" in read(third).text
    assert "as we wrote" not in read(third).text


def test_a_call_that_nobody_was_to_hear_of_is_not_broken(session: Session, world: World, work: Engagement) -> None:
    for part in work.participations:
        part.stopped_at = world.now
    session.flush()
    for _ in range(2):
        slot = slots.current(session, work)
        assert slot is not None
        planning.advance(session, slot.id, now=slot.promised_by)
        planning.bring_forward(session, now=slot.promised_by + timedelta(minutes=1))
    call = session.scalars(select(PromisedCall)).one()

    calls.score(session, now=call.promised_at + timedelta(minutes=1))

    assert call.state is CommitmentState.SETTLED
