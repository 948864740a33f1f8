"""Acts over many works: in batches, going on after a kill, taken back half way."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.support.delivering import deliver
from tests.support.factories import World
from webapp.models import (
    BulkAct,
    BulkPart,
    BulkState,
    Client,
    Contact,
    Engagement,
    EngagementState,
    PartState,
    Task,
    TaskKind,
    Telling,
    TellingState,
    Update,
)
from webapp.services.bulk import acts, begin
from webapp.services.core.errors import NotFound, Refused
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why
from webapp.services.dates.milestones import Moved
from webapp.services.imports import bring_in
from webapp.services.imports import table as import_table
from webapp.services.promised import calendar_changes, redating
from webapp.services.promised.redating import Answer
from webapp.services.rhythm import slots
from webapp.services.updates import word

WHY = Why(cause=Who.OTHER, other_name="the joiner", why="The doors are late.", what_we_do="We do the rest.")
LATER = date(2026, 5, 4)


@pytest.fixture
def drafts(world: World) -> list[Engagement]:
    return [world.engagement(f"MA-{number}") for number in range(3)]


@pytest.fixture
def works(world: World) -> list[Engagement]:
    return [world.open_engagement(f"MA-{number}")[0] for number in range(3)]


def states(session: Session, act: BulkAct) -> list[PartState]:
    return list(session.scalars(select(BulkPart.state).where(BulkPart.act_id == act.id).order_by(BulkPart.id)))


def moving(session: Session, world: World, works: list[Engagement]) -> BulkAct:
    moved = [Moved(milestone=work.milestones[0], to=When(starts_on=LATER)) for work in works]
    return begin.move(session, moved, WHY, by=world.dalia, now=world.now)


def date_of(work: Engagement) -> date | None:
    return ledger.effective(work.milestones[0])[-1].starts_on


def test_works_go_live_a_batch_at_a_time_until_all_are(
    session: Session, world: World, drafts: list[Engagement]
) -> None:
    act = begin.go_live(session, drafts, by=world.dalia, now=world.now)
    assert [draft.state for draft in drafts] == [EngagementState.DRAFT] * 3

    assert acts.carry_on(session, now=world.now, most=2) == 2
    assert [draft.state for draft in drafts] == [EngagementState.OPEN] * 2 + [EngagementState.DRAFT]
    assert (acts.progress(session, act).done, acts.progress(session, act).total) == (2, 3)
    assert act.state is BulkState.RUNNING

    acts.carry_on(session, now=world.now, most=2)
    assert all(draft.state is EngagementState.OPEN for draft in drafts)
    assert act.ended_at == world.now
    assert acts.carry_on(session, now=world.now) == 0


def test_first_updates_are_spread_over_the_days(session: Session, world: World, drafts: list[Engagement]) -> None:
    for draft in drafts:
        draft.cadence = {**draft.cadence, "weekdays": [0, 1, 2, 3, 4]}
    begin.go_live(session, drafts, by=world.dalia, now=world.now)

    acts.carry_on(session, now=world.now)

    first = [slot.local_on for draft in drafts if (slot := slots.current(session, draft))]
    assert len(set(first)) == 3


def test_going_live_is_taken_back_half_way_and_leaves_no_trace(
    session: Session, world: World, drafts: list[Engagement]
) -> None:
    act = begin.go_live(session, drafts, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now, most=2)

    acts.take_back(session, act, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)

    assert act.state is BulkState.TAKEN_BACK
    assert states(session, act) == [PartState.UNDONE, PartState.UNDONE, PartState.LEFT]
    assert [draft.state for draft in drafts] == [EngagementState.DRAFT] * 3
    deliver(session, now=world.now + timedelta(days=1))
    pair = (drafts[0].id, world.bennani.id)
    assert word.of(session, [pair])[pair].coming is None


def test_what_was_taken_back_can_go_live_again(session: Session, world: World, drafts: list[Engagement]) -> None:
    act = begin.go_live(session, drafts, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)
    acts.take_back(session, act, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)

    begin.go_live(session, drafts, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)
    deliver(session, now=world.now + timedelta(days=1))

    pair = (drafts[0].id, world.bennani.id)
    told = word.of(session, [pair])[pair].told
    slot = slots.current(session, drafts[0])
    assert slot is not None
    assert told is not None
    assert told.next_news_at == slot.promised_by


def test_work_whose_client_has_the_welcome_stays_live(session: Session, world: World, drafts: list[Engagement]) -> None:
    act = begin.go_live(session, drafts, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)
    deliver(session, now=world.now)

    acts.take_back(session, act, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)

    assert states(session, act) == [PartState.STAYS] * 3
    assert {part.outcome for part in acts.not_done(session, act)} == {"bulk.was_told"}
    assert all(draft.state is EngagementState.OPEN for draft in drafts)


def test_work_whose_client_was_only_to_be_phoned_is_a_draft_again_and_nobody_has_to_phone(
    session: Session, world: World, drafts: list[Engagement]
) -> None:
    world.bennani.address = None
    act = begin.go_live(session, drafts, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)

    acts.take_back(session, act, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)

    assert states(session, act) == [PartState.UNDONE] * 3
    assert session.scalars(select(Task).where(Task.kind == TaskKind.PHONE, Task.done_at.is_(None))).all() == []


def test_what_a_table_brought_in_is_not_offered_to_be_taken_back(session: Session, world: World) -> None:
    plan = bring_in.check(session, import_table.read(TABLE), firm=world.firm)
    act = begin.bring_in(session, plan, by=world.amina, now=world.now)
    assert acts.can_take_back(act, now=world.now)

    acts.carry_on(session, now=world.now)

    assert not acts.can_take_back(act, now=world.now)


def test_imported_work_goes_by_the_clocks_that_the_firm_has_now(session: Session, world: World) -> None:
    world.firm.zone = "Asia/Baku"

    plan = bring_in.check(session, import_table.read(TABLE), firm=world.firm)

    assert {planned.cadence["zone"] for planned in plan.engagements} == {"Asia/Baku"}


def test_dates_are_moved_and_moved_back_while_nobody_heard(
    session: Session, world: World, works: list[Engagement]
) -> None:
    before = [date_of(work) for work in works]
    act = moving(session, world, works)

    acts.carry_on(session, now=world.now)
    assert [date_of(work) for work in works] == [LATER] * 3

    acts.take_back(session, act, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)

    assert states(session, act) == [PartState.UNDONE] * 3
    assert [date_of(work) for work in works] == before


def test_a_date_that_moved_on_since_stays(session: Session, world: World, works: list[Engagement]) -> None:
    act = moving(session, world, works[:1])
    acts.carry_on(session, now=world.now)
    further = When(starts_on=LATER + timedelta(days=1))
    ledger.move(session, works[0].milestones[0], further, WHY, by=world.alice, now=world.now, origin="test")

    acts.take_back(session, act, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)

    assert states(session, act) == [PartState.STAYS]
    assert date_of(works[0]) == further.starts_on


def test_one_work_that_refuses_is_named_and_the_others_are_done(
    session: Session, world: World, works: list[Engagement]
) -> None:
    act = moving(session, world, works)
    works[1].state = EngagementState.CLOSED
    session.flush()

    acts.carry_on(session, now=world.now)

    assert states(session, act) == [PartState.DONE, PartState.REFUSED, PartState.DONE]
    (refused,) = acts.not_done(session, act)
    assert (refused.name, refused.outcome) == ("MA-1", "engagement.not_open")
    assert act.state is BulkState.DONE


def test_a_move_without_its_explanation_is_not_begun(session: Session, world: World, works: list[Engagement]) -> None:
    moved = [Moved(milestone=works[0].milestones[0], to=When(starts_on=LATER))]

    with pytest.raises(Refused):
        begin.move(session, moved, Why(cause=Who.US), by=world.dalia, now=world.now)


def test_a_newer_change_of_the_calendar_takes_over(session: Session, world: World, works: list[Engagement]) -> None:
    planned = redating.ahead(session, now=world.now)
    assert [slot.engagement for slot in planned] == works
    first = begin.redate(session, planned, answer=Answer(), by=world.dalia, now=world.now)
    calendar_changes.close_tomorrow(session, by=world.dalia, now=world.now)
    second = begin.redate(session, planned, answer=Answer(), by=world.dalia, now=world.now)
    session.refresh(first)

    acts.carry_on(session, now=world.now)

    assert (first.state, second.state) == (BulkState.REPLACED, BulkState.DONE)
    assert acts.progress(session, second).outcomes == {"moved": 3}
    assert not acts.can_take_back(second, now=world.now)


def test_one_work_may_be_told_while_the_others_keep_their_hour(
    session: Session, world: World, works: list[Engagement]
) -> None:
    for work in works:
        work.cadence = {**work.cadence, "day_off": "after"}
    calendar_changes.close_tomorrow(session, by=world.dalia, now=world.now)
    answer = Answer(exceptions=frozenset({works[1].id}))
    act = begin.redate(session, redating.ahead(session, now=world.now), answer=answer, by=world.dalia, now=world.now)

    acts.carry_on(session, now=world.now)

    outcomes = session.scalars(select(BulkPart.outcome).where(BulkPart.act_id == act.id).order_by(BulkPart.id)).all()
    assert outcomes == ["kept", "told", "kept"]


def test_works_go_by_another_zone_and_back(session: Session, world: World, works: list[Engagement]) -> None:
    act = begin.zone(
        session, works, old="Africa/Casablanca", new="Asia/Baku", answer=Answer(), by=world.dalia, now=world.now
    )
    acts.carry_on(session, now=world.now)
    assert {work.cadence["zone"] for work in works} == {"Asia/Baku"}

    acts.take_back(session, act, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)
    assert {work.cadence["zone"] for work in works} == {"Africa/Casablanca"}


TABLE = "reference;title;service;client;contact\n" + "\n".join(
    f"NEW-{number};kitchen;Kitchen;Filali;{name}" for number, name in enumerate(("Sara", "Sara", "Omar"))
)


def test_a_table_is_brought_in_with_each_client_and_contact_once(session: Session, world: World) -> None:
    plan = bring_in.check(session, import_table.read(TABLE), firm=world.firm)
    begin.bring_in(session, plan, by=world.amina, now=world.now)

    acts.carry_on(session, now=world.now, most=1)
    acts.carry_on(session, now=world.now, most=5)

    made = session.scalars(select(Engagement).where(Engagement.reference.like("NEW-%"))).all()
    assert len(made) == 3
    assert len(session.scalars(select(Client).where(Client.name == "Filali")).all()) == 1
    assert sorted(session.scalars(select(Contact.name).where(Contact.client_id == made[0].client_id))) == [
        "Omar",
        "Sara",
    ]


def test_a_reference_taken_meanwhile_is_refused_and_the_rest_comes_in(session: Session, world: World) -> None:
    plan = bring_in.check(session, import_table.read(TABLE), firm=world.firm)
    act = begin.bring_in(session, plan, by=world.amina, now=world.now)
    world.engagement("NEW-1")

    acts.carry_on(session, now=world.now)

    assert states(session, act) == [PartState.DONE, PartState.REFUSED, PartState.DONE]


def test_it_is_taken_back_within_a_day(session: Session, world: World, drafts: list[Engagement]) -> None:
    act = begin.go_live(session, drafts, by=world.dalia, now=world.now)

    with pytest.raises(Refused):
        acts.take_back(session, act, by=world.dalia, now=world.now + timedelta(hours=25))
    assert act.state is BulkState.RUNNING


def test_only_who_began_it_and_managers_see_it(session: Session, world: World, works: list[Engagement]) -> None:
    act = moving(session, world, works)
    act.by_id = world.alice.id
    session.flush()

    assert acts.get(session, act.id, world.alice) is act
    assert acts.get(session, act.id, world.dalia) is act
    assert [each.act for each in acts.going(session, world.alice)] == [act]
    assert acts.going(session, world.bob) == []
    with pytest.raises(NotFound):
        acts.get(session, act.id, world.bob)


def test_nobody_is_told_twice_whatever_happens_between_batches(
    session: Session, world: World, drafts: list[Engagement]
) -> None:
    begin.go_live(session, drafts, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now, most=1)
    session.commit()

    acts.carry_on(session, now=world.now, most=2)
    session.rollback()
    while acts.carry_on(session, now=world.now, most=2):
        session.commit()

    tellings = [row for draft in drafts for row in _tellings(session, draft)]
    assert [row for row in tellings if row is not TellingState.DUE] == []
    assert len(tellings) == 3


def _tellings(session: Session, draft: Engagement) -> list[TellingState]:
    return list(session.scalars(select(Telling.state).join(Update).where(Update.engagement_id == draft.id)))
