"""What staff hear: one mail a working morning, one last call, one request for two lines, and trouble once."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails import rendering
from emails.links import placeholder
from tests.support.away import away
from tests.support.delivering import claim, write_all
from tests.support.factories import World, answers
from webapp.models import OutboxEmail, Slot, TaskKind
from webapp.services.core import tasks
from webapp.services.dates import questions
from webapp.services.mail import outbox
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints, day_mails, last_calls
from webapp.services.today import troubles
from webapp.services.work.engagements import PlannedStep

TUESDAY = datetime(2026, 4, 7, 7, 0, tzinfo=UTC)
"""Eight in Casablanca, whose clocks are an hour ahead until September."""

MINUTE = timedelta(minutes=1)


def staff_mails(session: Session, kind: str) -> Counter[str]:
    return Counter(session.scalars(select(OutboxEmail.to_name).where(OutboxEmail.kind == kind)))


def file(session: Session, slot: Slot, world: World) -> None:
    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now)


def test_each_owner_of_something_due_hears_once_a_morning(session: Session, world: World) -> None:
    world.open_engagement("MA-1")
    world.open_engagement("MA-2")
    world.open_engagement("BA-1", owner=world.bob)

    counts = [day_mails.morning(session, now=TUESDAY + minutes * MINUTE) for minutes in (-1, 0, 1, 60)]

    assert counts == [0, 2, 0, 0]
    assert staff_mails(session, "day_mail") == {"Alice": 1, "Bob": 1}
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.to_name == "Alice")).one()
    assert "MA-1" in read(mail).text
    assert "MA-2" in read(mail).text
    assert "BA-1" not in read(mail).text


def test_nobody_is_mailed_on_a_day_off_or_about_what_is_filed_or_due_later(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    monday = day_mails.morning(session, now=TUESDAY - timedelta(days=1))
    world.firm.days_off = ["2026-04-07"]
    off = day_mails.morning(session, now=TUESDAY)
    world.firm.days_off = []
    file(session, slot, world)

    filed = day_mails.morning(session, now=TUESDAY)

    assert (monday, off, filed) == (0, 0, 0)


def test_what_goes_out_on_days_off_is_asked_for_on_the_working_day_before(session: Session, world: World) -> None:
    """An hour that clients have in writing stands, also where the firm is closed by then: somebody writes ahead."""
    world.open_engagement()
    world.firm.days_off = ["2026-04-07", "2026-04-08"]
    monday = TUESDAY - timedelta(days=1)

    assert [day_mails.morning(session, now=monday + timedelta(days=days)) for days in range(4)] == [1, 0, 0, 1]

    first = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "day_mail").order_by(OutboxEmail.id)).first()
    assert first is not None
    assert read(first).subject == "Before the days off: one update to write"
    assert "Tuesday 7 April · goes out at 16:00, promised by 18:00" in read(first).text


def test_managers_read_in_their_own_day_mail_how_many_tasks_wait(session: Session, world: World) -> None:
    world.open_engagement(owner=world.dalia)
    tasks.raise_once(session, TaskKind.CLOCK_JUMPED, "clock", now=world.now)

    day_mails.morning(session, now=TUESDAY)

    assert staff_mails(session, "day_mail") == {"Dalia": 1}


def test_a_question_about_a_date_alone_is_a_mail_with_a_link_to_answer(session: Session, world: World) -> None:
    _, slot = world.open_engagement(steps=[PlannedStep(labels={"en": "Cupboards"}, on=date(2026, 4, 10))])
    file(session, slot, world)
    wednesday = datetime(2026, 4, 8, 8, 0, tzinfo=UTC)
    planning.advance(session, slot.id, now=slot.send_at)

    asked = questions.ask(session, now=wednesday)
    day_mails.morning(session, now=wednesday)

    assert asked == 1
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "day_mail")).one()
    assert (mail.to_name, read(mail).subject) == ("Alice", "Will this date hold?")
    assert "Cupboards: will Friday 10 April hold?" in read(mail).text
    assert f"Answer: {placeholder('forms')}" in read(mail).text


def test_while_somebody_is_away_the_stand_in_is_asked_about_their_dates(session: Session, world: World) -> None:
    _, slot = world.open_engagement(steps=[PlannedStep(labels={"en": "Cupboards"}, on=date(2026, 4, 10))])
    file(session, slot, world)
    planning.advance(session, slot.id, now=slot.send_at)
    away(world, world.alice, world.bob)
    wednesday = datetime(2026, 4, 8, 8, 0, tzinfo=UTC)

    questions.ask(session, now=wednesday)
    day_mails.morning(session, now=wednesday)

    assert staff_mails(session, "day_mail") == {"Bob": 1}


def test_while_somebody_is_away_their_mail_goes_to_the_stand_in_alone(session: Session, world: World) -> None:
    world.open_engagement("MA-1")
    world.open_engagement("BA-1", owner=world.bob)
    away(world, world.alice, world.bob)

    day_mails.morning(session, now=TUESDAY)

    assert staff_mails(session, "day_mail") == {"Bob": 1}
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "day_mail")).one()
    assert "MA-1" in read(mail).text
    assert "BA-1" in read(mail).text
    assert read(mail).text.count("In charge: Alice") == 1


def test_one_last_call_goes_out_before_the_sending_time(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    before = slot.send_at - world.firm.last_call_minutes * MINUTE

    counts = [last_calls.last_calls(session, now=moment) for moment in (before - MINUTE, before, before + MINUTE)]

    assert counts == [0, 1, 0]
    assert staff_mails(session, "last_call") == {"Alice": 1}


def test_no_last_call_for_what_is_filed(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    file(session, slot, world)

    assert last_calls.last_calls(session, now=slot.send_at - 10 * MINUTE) == 0


def test_the_slots_of_one_hour_are_one_call(session: Session, world: World) -> None:
    world.open_engagement("MA-1")
    _, slot = world.open_engagement("MA-2")

    last_calls.last_calls(session, now=slot.send_at - 10 * MINUTE)

    assert staff_mails(session, "last_call") == {"Alice": 1}


def test_at_the_sending_time_owner_and_manager_are_asked_for_two_lines_once(session: Session, world: World) -> None:
    _, slot = world.open_engagement()

    counts = [
        last_calls.ask_for_two_lines(session, now=moment)
        for moment in (slot.send_at - MINUTE, slot.send_at, slot.send_at + MINUTE)
    ]

    assert counts == [0, 1, 0]
    assert staff_mails(session, "last_call") == {"Alice": 1, "Dalia": 1}


def test_after_the_promised_time_nobody_is_asked_any_more(session: Session, world: World) -> None:
    _, slot = world.open_engagement()

    assert last_calls.ask_for_two_lines(session, now=slot.promised_by) == 0


@pytest.mark.parametrize("kind", list(troubles.TROUBLES))
def test_every_trouble_has_its_sentence_and_reaches_those_it_concerns_once(
    session: Session, world: World, kind: TaskKind
) -> None:
    engagement, _ = world.open_engagement()
    tasks.raise_once(session, kind, "1", now=world.now, engagement=engagement)

    counts = [troubles.tell(session, now=world.now + minutes * MINUTE) for minutes in (0, 1)]

    assert counts == [1, 0]
    owner = {} if kind in troubles.HEADS_ONLY else {"Alice": 1}
    heads = {} if kind in troubles.OWNER_ONLY else {"Dalia": 1, "Amina": 1}
    assert staff_mails(session, "trouble") == owner | heads
    assert all(read(mail).html for mail in session.scalars(select(OutboxEmail)))


def test_many_troubles_are_one_mail_to_each(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()
    for number in range(5):
        tasks.raise_once(session, TaskKind.MAIL_FAILED, str(number), now=world.now, engagement=engagement)

    assert troubles.tell(session, now=world.now) == 5
    assert staff_mails(session, "trouble") == {"Alice": 1, "Dalia": 1, "Amina": 1}


def test_trouble_that_is_done_is_not_mailed(session: Session, world: World) -> None:
    tasks.done(tasks.raise_once(session, TaskKind.MAIL_FAILED, "1", now=world.now), now=world.now)

    assert troubles.tell(session, now=world.now) == 0


def test_trouble_with_the_trouble_mail_itself_is_a_task_and_no_mail(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_context: object) -> None:
        raise RuntimeError("cannot be drawn")

    tasks.raise_once(session, TaskKind.MAIL_FAILED, "1", now=world.now)
    monkeypatch.setattr(rendering, "render", fail)

    for minutes in range(5):
        troubles.tell(session, now=world.now + minutes * MINUTE)
        write_all(session)

    assert staff_mails(session, "trouble") == {"Dalia": 1, "Amina": 1}
    assert [task.kind for task in tasks.waiting(session)] == [TaskKind.MAIL_FAILED] + [TaskKind.MAIL_HELD] * 2


def test_an_unknown_mail_is_named_to_staff_within_ten_minutes(session: Session, world: World) -> None:
    world.open_engagement(is_read=False)
    held = claim(session, now=world.now, lease=2 * MINUTE)
    assert held is not None
    outbox.begin(session, held, now=world.now)

    within = world.now + 10 * MINUTE
    outbox.sweep(session, now=within, unknown_after=timedelta(seconds=540))
    troubles.tell(session, now=within)

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "trouble")).first()
    assert mail is not None
    assert "Maria Bennani" in read(mail).text


def test_before_the_firm_is_set_up_nobody_hears_anything(session: Session, now: datetime) -> None:
    acts = (day_mails.morning, last_calls.last_calls, last_calls.ask_for_two_lines, troubles.tell)

    assert [act(session, now=now) for act in acts] == [0, 0, 0, 0]


def test_what_can_wait_is_mailed_in_working_hours_and_what_cannot_at_once(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()
    night = datetime(2026, 4, 10, 23, 21, tzinfo=UTC)
    tasks.raise_once(session, TaskKind.CLIENT_STOPPED, "1", now=night, engagement=engagement)
    tasks.raise_once(session, TaskKind.SENDING_STOPPED, "mail", now=night)

    at_night = troubles.tell(session, now=night)
    on_saturday = troubles.tell(session, now=night + timedelta(hours=12))
    on_monday = troubles.tell(session, now=datetime(2026, 4, 13, 9, 0, tzinfo=UTC))

    assert (at_night, on_saturday, on_monday) == (1, 0, 1)
