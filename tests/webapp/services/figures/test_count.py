"""Each figure is counted from rows, by the rule that is written beside it, and an owner's own are for that owner."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World, answers
from tests.support.moving import move, sent, tick
from webapp.models import (
    Checkpoint,
    Client,
    Engagement,
    Milestone,
    Participation,
    PartOf,
    Playbook,
    Slot,
    Telling,
    TellingState,
    User,
)
from webapp.services.core.errors import NotFound
from webapp.services.dates import ledger, milestones
from webapp.services.dates.ledger import When
from webapp.services.figures import count as figures
from webapp.services.figures.count import Compared, Figures, Share
from webapp.services.figures.of_news import Outcome
from webapp.services.figures.scope import Period, Scope
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import cadences
from webapp.services.updates import next_news, telling
from webapp.services.work import engagements

CUPBOARDS_ON = date(2026, 4, 20)
LATER = date(2026, 4, 28)
QUARTER = timedelta(minutes=15)
MAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def look(
    world: World,
    *,
    at: datetime = MAY,
    scope: Scope | None = None,
    period: Period = Period.ALL,
    reader: User | None = None,
) -> Figures:
    return figures.of(world.session, scope or Scope(), period, reader=reader or world.dalia, firm=world.firm, now=at)


def done(world: World, milestone: Milestone, on: date) -> None:
    milestones.done(world.session, milestone, on, today=on, by=world.alice, now=world.now)


def tell_everybody(world: World, *, at: datetime) -> None:
    """Somebody phones whoever was not told yet."""
    waiting = select(Telling).where(Telling.state.in_([TellingState.DUE, TellingState.BY_PHONE]))
    for due in world.session.scalars(waiting).all():
        telling.by_phone(world.session, due, by=world.alice, now=at)


def moved_and_told(world: World, milestone: Milestone, *, known: datetime, told: datetime, to: date = LATER) -> None:
    move(world, milestone, to, at=known)
    tick(world.session, at=known + QUARTER)
    tell_everybody(world, at=told)


def slot_of(world: World, work: Engagement) -> Slot:
    return world.session.scalars(select(Slot).where(Slot.engagement_id == work.id).order_by(Slot.id)).first()  # type: ignore[return-value]


def report(world: World, slot: Slot, *, at: datetime) -> None:
    form = world.session.scalars(select(Checkpoint).where(Checkpoint.slot_id == slot.id)).one()
    checkpoints.submit(world.session, form, answers(), note="", based_on=0, by=world.alice, now=at)


@pytest.mark.parametrize(
    ("on", "is_kept"), [(date(2026, 4, 17), True), (CUPBOARDS_ON, True), (date(2026, 4, 21), False)]
)
def test_a_date_is_kept_where_the_step_is_done_on_or_before_the_day_first_agreed(
    world: World, cupboards: Milestone, on: date, is_kept: bool
) -> None:
    done(world, cupboards, on)

    found = look(world, at=datetime(2026, 4, 22, 9, tzinfo=UTC))

    assert [(row.labels["en"], row.is_kept) for row in found.steps] == [("Cupboards", is_kept)]
    assert found.kept == Share(int(is_kept), 1)


def test_the_last_day_of_a_range_is_the_day_first_agreed(world: World, work: Engagement) -> None:
    week = When(starts_on=date(2026, 4, 13), ends_on=date(2026, 4, 17))
    tiles = milestones.add(world.session, work, {"en": "Tiles"}, week, by=world.dalia, now=world.now)
    done(world, tiles, date(2026, 4, 17))

    (row,) = look(world, at=datetime(2026, 4, 18, 9, tzinfo=UTC)).steps

    assert (row.first_on, row.is_kept) == (date(2026, 4, 17), True)


def test_a_step_whose_day_is_not_over_counts_nowhere_until_it_is(world: World, work: Engagement) -> None:
    on_the_day = look(world, at=datetime(2026, 4, 20, 22, 59, tzinfo=UTC))
    a_minute_later = look(world, at=datetime(2026, 4, 20, 23, 0, tzinfo=UTC))

    assert on_the_day.kept == Share(0, 0)
    assert a_minute_later.kept == Share(0, 1)


def test_a_date_that_moved_is_not_kept_as_first_agreed_but_may_be_as_agreed_last(
    world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    done(world, cupboards, LATER)

    found = look(world, at=datetime(2026, 4, 28, 18, tzinfo=UTC), scope=Scope(engagement_id=cupboards.engagement_id))

    row = next(row for row in found.steps if row.labels["en"] == "Cupboards")
    assert (row.first_on, row.now_on, row.done_on, row.moved) == (CUPBOARDS_ON, LATER, LATER, 1)
    assert (row.is_kept, row.is_kept_as_agreed_now) == (False, True)
    assert (found.kept, found.kept_as_agreed_now, found.moved) == (Share(0, 2), Share(1, 2), Share(1, 2))


def test_a_date_that_moved_counts_as_not_kept_from_the_day_first_agreed_and_is_open_as_agreed_last(
    world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)

    (row,) = look(world, at=datetime(2026, 4, 21, 9, tzinfo=UTC)).steps

    assert (row.counted_on, row.is_kept, row.is_kept_as_agreed_now) == (CUPBOARDS_ON, False, None)


def test_a_move_that_was_taken_back_in_time_is_no_move(world: World, cupboards: Milestone) -> None:
    move(world, cupboards, LATER, at=world.now)
    move(world, cupboards, CUPBOARDS_ON, at=world.now + timedelta(minutes=5))
    tick(world.session, at=world.now + QUARTER)

    found = look(world, at=datetime(2026, 4, 21, 9, tzinfo=UTC))

    assert found.moved == Share(0, 1)
    assert found.moves == []


def test_a_condition_that_was_met_is_the_promise_kept_and_no_move(world: World, work: Engagement) -> None:
    when = When(after_days=5, condition="we have your plans")
    roof = milestones.add(world.session, work, {"en": "Roof"}, when, by=world.dalia, now=world.now)
    ledger.resolve(world.session, roof, date(2026, 4, 14), by=world.alice, now=world.now)
    done(world, roof, date(2026, 4, 14))

    (row,) = look(world, at=datetime(2026, 4, 15, 9, tzinfo=UTC)).steps

    assert (row.first_on, row.moved, row.is_kept) == (date(2026, 4, 14), 0, True)


def test_a_step_that_fell_away_before_its_day_counts_nowhere(world: World, cupboards: Milestone) -> None:
    milestones.drop(world.session, cupboards, "You keep the old ones.", language="en", by=world.alice, now=world.now)

    assert [row.labels["en"] for row in look(world).steps] == ["Handover"]


def test_a_step_that_fell_away_after_its_day_was_not_kept(world: World, cupboards: Milestone) -> None:
    at = datetime(2026, 4, 22, 9, tzinfo=UTC)
    milestones.drop(world.session, cupboards, "You keep the old ones.", language="en", by=world.alice, now=at)

    assert look(world, at=at).kept == Share(0, 1)


def test_work_that_is_not_live_counts_nowhere(world: World) -> None:
    world.engagement("MA-4472")

    assert look(world).is_empty


@pytest.mark.parametrize(
    ("told", "is_before"),
    [
        (datetime(2026, 4, 20, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 4, 20, 23, 0, tzinfo=UTC), False),
    ],
)
def test_a_move_is_told_before_the_day_if_everybody_heard_before_that_day_was_over_where_the_firm_is(
    world: World, cupboards: Milestone, told: datetime, is_before: bool
) -> None:
    moved_and_told(world, cupboards, known=world.now, told=told)

    found = look(world)

    assert [(row.was_on, row.now_on, row.is_told_before) for row in found.moves] == [(CUPBOARDS_ON, LATER, is_before)]
    assert found.told_before == Share(int(is_before), 1)


def test_one_contact_who_has_not_heard_keeps_a_move_open_and_after_the_day_makes_it_late(
    world: World, work: Engagement
) -> None:
    karim = world.contact("Karim", address=None)
    work.participations.append(Participation(contact=karim, part=PartOf.INFORMED))
    move(world, work.milestones[0], LATER, at=world.now)
    tick(world.session, at=world.now + QUARTER)
    (notice,) = sent(world.session)
    first = next(due for due in notice.tellings if due.contact is not karim)
    telling.by_phone(world.session, first, by=world.alice, now=world.now + QUARTER)

    before = look(world, at=datetime(2026, 4, 20, 12, tzinfo=UTC))
    after = look(world, at=datetime(2026, 4, 21, 12, tzinfo=UTC))

    assert (before.told_before, before.time_to_tell) == (Share(0, 0), None)
    assert after.told_before == Share(0, 1)


def test_a_move_that_nobody_was_told_until_the_day_was_over_is_late(world: World, cupboards: Milestone) -> None:
    move(world, cupboards, LATER, at=datetime(2026, 4, 20, 22, 50, tzinfo=UTC))

    at_first = look(world, at=datetime(2026, 4, 20, 22, 55, tzinfo=UTC))
    next_day = look(world, at=datetime(2026, 4, 20, 23, 0, tzinfo=UTC))

    assert at_first.told_before == Share(0, 0)
    assert next_day.told_before == Share(0, 1)


def test_the_second_move_is_measured_by_the_day_that_clients_knew_then(world: World, cupboards: Milestone) -> None:
    moved_and_told(world, cupboards, known=world.now, told=world.now + QUARTER)
    at = datetime(2026, 4, 27, 9, 0, tzinfo=UTC)
    moved_and_told(world, cupboards, known=at, told=at + QUARTER, to=date(2026, 5, 6))

    found = look(world)

    assert [row.was_on for row in found.moves] == [CUPBOARDS_ON, LATER]
    assert found.told_before == Share(2, 2)


def test_a_date_that_comes_earlier_is_told_but_is_no_delay(world: World, cupboards: Milestone) -> None:
    moved_and_told(world, cupboards, known=world.now, told=world.now + QUARTER, to=date(2026, 4, 14))

    found = look(world)

    assert found.told_before == Share(0, 0)
    assert found.time_to_tell == QUARTER


def test_several_moves_of_one_date_told_together_are_one_counted_from_when_we_first_knew(
    world: World, cupboards: Milestone
) -> None:
    move(world, cupboards, LATER, at=world.now)
    move(world, cupboards, date(2026, 4, 29), at=world.now + timedelta(minutes=10))
    tick(world.session, at=world.now + 2 * QUARTER)
    tell_everybody(world, at=world.now + timedelta(hours=1))

    (row,) = look(world).moves

    assert (row.now_on, row.clock) == (date(2026, 4, 29), timedelta(hours=1))


def test_the_time_to_tell_runs_to_the_last_contact_by_the_clock_and_in_working_hours(
    world: World, cupboards: Milestone
) -> None:
    friday_17 = datetime(2026, 4, 10, 16, 0, tzinfo=UTC)
    monday_10 = datetime(2026, 4, 13, 9, 0, tzinfo=UTC)

    moved_and_told(world, cupboards, known=friday_17, told=monday_10)

    found = look(world)
    assert found.time_to_tell == timedelta(hours=65)
    assert found.working_time_to_tell == timedelta(hours=2)


def test_half_of_the_moves_were_told_faster_than_the_figure_and_half_slower(world: World, work: Engagement) -> None:
    cupboards, handover = work.milestones
    hours = (1, 2, 30)
    for number, (milestone, to) in enumerate([(cupboards, 28), (handover, 29), (cupboards, 30)]):
        at = world.now + timedelta(days=2 * number)
        told = at + timedelta(hours=hours[number])
        moved_and_told(world, milestone, known=at, told=told, to=date(2026, 4, to))

    assert look(world).time_to_tell == timedelta(hours=2)


def test_an_update_that_goes_out_by_the_promised_hour_is_on_time(world: World, work: Engagement) -> None:
    slot = slot_of(world, work)
    report(world, slot, at=world.now)
    planning.advance(world.session, slot.id, now=slot.send_at)

    found = look(world)

    assert [row.outcome for row in found.updates] == [Outcome.ON_TIME]
    assert (found.on_time, found.no_news_mails) == (Share(1, 1), 0)


def test_a_mail_that_says_no_news_is_counted_and_the_report_that_follows_is_late(
    world: World, work: Engagement
) -> None:
    slot = slot_of(world, work)
    planning.advance(world.session, slot.id, now=slot.promised_by)
    silent = look(world)
    report(world, slot, at=slot.promised_by + timedelta(hours=1))

    followed = look(world)

    assert [row.outcome for row in silent.updates] == [Outcome.NO_NEWS]
    assert [row.outcome for row in followed.updates] == [Outcome.LATE]
    assert (silent.no_news_mails, followed.no_news_mails) == (1, 1)
    assert followed.on_time == Share(0, 1)


def test_where_the_no_news_mail_is_switched_off_nothing_was_said(world: World, work: Engagement) -> None:
    slot = slot_of(world, work)
    work.is_no_news_off = True
    planning.advance(world.session, slot.id, now=slot.promised_by)

    found = look(world)

    assert [row.outcome for row in found.updates] == [Outcome.SILENT]
    assert found.no_news_mails == 0


def test_a_moved_date_told_at_the_promised_hour_instead_of_an_update_is_shown_as_that(
    world: World, work: Engagement
) -> None:
    slot = slot_of(world, work)
    move(world, work.milestones[0], LATER, at=slot.send_at - timedelta(minutes=30))
    planning.advance(world.session, slot.id, now=slot.promised_by)

    assert [row.outcome for row in look(world).updates] == [Outcome.MOVE_TOLD]


def test_updates_that_passed_while_nothing_ran_are_shown_as_that(world: World, work: Engagement) -> None:
    slot = slot_of(world, work)
    planning.advance(world.session, slot.id, now=slot.promised_by + timedelta(days=10))

    assert Outcome.DOWNTIME in {row.outcome for row in look(world).updates}


def test_updates_of_work_that_rests_count_nowhere(world: World, work: Engagement) -> None:
    engagements.rest(world.session, work, words="", by=world.alice, now=world.now)

    assert look(world).updates == []


def test_the_next_news_is_kept_by_news_that_somebody_heard_in_time(world: World, work: Engagement) -> None:
    slot = slot_of(world, work)
    report(world, slot, at=world.now)
    planning.advance(world.session, slot.id, now=slot.send_at)
    tell_everybody(world, at=slot.send_at)
    next_news.score(world.session, now=slot.promised_by + next_news.TOLERANCE)

    found = look(world)

    assert [(row.promised_at, row.came_at, row.is_kept) for row in found.news] == [
        (slot.promised_by, slot.send_at, True)
    ]
    assert found.next_news == Share(1, 1)


def test_next_news_that_did_not_come_is_shown_with_its_cause(world: World, work: Engagement) -> None:
    slot = slot_of(world, work)
    planning.advance(world.session, slot.id, now=slot.promised_by)
    next_news.score(world.session, now=slot.promised_by + next_news.TOLERANCE)

    found = look(world)

    assert [(row.is_kept, row.cause) for row in found.news] == [(False, next_news.NO_REPORT)]
    assert found.next_news == Share(0, 1)


def test_nothing_yet_is_no_percentage(world: World, work: Engagement) -> None:
    found = look(world, at=world.now)

    assert found.is_empty
    assert [found.kept.percent, found.told_before.percent, found.on_time.percent, found.next_news.percent] == [None] * 4
    assert (found.time_to_tell, found.working_time_to_tell) == (None, None)


@pytest.mark.parametrize(
    ("count", "total", "percent"), [(0, 3, 0), (3, 3, 100), (2, 3, 67), (299, 300, 99), (1, 300, 1)]
)
def test_a_percentage_is_never_rounded_to_all_or_nothing(count: int, total: int, percent: int) -> None:
    assert Share(count, total).percent == percent


def test_a_month_begins_where_the_firm_is(world: World, work: Engagement) -> None:
    paint = milestones.add(
        world.session, work, {"en": "Paint"}, When(starts_on=date(2026, 4, 30)), by=world.dalia, now=world.now
    )
    done(world, paint, date(2026, 4, 30))

    april = look(world, at=datetime(2026, 4, 30, 22, 59, tzinfo=UTC), period=Period.MONTH)
    may = look(world, at=datetime(2026, 4, 30, 23, 0, tzinfo=UTC), period=Period.MONTH)
    quarter = look(world, at=datetime(2026, 6, 30, 12, tzinfo=UTC), period=Period.QUARTER)
    too_late = look(world, at=datetime(2026, 7, 1, 12, tzinfo=UTC), period=Period.QUARTER)

    assert (len(april.steps), len(may.steps), len(quarter.steps), len(too_late.steps)) == (3, 0, 3, 0)


def test_what_happens_after_midnight_where_the_firm_is_belongs_to_the_new_month(
    world: World, handover: Milestone
) -> None:
    half_past_midnight = datetime(2026, 4, 30, 23, 30, tzinfo=UTC)
    move(world, handover, date(2026, 5, 20), at=half_past_midnight)

    may = look(world, at=half_past_midnight + timedelta(hours=1), period=Period.MONTH)

    assert [row.known_at for row in may.moves] == [half_past_midnight]


def test_a_playbook_and_a_piece_of_work_have_figures_of_their_own(world: World, work: Engagement) -> None:
    bath = Playbook(key="bath", labels={"en": "Bath"}, cadence=world.playbook.cadence, reasons=[], sentences=[])
    world.session.add(bath)
    other, _ = world.open_engagement("MA-4472", playbook=bath)

    kitchens = look(world, scope=Scope(playbook_id=world.playbook.id))
    one = look(world, scope=Scope(engagement_id=other.id))

    assert {row.engagement.id for row in kitchens.steps} == {work.id}
    assert {row.engagement.id for row in one.steps} == {other.id}
    assert {row.engagement.id for row in look(world).steps} == {work.id, other.id}


def test_an_owners_figures_are_of_the_work_they_own(world: World, work: Engagement) -> None:
    world.open_engagement("MA-4472", owner=world.bob)

    own = look(world, scope=Scope(owner_id=world.alice.id), reader=world.alice)

    assert {row.engagement.id for row in own.steps} == {work.id}


def test_after_a_hand_over_the_past_stays_with_the_past_owner(world: World, work: Engagement) -> None:
    done(world, work.milestones[0], date(2026, 4, 17))
    engagements.hand_over(
        world.session,
        work,
        world.bob,
        brief="Doors come on Monday.",
        introduction="",
        by=world.dalia,
        now=datetime(2026, 4, 22, 9, tzinfo=UTC),
    )

    alice = look(world, scope=Scope(owner_id=world.alice.id), reader=world.alice)
    bob = look(world, scope=Scope(owner_id=world.bob.id), reader=world.bob)

    assert [row.labels["en"] for row in alice.steps] == ["Cupboards"]
    assert [row.labels["en"] for row in bob.steps] == ["Handover"]


@pytest.mark.parametrize("name", ["bob", "charlie", "dalia", "amina"])
def test_nobody_but_the_owner_sees_an_owners_own_figures(world: World, work: Engagement, name: str) -> None:
    with pytest.raises(NotFound):
        look(world, scope=Scope(owner_id=world.alice.id), reader=getattr(world, name))


@pytest.mark.parametrize("scope", [Scope(), Scope(playbook_id=1)])
def test_staff_see_no_figures_of_everybody(world: World, scope: Scope) -> None:
    with pytest.raises(NotFound):
        look(world, scope=scope, reader=world.alice)


def test_who_only_looks_sees_the_firm_but_no_single_service(world: World, work: Engagement) -> None:
    assert len(look(world, reader=world.charlie).steps) == 2

    with pytest.raises(NotFound):
        look(world, scope=Scope(playbook_id=world.playbook.id), reader=world.charlie)


def test_rows_are_counted_by_the_month_of_their_day(world: World, cupboards: Milestone, handover: Milestone) -> None:
    done(world, cupboards, date(2026, 4, 17))

    months = figures.by_month(
        look(world).steps,
        Period.QUARTER,
        MAY.date(),
        lambda row: row.counted_on,
        lambda row: "kept" if row.is_kept else "not",
        ("kept", "not"),
    )

    assert months == [(date(2026, 3, 1), (0, 0)), (date(2026, 4, 1), (1, 1)), (date(2026, 5, 1), (0, 0))]


def clients(world: World, count: int) -> None:
    for number in range(count):
        client = Client(name=f"Client {number}", created_at=world.now)
        world.session.add(client)
        work = engagements.start(
            world.session,
            reference=f"N-{number}",
            title="kitchen",
            client=client,
            playbook=world.playbook,
            owner=world.alice,
            contacts=[(world.bennani, PartOf.DECIDES)],
            steps=[engagements.PlannedStep(labels={"en": "Doors"}, on=CUPBOARDS_ON)],
            cadence=cadences.dump(cadences.load(world.playbook.cadence)),
            by=world.dalia,
            now=world.now,
        )
        engagements.go_live(world.session, work, by=world.dalia, now=world.now + timedelta(minutes=number))
        if number < count // 2:
            done(world, work.milestones[0], CUPBOARDS_ON)


def test_the_newest_clients_are_compared_with_the_first_ones(session: Session, world: World) -> None:
    clients(world, 7)

    compared = figures.compare(session, look(world))

    assert isinstance(compared, Compared)
    assert (compared.count, compared.first.kept, compared.newest.kept) == (3, Share(3, 3), Share(0, 3))


def test_too_few_clients_are_not_compared(session: Session, world: World) -> None:
    clients(world, 5)

    assert figures.compare(session, look(world)) is None
