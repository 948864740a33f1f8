"""Corrections: a mail of its own kind, and a ledger in which nothing was changed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import deliver
from tests.support.factories import World, answers
from tests.support.moving import WHY, move, sent, tick
from webapp.models import AddressState, Engagement, MailState, OutboxEmail, Update, UpdateKind
from webapp.services.core.errors import Refused
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates import corrections, notices
from webapp.services.updates.corrections import Right
from webapp.services.work import engagements


@pytest.fixture
def engagement(session: Session, world: World) -> Engagement:
    """Its first update has gone out."""
    made, slot = world.open_engagement()
    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now)
    planning.advance(session, slot.id, now=slot.send_at)
    deliver(session, now=slot.send_at)
    return made


def regular(session: Session) -> Update:
    return session.scalars(select(Update).where(Update.kind == UpdateKind.REGULAR)).one()


def correct(session: Session, wrong: Update, world: World, right: Right) -> Update:
    return corrections.correct(session, wrong, right, by=world.alice, now=world.now)


def test_a_correction_says_what_was_written_and_what_is_right(
    session: Session, world: World, engagement: Engagement
) -> None:
    wrong = regular(session)
    before = dict(wrong.snapshot)

    made = correct(session, wrong, world, Right(done="Wall tiles finished; pipes are not tested.", language="en"))

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "correction")).one()
    assert (made.kind, made.corrects_id) == (UpdateKind.CORRECTION, wrong.id)
    assert "Wall tiles finished, pipes tested." in read(mail).text
    assert "pipes are not tested." in read(mail).text
    assert wrong.snapshot == before


def test_a_new_date_that_was_written_wrongly_is_superseded_in_the_ledger_and_no_further_move(
    session: Session, world: World, engagement: Engagement
) -> None:
    cupboards = engagement.milestones[0]
    move(world, cupboards, date(2026, 4, 28), at=world.now)
    tick(session, at=world.now + timedelta(minutes=15))
    deliver(session, now=world.now + timedelta(minutes=15))

    made = correct(session, sent(session)[0], world, Right(dates={cupboards.id: date(2026, 4, 29)}))

    (part,) = made.snapshot["corrected"]
    assert (part["wrote_on"]["starts_on"], part["right_on"]["starts_on"]) == ("2026-04-28", "2026-04-29")
    effective = ledger.effective(cupboards)
    assert [entry.starts_on for entry in effective] == [date(2026, 4, 20), date(2026, 4, 29)]
    assert ledger.moves(effective) == 1


def test_a_date_that_was_not_told_as_new_cannot_be_moved_in_the_guise_of_a_correction(
    session: Session, world: World, engagement: Engagement
) -> None:
    cupboards = engagement.milestones[0]

    with pytest.raises(Refused) as refusal:
        correct(session, regular(session), world, Right(dates={cupboards.id: date(2026, 6, 30)}))

    assert refusal.value.key == "correction.date_not_told"
    assert [entry.starts_on for entry in ledger.effective(cupboards)] == [date(2026, 4, 20)]


def test_a_correction_that_changes_nothing_is_refused(session: Session, world: World, engagement: Engagement) -> None:
    same = Right(
        done="Wall tiles finished, pipes tested.",
        step="The carpenter fits the cupboards",
        dates={engagement.milestones[0].id: date(2026, 4, 20)},
    )

    with pytest.raises(Refused):
        correct(session, regular(session), world, same)

    assert session.scalars(select(Update).where(Update.kind == UpdateKind.CORRECTION)).all() == []


def test_a_part_that_should_not_have_been_written_is_taken_back(
    session: Session, world: World, engagement: Engagement
) -> None:
    made = correct(session, regular(session), world, Right(step=" "))

    assert made.snapshot["step"] is None
    assert made.snapshot["corrected"][0]["right"] is None


def test_a_welcome_is_not_corrected(session: Session, world: World, engagement: Engagement) -> None:
    welcome = session.scalars(select(Update).where(Update.kind == UpdateKind.WELCOME)).one()

    with pytest.raises(Refused):
        correct(session, welcome, world, Right(done="Something"))


def test_a_correction_can_be_corrected_and_each_is_a_mail(
    session: Session, world: World, engagement: Engagement
) -> None:
    wrong = regular(session)
    first = correct(session, wrong, world, Right(done="One."))
    second = correct(session, wrong, world, Right(done="Two."))
    third = correct(session, first, world, Right(done="Three."))

    assert len({first.key, second.key, third.key}) == 3
    assert len(session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "correction")).all()) == 3


def test_the_milestone_of_another_engagement_is_left_alone(
    session: Session, world: World, engagement: Engagement
) -> None:
    other = world.engagement("MA-2").milestones[0]

    with pytest.raises(Refused):
        correct(session, regular(session), world, Right(dates={other.id: date(2026, 5, 1)}))

    assert len(other.promises) == 1


def test_a_step_that_never_had_a_date_is_left_alone(session: Session, world: World, engagement: Engagement) -> None:
    open_ended = engagement.milestones[0].__class__(engagement_id=engagement.id, position=9, labels={"en": "Later"})
    session.add(open_ended)
    session.flush()

    with pytest.raises(Refused):
        correct(session, regular(session), world, Right(dates={open_ended.id: date(2026, 5, 1)}))


def test_the_same_correction_pressed_twice_is_one(session: Session, world: World, engagement: Engagement) -> None:
    right = Right(done="Pipes are not tested.", language="en")

    first = correct(session, regular(session), world, right)
    second = correct(session, regular(session), world, right)

    assert second.id == first.id
    assert len(session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "correction")).all()) == 1


def test_work_that_is_closed_takes_no_correction(session: Session, world: World, engagement: Engagement) -> None:
    engagements.close(session, engagement, words="", by=world.alice, now=world.now)

    with pytest.raises(Refused, match="not_open"):
        correct(session, regular(session), world, Right(done="Something else.", language="en"))


def test_correcting_older_news_does_not_tell_its_words_as_new(
    session: Session, world: World, engagement: Engagement
) -> None:
    older = regular(session)
    slot = slots.current(session, engagement)
    assert slot is not None
    newer = answers(done="Cupboards are in.")
    checkpoints.submit(session, slot.checkpoint, newer, note="", based_on=0, by=world.alice, now=slot.send_at)

    made = corrections.correct(
        session, older, Right(done="Pipes are not tested.", language="en"), by=world.alice, now=slot.send_at
    )

    assert made.snapshot["corrected"][0]["right"]["text"] == "Pipes are not tested."
    assert made.snapshot["done"]["text"] == "Cupboards are in."


def test_what_nobody_has_read_yet_is_written_anew_and_needs_no_correction(session: Session, world: World) -> None:
    work, slot = world.open_engagement()
    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now)
    planning.advance(session, slot.id, now=slot.send_at)
    wrong = regular(session)

    made = corrections.correct(
        session, wrong, Right(done="Only the floor.", step="The plumber comes", language="en"), by=world.alice,
        now=slot.send_at,
    )  # fmt: skip

    queued = select(OutboxEmail).where(OutboxEmail.state == MailState.QUEUED, OutboxEmail.engagement_id == work.id)
    (mail,) = session.scalars(queued)
    assert made is wrong
    assert mail.kind == "client_update"
    assert "Only the floor." in read(mail).text
    assert "The plumber comes" in read(mail).text
    assert "Wall tiles" not in read(mail).text
    with pytest.raises(Refused, match="nothing_changed"):
        correct(session, wrong, world, Right(done="Only the floor.", language="en"))


def test_a_wrong_date_that_nobody_has_read_is_put_right_where_it_stands(session: Session, world: World) -> None:
    work, _ = world.open_engagement()
    step = work.milestones[0]
    ledger.move(session, step, When(starts_on=date(2026, 4, 28)), WHY, by=world.alice, now=world.now, origin="test")
    notices.release(session, work, now=world.now + timedelta(minutes=20))
    wrong = session.scalars(select(Update).where(Update.kind == UpdateKind.DELAY_NOTICE)).one()

    right = Right(dates={step.id: date(2026, 4, 29)}, language="en")
    corrections.correct(session, wrong, right, by=world.alice, now=world.now + timedelta(minutes=21))

    queued = select(OutboxEmail).where(OutboxEmail.state == MailState.QUEUED, OutboxEmail.engagement_id == work.id)
    (mail,) = session.scalars(queued)
    assert "29 April" in read(mail).subject
    assert "28 April" not in read(mail).text


@pytest.mark.parametrize("reads", ["by phone", "on the page"])
def test_what_somebody_reads_on_the_page_or_by_phone_is_corrected_in_words_of_its_own(
    session: Session, world: World, reads: str
) -> None:
    work, slot = world.open_engagement()
    if reads == "by phone":
        world.bennani.address_state = AddressState.REFUSED
    else:
        work.participations[0].stopped_at = world.now
    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now)
    planning.advance(session, slot.id, now=slot.send_at)

    made = correct(session, regular(session), world, Right(done="Only the floor.", language="en"))

    assert made.kind is UpdateKind.CORRECTION
