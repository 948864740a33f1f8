"""A moved date reaches clients at once, once, and with its explanation; what was taken back in time reaches nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.support.delivering import deliver
from tests.support.factories import TUESDAYS, World, answers
from tests.support.moving import WHY, delays, move, sent, tick
from webapp.models import (
    Act,
    Engagement,
    Milestone,
    OutboxEmail,
    Slot,
    UpdateKind,
)
from webapp.services.core.errors import Refused
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import cadences
from webapp.services.updates import notices
from webapp.services.work import engagements

LATER = date(2026, 4, 28)
QUARTER = timedelta(minutes=15)


def slot_of(session: Session, work: Engagement) -> Slot:
    return session.scalars(select(Slot).where(Slot.engagement_id == work.id).order_by(Slot.id)).first()  # type: ignore[return-value]


def test_a_date_that_moves_by_days_is_told_in_a_notice_of_its_own(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    tick(session, at=world.now + QUARTER)

    (notice,) = sent(session)
    (delay,) = delays(notice)
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "delay_notice")).one()
    assert (delay.first.starts_on, delay.was.starts_on, delay.now.starts_on) == (
        date(2026, 4, 20),
        date(2026, 4, 20),
        LATER,
    )
    assert "28 April" in read(mail).subject
    assert "The doors are late." in read(mail).text


def test_nothing_goes_out_before_a_quarter_of_an_hour_has_passed(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    tick(session, at=world.now + QUARTER - timedelta(seconds=1))

    assert sent(session) == []


def test_several_moves_within_a_quarter_of_an_hour_make_one_notice(
    session: Session, world: World, work: Engagement
) -> None:
    cupboards, handover = work.milestones
    move(world, cupboards, LATER, at=world.now)
    move(world, cupboards, date(2026, 4, 29), at=world.now + timedelta(minutes=5))
    move(world, handover, date(2026, 5, 4), at=world.now + timedelta(minutes=10))

    tick(session, at=world.now + QUARTER)
    tick(session, at=world.now + 3 * QUARTER)

    (notice,) = sent(session)
    assert [(delay.was.starts_on, delay.now.starts_on, delay.moved) for delay in delays(notice)] == [
        (date(2026, 4, 20), date(2026, 4, 29), 1),
        (date(2026, 4, 24), date(2026, 5, 4), 1),
    ]


def test_a_move_taken_back_before_it_went_out_is_told_to_nobody(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    back = move(world, cupboards, date(2026, 4, 20), at=world.now + timedelta(minutes=5))

    tick(session, at=world.now + QUARTER)

    assert back.act is Act.WITHDRAW
    assert sent(session) == []
    assert notices.due(session, now=world.now + QUARTER) == []


def test_a_second_move_after_the_notice_is_told_from_the_date_that_clients_know(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    tick(session, at=world.now + QUARTER)
    move(world, cupboards, date(2026, 5, 5), at=world.now + 2 * QUARTER)
    tick(session, at=world.now + 3 * QUARTER)

    first, second = sent(session)
    assert [(delay.was.starts_on, delay.now.starts_on, delay.moved) for delay in delays(second)] == [
        (LATER, date(2026, 5, 5), 2)
    ]
    assert first.key != second.key


def test_a_small_move_of_a_far_date_leads_the_next_update(session: Session, world: World, work: Engagement) -> None:
    slot = slot_of(session, work)
    move(world, work.milestones[1], date(2026, 4, 27), at=world.now)
    tick(session, at=world.now + QUARTER)

    checkpoints.submit(
        session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now + QUARTER
    )
    planning.advance(session, slot.id, now=slot.send_at)
    tick(session, at=slot.promised_by)

    assert sent(session) == []
    (update,) = sent(session, UpdateKind.REGULAR)
    assert [delay.now.starts_on for delay in delays(update)] == [date(2026, 4, 27)]


def test_a_small_move_of_what_is_due_within_five_working_days_goes_at_once(
    session: Session, world: World, cupboards: Milestone
) -> None:
    near = datetime(2026, 4, 15, 9, tzinfo=UTC)
    move(world, cupboards, date(2026, 4, 21), at=near)
    tick(session, at=near + QUARTER)

    assert len(sent(session)) == 1


def test_a_move_on_the_day_of_an_update_waits_for_it(session: Session, world: World, work: Engagement) -> None:
    slot = slot_of(session, work)
    morning = slot.send_at - timedelta(hours=5)
    move(world, work.milestones[0], LATER, at=morning)
    tick(session, at=morning + 2 * QUARTER)

    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=morning)
    planning.advance(session, slot.id, now=slot.send_at)

    assert sent(session) == []
    assert [delay.now.starts_on for delay in delays(sent(session, UpdateKind.REGULAR)[0])] == [LATER]


def test_where_nobody_reports_on_that_day_the_notice_goes_instead_of_saying_no_news(
    session: Session, world: World, work: Engagement
) -> None:
    slot = slot_of(session, work)
    move(world, work.milestones[0], LATER, at=slot.send_at - timedelta(hours=5))

    planning.advance(session, slot.id, now=slot.promised_by)

    assert len(sent(session)) == 1
    assert sent(session, UpdateKind.NO_NEWS) == []


def test_an_earlier_date_needs_no_explanation_and_is_told(session: Session, world: World, cupboards: Milestone) -> None:
    move(world, cupboards, date(2026, 4, 14), at=world.now, why=Why(cause=Who.US))
    tick(session, at=world.now + QUARTER)

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "delay_notice")).one()
    assert "sorry" not in read(mail).text
    assert "14 April" in read(mail).subject


def test_a_condition_that_is_met_becomes_a_day_and_is_no_second_move(
    session: Session, world: World, cupboards: Milestone
) -> None:
    plans = When(after_days=5, condition="your plans")
    move(world, cupboards, plans, at=world.now, why=Why(cause=Who.YOU, why="We wait.", what_we_do="We prepare."))
    tick(session, at=world.now + QUARTER)

    deliver(session, now=world.now + QUARTER)
    ledger.resolve(session, cupboards, date(2026, 4, 27), by=world.alice, now=world.now + 2 * QUARTER)
    tick(session, at=world.now + 3 * QUARTER)

    _, second = sent(session)
    (delay,) = delays(second)
    assert (delay.was.after_days, delay.now.starts_on, delay.moved) == (5, date(2026, 4, 27), 1)


def test_a_date_so_many_working_days_after_something_is_counted_for_the_reader(
    session: Session, world: World, cupboards: Milestone
) -> None:
    plans = When(after_days=5, condition="your plans")
    move(world, cupboards, plans, at=world.now, why=Why(cause=Who.YOU, why="We wait.", what_we_do="We prepare."))
    tick(session, at=world.now + QUARTER)

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "delay_notice")).one()
    assert "Counted from 6 April, that would be Monday 13 April." in read(mail).text


def test_a_move_of_a_draft_is_said_by_its_welcome(session: Session, world: World) -> None:
    draft = world.engagement()
    move(world, draft.milestones[0], LATER, at=world.now)
    engagements.go_live(session, draft, by=world.dalia, now=world.now)

    tick(session, at=world.now + QUARTER)

    assert sent(session) == []


def test_after_clients_were_told_a_form_cannot_silently_go_back_to_a_later_date(
    session: Session, world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, date(2026, 4, 14), at=world.now, why=Why(cause=Who.US))
    tick(session, at=world.now + QUARTER)

    with pytest.raises(Refused):
        move(world, cupboards, date(2026, 4, 20), at=world.now + 2 * QUARTER, why=Why(cause=Who.US))

    move(world, cupboards, date(2026, 4, 20), at=world.now + 2 * QUARTER, why=WHY)
    tick(session, at=world.now + 3 * QUARTER)
    assert [delay.now.starts_on for delay in delays(sent(session)[1])] == [date(2026, 4, 20)]


def test_a_firm_day_that_becomes_an_estimate_is_explained_even_where_it_is_earlier(
    world: World, cupboards: Milestone
) -> None:
    with pytest.raises(Refused):
        move(world, cupboards, When(starts_on=date(2026, 4, 17), is_estimate=True), at=world.now, why=Why(cause=Who.US))


def test_a_promised_day_of_news_is_printed_where_it_comes_before_the_rhythm(
    session: Session, world: World, cupboards: Milestone
) -> None:
    news_at = datetime(2026, 4, 7, 10, tzinfo=UTC)
    move(world, cupboards, When(next_news_at=news_at), at=world.now)
    tick(session, at=world.now + QUARTER)

    assert sent(session)[0].next_news_at == news_at


def test_a_small_move_whose_update_would_come_after_the_date_goes_at_once(session: Session, world: World) -> None:
    rare = {**cadences.dump(TUESDAYS), "every": "monthly_day", "weekdays": [], "day": 28}
    work, _ = world.open_engagement("MA-9", cadence=rare)
    move(world, work.milestones[1], date(2026, 4, 27), at=world.now)
    tick(session, at=world.now + QUARTER)

    assert len(sent(session)) == 1
