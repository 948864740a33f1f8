"""What a changed calendar does to the updates that are planned, and how the next ones tell it."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support import strategies
from tests.support.factories import TUESDAYS, World
from webapp.models import Engagement, Slot, SlotState
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.promised import calendar_changes, planning, redating
from webapp.services.rhythm import cadences, schedule, slots, upcoming
from webapp.services.rhythm.schedule import Cadence, Every, OnDayOff, SlotTimes

CASABLANCA = ZoneInfo("Africa/Casablanca")
MONDAY, TUESDAY, WEDNESDAY = date(2026, 4, 6), date(2026, 4, 7), date(2026, 4, 8)
EVENING = datetime(2026, 4, 6, 19, 0, tzinfo=CASABLANCA)


def rhythm(**given: Any) -> dict[str, Any]:
    return cadences.dump(Cadence(**{**TUESDAYS.__dict__, **given}))


def planned_on(session: Session, engagement: Engagement) -> date:
    slot = slots.current(session, engagement)
    assert slot is not None
    return slot.local_on


def close_tomorrow(session: Session, world: World, *, now: datetime) -> int:
    """How many updates moved, with clients being told where they had another hour in writing."""
    calendar_changes.close_tomorrow(session, by=world.dalia, now=now)
    return redated(session, now=now)


def redated(session: Session, *, now: datetime) -> int:
    return sum(
        each.has_moved for each in calendar_changes.redate_all(session, now=now, answer=redating.Answer(tells=True))
    )


def test_closed_tomorrow_brings_the_update_to_the_working_day_before(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement()

    moved = close_tomorrow(session, world, now=world.now)

    assert moved == 1
    assert planned_on(session, engagement) == MONDAY


def test_told_in_the_evening_the_update_comes_on_the_day_after_not_a_week_later(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement()

    moved = close_tomorrow(session, world, now=EVENING)

    assert moved == 1
    assert planned_on(session, engagement) == WEDNESDAY


def test_an_update_whose_day_before_had_its_own_comes_on_the_day_after(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement(cadence=rhythm(weekdays=(0, 1)))
    planning.advance(session, slot.id, now=slot.promised_by)

    close_tomorrow(session, world, now=EVENING)

    assert slot.local_on == MONDAY
    assert planned_on(session, engagement) == WEDNESDAY


def test_a_rhythm_that_sends_anyway_stays(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement(cadence=rhythm(day_off=OnDayOff.SEND))

    assert close_tomorrow(session, world, now=world.now) == 0
    assert planned_on(session, engagement) == TUESDAY


def test_a_rhythm_that_waits_comes_the_day_after(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement(cadence=rhythm(day_off=OnDayOff.AFTER))

    close_tomorrow(session, world, now=world.now)

    assert planned_on(session, engagement) == WEDNESDAY


def test_the_same_change_once_more_moves_nothing(session: Session, world: World) -> None:
    for now in (world.now, EVENING):
        engagement, _slot = world.open_engagement(f"MA-{now.hour}")
    close_tomorrow(session, world, now=EVENING)

    again = [redated(session, now=EVENING + timedelta(hours=hours)) for hours in (0, 1, 12)]

    assert again == [0, 0, 0]
    assert planned_on(session, engagement) == WEDNESDAY


def test_open_after_all_brings_the_update_back(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement()
    for now in (world.now, EVENING):
        close_tomorrow(session, world, now=now)
        calendar_changes.remove(session, world.firm.calendar_days[0].id, by=world.dalia, now=now)

        assert redated(session, now=now) == 1
        assert planned_on(session, engagement) == TUESDAY


def test_a_slot_whose_promised_time_has_come_is_left_to_the_clock(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    now = slot.promised_by + timedelta(seconds=1)

    calendar_changes.add_own(session, TUESDAY, by=world.dalia, now=now)

    assert redated(session, now=now) == 0
    assert planned_on(session, engagement) == TUESDAY


def test_who_was_asked_is_not_asked_again_where_nothing_moved(session: Session, world: World) -> None:
    _engagement, slot = world.open_engagement()
    slot.asked_at = world.now

    calendar_changes.add_own(session, date(2026, 5, 4), by=world.dalia, now=world.now)
    calendar_changes.redate_all(session, now=world.now)

    assert slot.asked_at == world.now


def test_what_closing_would_do_is_what_it_does(session: Session, world: World) -> None:
    works = [world.open_engagement("A")[0], world.open_engagement("B", cadence=rhythm(day_off=OnDayOff.AFTER))[0]]
    world.open_engagement("C", cadence=rhythm(weekdays=(3,)))

    foretold = calendar_changes.day_off_tomorrow(session, world.firm, now=EVENING)
    close_tomorrow(session, world, now=EVENING)

    assert foretold == calendar_changes.DayOff(on=TUESDAY, moves={WEDNESDAY: 2})
    assert {planned_on(session, work) for work in works} == {WEDNESDAY}
    assert calendar_changes.day_off_tomorrow(session, world.firm, now=EVENING) is None


def test_the_next_ones_say_what_moved_them_and_why(session: Session, world: World) -> None:
    world.firm.country = "MA"
    engagement, _slot = world.open_engagement(cadence=rhythm(weekdays=(4,)))

    following = upcoming.of(session, engagement, firm=world.firm, now=world.now, tag="en", count=4)

    assert [next.times.on.day for next in following] == [10, 17, 24, 30]
    moved = following[-1]
    assert (moved.is_moved, moved.meant_on) == (True, date(2026, 5, 1))
    assert moved.day_off is not None
    assert moved.day_off.name == "Labor Day"
    assert not any(next.is_moved or next.day_off for next in following[:-1])


def test_an_update_put_off_to_the_day_after_says_so_too(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement()
    close_tomorrow(session, world, now=EVENING)

    first, second = upcoming.of(session, engagement, firm=world.firm, now=EVENING, tag="en", count=2)

    assert (first.times.on, first.meant_on, first.is_moved) == (WEDNESDAY, TUESDAY, True)
    assert (second.times.on, second.is_moved) == (date(2026, 4, 14), False)


def test_an_update_that_goes_out_anyway_says_that_the_firm_is_closed(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement(cadence=rhythm(day_off=OnDayOff.SEND))
    close_tomorrow(session, world, now=world.now)

    (first,) = upcoming.of(session, engagement, firm=world.firm, now=world.now, tag="en", count=1)

    assert (first.times.on, first.is_moved, first.is_closed) == (TUESDAY, False, True)


def test_another_rhythm_can_be_looked_at_before_it_is_saved(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    fridays = cadences.load(rhythm(weekdays=(4,)))

    following = upcoming.as_changed(
        session, engagement, fridays, keeps=False, firm=world.firm, now=world.now, tag="en", count=2
    )

    assert [next.times.on for next in following] == [date(2026, 4, 10), date(2026, 4, 17)]
    assert slot.local_on == TUESDAY


@given(
    cadence=strategies.cadences(),
    calendar=strategies.calendars,
    had=st.none() | strategies.dates,
    since=strategies.dates,
    now=strategies.moments,
)
@example(  # a monthly 20th on a Sunday, in a week of Mondays only, looked at a moment into the Monday after
    cadence=Cadence(
        every=Every.MONTHLY_DAY, day=20, anchor=MONDAY, zone="Africa/Cairo", send_at=time(16), promised_by=time(18)
    ),
    calendar=WorkingDays(weekdays=frozenset({0})),
    had=None,
    since=date(2026, 9, 1),
    now=datetime(2026, 9, 21, tzinfo=UTC),
)
def test_a_slot_is_put_ahead_on_a_day_of_its_own_that_is_worked(
    cadence: Cadence, calendar: WorkingDays, had: date | None, since: date, now: datetime
) -> None:
    rule_on = schedule.next_day(cadence, after=since)
    assume(had is None or had < rule_on)

    times = schedule.put_again(cadence, rule_on=rule_on, planned=rule_on, had=had, now=now, calendar=calendar)

    assert times.promised_by > now
    assert had is None or times.on > had
    assert times.rule_on == rule_on
    assert cadence.day_off is OnDayOff.SEND or times.on == rule_on or calendar.is_working(times.on)
    again = schedule.put_again(cadence, rule_on=rule_on, planned=times.on, had=had, now=now, calendar=calendar)
    assert again == times


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["close", "open", "tick", "redate"])), max_size=12))
def test_whatever_is_closed_and_opened_open_work_has_one_slot_a_day_and_one_ahead(
    steps: list[tuple[int, str]],
) -> None:
    calendar = WorkingDays(weekdays=frozenset(range(5)))
    had: list[SlotTimes] = []
    now = EVENING
    planned = schedule.first_ahead(TUESDAYS, had=None, now=now, calendar=calendar)
    for days, what in steps:
        on = MONDAY + timedelta(days=days)
        if what == "close":
            calendar = WorkingDays(weekdays=calendar.weekdays, days_off=calendar.days_off | {on})
        elif what == "open":
            calendar = WorkingDays(weekdays=calendar.weekdays, days_off=calendar.days_off - {on})
        elif what == "tick":
            now = max(now, planned.promised_by + timedelta(minutes=1))
            while planned.promised_by <= now:
                had.append(planned)
                planned = schedule.following(TUESDAYS, after=planned.on, rule_after=planned.rule_on, calendar=calendar)
        last = had[-1].on if had else None
        planned = schedule.put_again(
            TUESDAYS, rule_on=_rule(planned), planned=planned.on, had=last, now=now, calendar=calendar
        )
        assert planned.on not in [slot.on for slot in had]
        assert planned.promised_by > now
        tomorrow = now.astimezone(CASABLANCA).date() + timedelta(days=1)
        assert planned.on <= calendar.on_or_after(max(_rule(planned), tomorrow))
        _each_date_of_the_rule_had_its_slot([*had, planned])


def _each_date_of_the_rule_had_its_slot(slots_in_order: list[SlotTimes]) -> None:
    """A date without a slot of its own is one whose day came before or on that of the slot before."""
    for before, after in pairwise(slots_in_order):
        rule_before, rule_after = _rule(before), _rule(after)
        assert rule_after > rule_before
        assert after.on > before.on
        left_out = (rule_after - rule_before).days // 7 - 1
        assert left_out == 0 or before.on < rule_before or before.on >= rule_before + timedelta(days=7 * left_out)


def _rule(times: SlotTimes) -> date:
    assert times.rule_on is not None
    return times.rule_on


def test_a_closing_taken_back_too_late_leaves_no_fortnight_of_silence(session: Session, world: World) -> None:
    engagement, _slot = world.open_engagement()
    close_tomorrow(session, world, now=EVENING)
    six = datetime(2026, 4, 7, 18, 0, tzinfo=CASABLANCA)

    calendar_changes.remove(session, world.firm.calendar_days[0].id, by=world.dalia, now=six)
    calendar_changes.redate_all(session, now=six)

    assert planned_on(session, engagement) == WEDNESDAY
    slot = slots.current(session, engagement)
    assert slot is not None
    planning.advance(session, slot.id, now=slot.promised_by)
    assert planned_on(session, engagement) == date(2026, 4, 14)


def test_redated_slots_never_meet_on_one_day(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement(cadence=rhythm(weekdays=(0, 1, 2)))
    now = slot.promised_by
    for _ in range(6):
        planning.advance(session, slot.id, now=now)
        close_tomorrow(session, world, now=now)
        slot = slots.current(session, engagement) or slot
        now = slot.promised_by

    days = session.scalars(select(Slot.local_on).where(Slot.engagement_id == engagement.id)).all()
    assert len(days) == len(set(days))
    assert [one.state for one in session.scalars(select(Slot))].count(SlotState.PLANNED) == 1
