"""What an act beside the rhythm changes is told at once where somebody chose that, and leaves no trace unread."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from emails.pieces import StepChange
from tests.support.delivering import deliver
from tests.support.factories import World
from webapp.models import (
    Commitment,
    CommitmentState,
    Engagement,
    HandOver,
    Milestone,
    PartOf,
    Slot,
    Telling,
    TellingState,
    Update,
    UpdateKind,
)
from webapp.services.dates import milestones
from webapp.services.promised import planning
from webapp.services.rhythm import slots
from webapp.services.updates import releases, word
from webapp.services.updates.snapshot import Snapshot
from webapp.services.work import engagements, steps

LATER = timedelta(hours=1)


def changes(session: Session) -> list[Update]:
    return list(session.scalars(select(Update).where(Update.kind == UpdateKind.CHANGED)))


def dropped(session: Session, world: World, work: Engagement, step: Milestone) -> Update | None:
    milestones.drop(session, step, "Not wanted", language="en", by=world.dalia, now=world.now)
    return releases.changed(session, work, steps={step.id: StepChange.DROPPED}, by=world.dalia, now=world.now)


def standing(session: Session, world: World, work: Engagement, step: Milestone) -> str | None:
    pair = (work.id, world.bennani.id)
    told = word.of(session, [pair])[pair].told
    return told.dates[step.id].standing.value if told else None


def test_a_step_that_falls_away_is_told_at_once(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    update = dropped(session, world, work, cupboards)
    deliver(session, now=world.now + LATER)

    assert update is not None
    assert standing(session, world, work, cupboards) == "dropped"
    assert update.next_news_at == current(session, work).promised_by


def current(session: Session, work: Engagement) -> Slot:
    slot = slots.current(session, work)
    assert slot is not None
    return slot


def test_taken_up_again_before_anybody_read_it_nobody_hears(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    dropped(session, world, work, cupboards)

    milestones.take_up(session, cupboards, by=world.dalia, now=world.now)
    releases.changed(session, work, steps={cupboards.id: StepChange.BACK}, by=world.dalia, now=world.now)
    deliver(session, now=world.now + LATER)

    assert len(changes(session)) == 1
    assert standing(session, world, work, cupboards) == "holds"
    assert [row.state for row in changes(session)[0].tellings] == [TellingState.SKIPPED]


def test_taken_up_again_after_that_is_told_again(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    dropped(session, world, work, cupboards)
    deliver(session, now=world.now + LATER)

    milestones.take_up(session, cupboards, by=world.dalia, now=world.now + 2 * LATER)
    back = releases.changed(
        session, work, steps={cupboards.id: StepChange.BACK}, by=world.dalia, now=world.now + 2 * LATER
    )
    deliver(session, now=world.now + 3 * LATER)

    assert back is not None
    (telling,) = back.tellings
    line = next(line for line in Snapshot.told(back, telling).dates if line.milestone_id == cupboards.id)
    assert line.again is not None
    assert standing(session, world, work, cupboards) == "holds"


def test_who_never_read_of_the_step_gets_no_mail(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    newcomer = world.contact("Newcomer")
    engagements.get(session, work.id).participations.append(
        type(work.participations[0])(contact=newcomer, part=PartOf.INFORMED)
    )
    session.flush()

    update = dropped(session, world, work, cupboards)

    assert update is not None
    states = {row.contact_id: (row.state, row.skipped_why) for row in update.tellings}
    assert states[newcomer.id] == (TellingState.SKIPPED, "known")
    assert states[world.bennani.id][0] is TellingState.DUE


def test_it_does_not_count_as_a_report(session: Session, world: World, work: Engagement, cupboards: Milestone) -> None:
    dropped(session, world, work, cupboards)
    deliver(session, now=world.now + LATER)
    slot = current(session, work)

    planning.advance(session, slot.id, now=slot.promised_by)

    silent = session.scalars(select(Update).where(Update.kind == UpdateKind.NO_NEWS)).one()
    confirmed = Snapshot.load(silent.snapshot).confirmed_at
    assert confirmed == world.now


@pytest.fixture
def handed_over(session: Session, world: World, work: Engagement) -> HandOver:
    return engagements.hand_over(
        session, work, world.bob, brief="All", introduction="", tells=True, by=world.dalia, now=world.now
    )


def test_a_new_person_is_introduced_at_once_and_only_once(
    session: Session, world: World, work: Engagement, handed_over: HandOver
) -> None:
    (update,) = changes(session)
    introduced = Snapshot.load(update.snapshot).introduces

    assert introduced is not None
    assert introduced.name == "Bob"
    assert handed_over.introduced_at == world.now


def test_work_that_goes_on_is_told_to_who_read_that_it_rests(session: Session, world: World, work: Engagement) -> None:
    engagements.rest(session, work, words="Waiting.", by=world.dalia, now=world.now)
    deliver(session, now=world.now + LATER)

    engagements.resume(session, work, by=world.dalia, now=world.now + 2 * LATER)

    (update,) = changes(session)
    assert Snapshot.load(update.snapshot).is_resumed
    given = session.scalars(select(Commitment).where(Commitment.update_id == update.id)).one()
    assert given.state is CommitmentState.OPEN


def test_a_pause_nobody_read_leaves_no_trace(session: Session, world: World, work: Engagement) -> None:
    promised = current(session, work).promised_by
    engagements.rest(session, work, words="Waiting.", by=world.dalia, now=world.now)

    engagements.resume(session, work, by=world.dalia, now=world.now + timedelta(minutes=1))
    deliver(session, now=world.now + LATER)

    assert changes(session) == []
    closing = session.scalars(select(Update).where(Update.kind == UpdateKind.CLOSING)).one()
    told = session.scalars(select(Telling.state).where(Telling.update_id == closing.id)).all()
    assert told == [TellingState.SKIPPED]
    open_ones = session.scalars(select(Commitment).where(Commitment.state == CommitmentState.OPEN)).all()
    assert [given.promised_at for given in open_ones] == [promised]
    assert current(session, work).promised_by == promised


def test_a_pause_nobody_read_brings_back_the_update_that_was_planned(
    session: Session, world: World, work: Engagement
) -> None:
    deliver(session, now=world.now)
    slot = current(session, work)
    promised_by, late = slot.promised_by, slot.send_at + timedelta(minutes=30)

    engagements.rest(session, work, words="The joiner is ill.", by=world.dalia, now=late)
    engagements.resume(session, work, by=world.dalia, now=late)

    assert (current(session, work).id, current(session, work).promised_by) == (slot.id, promised_by)


def test_work_that_rests_again_before_anybody_read_that_it_goes_on_tells_nobody(
    session: Session, world: World, work: Engagement
) -> None:
    engagements.rest(session, work, words="The joiner is ill.", by=world.dalia, now=world.now)
    deliver(session, now=world.now + LATER)
    hear_by = work.hear_by
    engagements.resume(session, work, by=world.dalia, now=world.now + 2 * LATER)
    engagements.rest(session, work, words="Still ill.", by=world.dalia, now=world.now + 2 * LATER)

    assert {row.state for row in session.scalars(waiting())} == {TellingState.SKIPPED}
    assert work.hear_by == hear_by


def waiting() -> Select[Telling]:
    """Who was to hear that work goes on."""
    return select(Telling).join(Update).where(Update.kind == UpdateKind.CHANGED)


def test_a_step_told_at_once_and_done_before_anybody_read_it_is_not_told_as_open(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    steps.done(session, work, cupboards, date(2026, 4, 6), today=date(2026, 4, 6), by=world.dalia, now=world.now)
    update = releases.changed(session, work, steps={cupboards.id: StepChange.REOPENED}, by=world.dalia, now=world.now)

    assert update is None


def test_a_second_new_person_before_anybody_met_the_first_is_the_one_introduced(
    session: Session, world: World, work: Engagement
) -> None:
    for person in (world.bob, world.dalia):
        engagements.hand_over(
            session, work, person, brief="All.", introduction="", tells=True, by=world.dalia, now=world.now
        )

    (update,) = changes(session)
    introduced = Snapshot.load(update.snapshot).introduces
    assert introduced is not None
    assert introduced.name == world.dalia.name
