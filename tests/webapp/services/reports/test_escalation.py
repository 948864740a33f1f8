"""A missed report is told in working days to its owner, their stand-in, the managers, until news goes out."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.away import away
from tests.support.factories import World, answers
from tests.support.moving import move, tick
from webapp.models import OutboxEmail, Slot, SlotState
from webapp.services.calendar import absences
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints, day_mails, escalation
from webapp.services.today import board
from webapp.services.work import engagements

MISSED_ON = datetime(2026, 4, 7, tzinfo=UTC)
DAY = timedelta(days=1)


def morning_of(day: int) -> datetime:
    """Nine in the morning where the firm is, after the hour of the day's mail."""
    return datetime(2026, 4, day, 8, 0, tzinfo=UTC)


@pytest.fixture
def missed(session: Session, world: World) -> Slot:
    """Alice's report for Tuesday 7 April was missed. Bob stands in for her, and is not needed: she is there."""
    today = date(2026, 4, 6)
    absences.name_stand_in(session, world.alice, world.bob, today=today, by=world.alice, now=world.now)
    _, slot = world.open_engagement()
    planning.advance(session, slot.id, now=slot.promised_by)
    assert slot.state is SlotState.NO_NEWS
    return slot


def mailed(session: Session, day: int) -> Counter[str]:
    """Who got a day's mail, and that it says so."""
    day_mails.morning(session, now=morning_of(day))
    wanted = select(OutboxEmail).where(OutboxEmail.kind == "day_mail", OutboxEmail.dedupe_key.endswith(f"-{day:02d}"))
    return Counter(mail.to_name for mail in session.scalars(wanted) if "nothing is written yet" in read(mail).text)


def test_owner_then_stand_in_then_managers_hear_in_working_days(session: Session, world: World, missed: Slot) -> None:
    world.firm.days_off = ["2026-04-09"]

    heard = {day: mailed(session, day) for day in (7, 8, 9, 10, 11, 12, 13)}

    assert heard == {
        7: {},
        8: {"Alice": 1},
        9: {},
        10: {"Alice": 1, "Bob": 1},
        11: {},
        12: {},
        13: {"Alice": 1, "Bob": 1, "Dalia": 1},
    }


def test_nobody_hears_twice_a_day(session: Session, world: World, missed: Slot) -> None:
    counts = [day_mails.morning(session, now=morning_of(8) + timedelta(hours=hours)) for hours in (0, 0, 5)]

    assert counts == [1, 0, 0]


def test_stand_in_and_managers_read_whose_it_is_and_are_not_asked_to_write(
    session: Session, world: World, missed: Slot
) -> None:
    mailed(session, 10)
    mails = {mail.to_name: mail for mail in session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "day_mail"))}

    assert "Responsible" not in read(mails["Alice"]).text
    assert "Write now" in read(mails["Alice"]).text
    for name in ("Bob", "Dalia"):
        assert "In charge: Alice" in read(mails[name]).text
        assert "Write now" not in read(mails[name]).text
        assert read(mails[name]).subject == "One client is still waiting for news"


def test_while_the_owner_is_away_who_stands_in_hears_first_and_writes_it(
    session: Session, world: World, missed: Slot
) -> None:
    away(world, world.alice, world.bob, first=8, last=20)

    assert mailed(session, 8) == {"Bob": 1}
    assert mailed(session, 9) == {"Bob": 1}
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "day_mail")).first()
    assert mail is not None
    assert "Write now" in read(mail).text


def test_the_next_in_line_is_who_stands_in_for_whoever_is_on_duty(session: Session, world: World, missed: Slot) -> None:
    away(world, world.alice, world.bob, first=8, last=20)
    today = date(2026, 4, 6)
    absences.name_stand_in(session, world.bob, world.amina, today=today, by=world.bob, now=world.now)

    assert mailed(session, 9) == {"Bob": 1, "Amina": 1}


def test_it_ends_when_the_late_report_goes_out(session: Session, world: World, missed: Slot) -> None:
    assert mailed(session, 8) == {"Alice": 1}

    checkpoints.submit(
        session,
        missed.checkpoint,
        answers(),
        note="",
        based_on=0,
        by=world.alice,
        now=morning_of(8) + timedelta(hours=1),
    )

    assert mailed(session, 9) == {}
    assert checkpoints.due(session, world.alice, on=date(2026, 4, 9), until=morning_of(9)) == []


def test_it_ends_when_the_client_hears_of_a_moved_date(session: Session, world: World, missed: Slot) -> None:
    move(world, missed.engagement.milestones[0], date(2026, 4, 28), at=morning_of(8))
    tick(session, at=morning_of(8) + timedelta(hours=1))

    assert mailed(session, 9) == {}


def test_it_ends_where_the_work_rests_and_begins_again_with_what_is_missed_then(
    session: Session, world: World, missed: Slot
) -> None:
    engagement = missed.engagement
    engagements.rest(session, engagement, words="", by=world.dalia, now=morning_of(8))
    assert mailed(session, 9) == {}

    slot = engagements.resume(session, engagement, by=world.dalia, now=morning_of(9))
    assert mailed(session, 10) == {}

    planning.advance(session, slot.id, now=slot.promised_by)
    assert mailed(session, slot.local_on.day + 1) == {"Alice": 1}


def test_only_the_newest_missed_report_is_told(session: Session, world: World, missed: Slot) -> None:
    later = session.scalars(select(Slot).where(Slot.state == SlotState.PLANNED)).one()
    planning.advance(session, later.id, now=later.promised_by)

    assert mailed(session, later.local_on.day + 1) == {"Alice": 1}
    told = escalation.of_missed(session, world.firm, on=later.local_on + DAY)
    assert [slot for slot, _ in told] == [later]


def test_what_nobody_is_responsible_for_is_the_managers_from_the_first_day(
    session: Session, world: World, missed: Slot
) -> None:
    missed.engagement.owner = None
    session.flush()

    assert mailed(session, 8) == {"Dalia": 1}


def test_today_shows_the_stand_in_what_the_mail_told_them(session: Session, world: World, missed: Slot) -> None:
    seen = {
        day: board.show(session, world.bob, on=date(2026, 4, day), now=morning_of(day)).missed for day in (8, 9, 10)
    }

    assert seen == {8: [], 9: [missed], 10: [missed]}
    assert board.show(session, world.alice, on=date(2026, 4, 7), now=MISSED_ON + DAY).missed == [missed]
