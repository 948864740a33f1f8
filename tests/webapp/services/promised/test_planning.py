"""The rhythm at work: what happens at *send at* and at *promised by*, with late forms, two clocks and downtime."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import claim, deliver
from tests.support.factories import TUESDAYS, World, answers
from webapp.database import Database
from webapp.models import (
    Checkpoint,
    CheckpointState,
    Engagement,
    MailState,
    OutboxEmail,
    Slot,
    SlotState,
    Task,
    TaskKind,
    Telling,
    TellingState,
    Update,
    UpdateKind,
    User,
)
from webapp.services.core import tasks
from webapp.services.core.errors import Refused
from webapp.services.mail import outbox
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import cadences, slots
from webapp.services.work import engagements

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


def tick(session: Session, now: datetime) -> int:
    """What the clock does with slots."""
    return sum(planning.advance(session, number, now=now) for number in planning.due_slots(session, now=now))


def file(session: Session, slot: Slot, by: User, *, now: datetime, text: str = "Tiles finished.") -> None:
    checkpoints.submit(
        session, slot.checkpoint, answers(done=text), note="", based_on=slot.checkpoint.revision, by=by, now=now
    )


def news(session: Session) -> list[UpdateKind]:
    """Kinds of what was released after the welcome, oldest first."""
    kinds = session.scalars(select(Update.kind).where(Update.kind != UpdateKind.WELCOME).order_by(Update.id))
    return list(kinds)


def all_slots(session: Session) -> Sequence[Slot]:
    return session.scalars(select(Slot).order_by(Slot.local_on)).all()


def planned(session: Session, engagement: Engagement) -> Slot:
    slot = slots.current(session, engagement)
    assert slot is not None
    return slot


def test_the_next_slot_and_its_form_exist_from_the_moment_the_work_opens(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()

    assert slots.current(session, engagement) is slot
    assert slot.local_on == date(2026, 4, 7)
    assert slot.checkpoint.state is CheckpointState.DUE


def test_nothing_goes_out_before_its_time(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    unfiled = tick(session, slot.promised_by - timedelta(seconds=1))
    file(session, slot, world.alice, now=world.now)
    filed = tick(session, slot.send_at - timedelta(seconds=1))

    assert (unfiled, filed) == (0, 0)
    assert news(session) == []


def test_a_report_filed_between_sending_and_promised_time_goes_at_once(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    tick(session, slot.send_at)

    file(session, slot, world.alice, now=slot.send_at + 30 * MINUTE)

    update = session.scalars(select(Update).where(Update.slot_id == slot.id)).one()
    assert (update.kind, update.snapshot["is_late"]) == (UpdateKind.REGULAR, False)
    assert slot.state is SlotState.RELEASED
    assert planned(session, engagement).local_on == date(2026, 4, 14)
    assert tick(session, slot.promised_by) == 0


def test_nobody_filed_by_the_promised_time_so_the_client_hears_that_there_is_no_news(
    session: Session, world: World
) -> None:
    engagement, slot = world.open_engagement()

    assert tick(session, slot.promised_by) == 1

    update = session.scalars(select(Update).where(Update.slot_id == slot.id)).one()
    assert (slot.state, slot.checkpoint.state) == (SlotState.NO_NEWS, CheckpointState.MISSED)
    assert update.kind is UpdateKind.NO_NEWS
    assert update.snapshot["done"] is None
    assert update.next_news_at == slot.promised_by + DAY
    planning.bring_forward(session, now=slot.promised_by + MINUTE)
    assert planned(session, engagement).promised_by == slot.promised_by + DAY
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "no_news")).one()
    assert mail.to_address == "maria@bennani.example"


def test_from_the_third_silence_on_the_next_hour_is_a_working_week_away(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement(cadence=cadences.dump(replace(TUESDAYS, weeks=4)))

    for _ in range(3):
        slot = planned(session, engagement)
        tick(session, slot.promised_by)
        planning.bring_forward(session, now=slot.promised_by + MINUTE)

    said = [update.next_news_at for update in session.scalars(select(Update).where(Update.kind == UpdateKind.NO_NEWS))]
    days = [at.date() for at in said if at is not None]
    assert [later - earlier for earlier, later in pairwise(days)] == [DAY, 7 * DAY]


def test_over_a_weekend_the_next_hour_is_on_monday(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement(cadence=cadences.dump(replace(TUESDAYS, weekdays=(4,))))

    tick(session, slot.promised_by)

    silent = session.scalars(select(Update).where(Update.slot_id == slot.id)).one()
    assert silent.next_news_at == slot.promised_by + 3 * DAY
    assert engagement.id == silent.engagement_id


def test_a_late_report_puts_the_next_update_back_into_the_rhythm(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    tick(session, slot.promised_by)
    planning.bring_forward(session, now=slot.promised_by + MINUTE)

    file(session, slot, world.alice, now=slot.promised_by + 60 * MINUTE)

    update = session.scalars(select(Update).where(Update.kind == UpdateKind.REGULAR)).one()
    assert planned(session, engagement).local_on == slot.local_on + WEEK
    assert update.next_news_at == planned(session, engagement).promised_by
    assert planning.bring_forward(session, now=slot.promised_by + 70 * MINUTE) == 0


def test_a_report_filed_after_the_no_news_mail_goes_out_late(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    tick(session, slot.promised_by)

    file(session, slot, world.alice, now=slot.promised_by + 60 * MINUTE)

    assert news(session) == [UpdateKind.NO_NEWS, UpdateKind.REGULAR]
    update = session.scalars(select(Update).where(Update.kind == UpdateKind.REGULAR)).one()
    assert update.snapshot["is_late"] is True
    assert update.next_news_at == planned(session, engagement).promised_by
    assert [slot.local_on for slot in all_slots(session)] == [date(2026, 4, 7), date(2026, 4, 14)]


def test_two_clocks_make_one_update(database: Database, session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    session.commit()
    number, moment = slot.id, slot.promised_by

    with database.writer() as one:
        first = planning.advance(one, number, now=moment)
        if not database.is_sqlite:
            with database.writer() as two:
                assert planning.advance(two, number, now=moment) is False
        one.commit()
    with database.writer() as two:
        second = planning.advance(two, number, now=moment)
        two.commit()

    assert (first, second) == (True, False)
    assert news(session) == [UpdateKind.NO_NEWS]


def test_the_next_slot_comes_from_the_rule_and_not_from_the_late_sending(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()

    tick(session, slot.promised_by + timedelta(hours=20))

    assert planned(session, engagement).local_on == date(2026, 4, 14)
    assert planned(session, engagement).send_at == slot.send_at + WEEK


def test_slots_that_passed_during_downtime_fold_into_one_no_news_mail(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    back = slot.promised_by + 2 * WEEK + timedelta(hours=3)

    for _ in range(3):
        tick(session, back)

    states = [(kept.local_on, kept.state, kept.skipped_why) for kept in all_slots(session)]
    assert states == [
        (date(2026, 4, 7), SlotState.SKIPPED, "downtime"),
        (date(2026, 4, 14), SlotState.SKIPPED, "downtime"),
        (date(2026, 4, 21), SlotState.NO_NEWS, None),
        (date(2026, 4, 28), SlotState.PLANNED, None),
    ]
    assert news(session) == [UpdateKind.NO_NEWS]
    assert planned(session, engagement).local_on == date(2026, 4, 28)


def test_a_missed_slot_older_than_its_grace_is_kept_as_skipped(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()

    tick(session, slot.promised_by + planning.NO_NEWS_GRACE + MINUTE)

    assert (slot.state, slot.skipped_why) == (SlotState.SKIPPED, "downtime")
    assert news(session) == []
    assert planned(session, engagement).local_on == date(2026, 4, 14)


def test_a_report_filed_before_the_downtime_goes_out_once_and_says_it_is_late(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    file(session, slot, world.alice, now=world.now)

    for _ in range(3):
        tick(session, slot.promised_by + WEEK + timedelta(hours=1))

    update = session.scalars(select(Update).where(Update.slot_id == slot.id)).one()
    assert update.snapshot["is_late"] is True
    assert [kept.state for kept in all_slots(session)] == [SlotState.RELEASED, SlotState.SKIPPED, SlotState.PLANNED]
    assert news(session) == [UpdateKind.REGULAR]
    assert planned(session, engagement).local_on == date(2026, 4, 21)


def test_a_jump_of_more_than_seven_days_stops_sending_and_asks_a_person(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    last = world.now

    at_seven = planning.notice_jump(session, last, now=last + planning.JUMP)
    beyond = planning.notice_jump(session, last, now=last + planning.JUMP + timedelta(seconds=1))

    assert (at_seven, beyond) == (False, True)
    assert world.firm.sending_paused_why == "clock_jumped"
    assert [task.kind for task in tasks.waiting(session)] == [TaskKind.CLOCK_JUMPED]
    assert slot.state is SlotState.PLANNED


def test_the_rhythm_does_not_run_away_with_a_clock_that_jumped(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    ahead = world.now + timedelta(days=365)
    planning.notice_jump(session, world.now, now=ahead)

    assert tick(session, ahead) == 0
    assert [kept.local_on for kept in all_slots(session)] == [slot.local_on]

    world.firm.sending_paused_at = world.firm.sending_paused_why = None
    session.flush()
    assert tick(session, slot.promised_by) == 1


def test_the_first_tick_ever_is_no_jump(session: Session, world: World) -> None:
    assert planning.notice_jump(session, None, now=world.now) is False
    assert world.firm.sending_paused_at is None


@pytest.mark.parametrize(("who", "why"), [("alice", "They asked"), ("dalia", "  ")])
def test_the_no_news_mail_is_switched_off_by_a_manager_with_a_reason_only(
    session: Session, world: World, who: str, why: str
) -> None:
    engagement, _ = world.open_engagement()

    with pytest.raises(Refused):
        engagements.switch_no_news(session, engagement, is_off=True, why=why, by=getattr(world, who), now=world.now)

    assert engagement.is_no_news_off is False


def test_with_the_no_news_mail_off_a_missed_slot_closes_in_silence(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    engagements.switch_no_news(session, engagement, is_off=True, why="They asked", by=world.dalia, now=world.now)

    tick(session, slot.promised_by)

    assert slot.state is SlotState.NO_NEWS
    assert news(session) == []
    assert planned(session, engagement).local_on == date(2026, 4, 14)


def test_two_silent_weeks_in_a_row_are_a_task_that_the_next_update_closes(session: Session, world: World) -> None:
    engagement, first = world.open_engagement()
    tick(session, first.promised_by)
    after_one = [task.kind for task in tasks.waiting(session)]
    second = planned(session, engagement)
    tick(session, second.promised_by)
    after_two = [task.kind for task in tasks.waiting(session)]

    third = planned(session, engagement)
    file(session, third, world.alice, now=third.send_at - MINUTE)
    tick(session, third.send_at)

    assert (after_one, after_two) == ([], [TaskKind.PHONE_TWICE_SILENT])
    task = session.scalars(select(Task).where(Task.kind == TaskKind.PHONE_TWICE_SILENT)).one()
    assert task.done_at == third.send_at


def test_an_update_between_two_silences_keeps_them_from_being_in_a_row(session: Session, world: World) -> None:
    engagement, first = world.open_engagement()
    tick(session, first.promised_by)
    second = planned(session, engagement)
    file(session, second, world.alice, now=second.send_at)
    deliver(session, now=second.promised_by)
    third = planned(session, engagement)
    tick(session, third.promised_by)

    assert news(session) == [UpdateKind.NO_NEWS, UpdateKind.REGULAR, UpdateKind.NO_NEWS]
    assert tasks.waiting(session) == []


def test_a_form_is_owed_only_by_the_owner_of_open_work(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    until = slot.send_at + MINUTE
    world.engagement("MA-2")

    assert [form.slot_id for form in checkpoints.due(session, world.alice, on=world.now.date(), until=until)] == [
        slot.id
    ]
    assert checkpoints.due(session, world.bob, on=world.now.date(), until=until) == []
    engagements.rest(session, engagement, words="", by=world.dalia, now=world.now)
    assert checkpoints.due(session, world.alice, on=world.now.date(), until=until) == []


def test_every_slot_has_one_form_and_every_update_one_telling_for_each_reader(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    tick(session, slot.promised_by)

    assert len(session.scalars(select(Checkpoint)).all()) == len(all_slots(session)) == 2
    tellings = session.scalars(select(Telling).order_by(Telling.id)).all()
    assert [told.state for told in tellings] == [TellingState.TOLD, TellingState.DUE]


def test_downtime_beyond_its_grace_is_somebodys_phone_call(session: Session, world: World) -> None:
    _, slot = world.open_engagement()

    tick(session, slot.promised_by + timedelta(hours=25))

    assert slot.state is SlotState.SKIPPED
    (task,) = tasks.waiting(session)
    assert task.kind is TaskKind.PROMISE_BROKEN


def test_the_form_of_a_missed_slot_stays_due_until_newer_news_went_out(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    tick(session, slot.promised_by)

    missed = checkpoints.due(session, world.alice, on=world.now.date(), until=slot.promised_by)
    file(session, slot, world.alice, now=slot.promised_by + MINUTE)
    after = checkpoints.due(session, world.alice, on=world.now.date(), until=slot.promised_by)

    assert [checkpoint.slot_id for checkpoint in missed] == [slot.id]
    assert after == []


def test_a_notice_of_rest_does_not_go_out_once_the_work_goes_on(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()
    engagements.rest(session, engagement, words="", by=world.dalia, now=world.now)
    notice = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "closing")).one()
    had = claim(session, now=world.now, lease=MINUTE)
    assert had is not None

    engagements.resume(session, engagement, by=world.dalia, now=world.now)

    assert had.id == notice.id
    assert not outbox.begin(session, had, now=world.now)
    session.refresh(notice)
    assert notice.state is MailState.CANCELLED


def test_a_notice_of_rest_that_waits_is_taken_back_when_the_work_goes_on(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()
    engagements.rest(session, engagement, words="", by=world.dalia, now=world.now)

    engagements.resume(session, engagement, by=world.dalia, now=world.now)

    notice = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "closing")).one()
    assert notice.state is MailState.CANCELLED


@pytest.mark.parametrize(("hours", "said"), [(0, "news today"), (20, "news by Tuesday 7 April")])
def test_no_news_names_the_day_it_was_promised_for(
    session: Session, world: World, work: Engagement, hours: int, said: str
) -> None:
    slot = slots.current(session, work)
    assert slot is not None

    tick(session, slot.promised_by + timedelta(hours=hours))

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "no_news")).one()
    assert f"We promised you {said}" in read(mail).text


def test_what_waits_for_the_morning_is_written_for_the_morning(
    session: Session, world: World, work: Engagement
) -> None:
    world.firm.quiet_from, world.firm.quiet_until = time(17), time(8)
    slot = slots.current(session, work)
    assert slot is not None

    tick(session, slot.promised_by)

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "no_news")).one()
    assert mail.not_before.date() == date(2026, 4, 8)
    assert "We promised you news today" in read(mail).text
