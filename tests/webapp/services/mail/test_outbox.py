"""The outbox: who may touch a mail when, and that none is sent twice or lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.boxes import DOUBT, LEASE, Box, letters
from tests.support.delivering import claim
from tests.support.factories import World
from webapp.database import Database
from webapp.models import (
    MailState,
    OutboxEmail,
    Task,
    TaskKind,
    TellingState,
)
from webapp.services.mail import outbox
from webapp.services.mail.outbox import Claim


def test_workers_who_claim_at_the_same_time_never_get_the_same_mail(
    session: Session, world: World, database: Database
) -> None:
    made = {mail.id for mail in letters(world, 40)}
    session.commit()
    box = Box(database)

    def drain() -> list[Claim]:
        mine = []
        while (claim := box.claim(world.now)) is not None:
            mine.append(claim)
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = [claim for done in [pool.submit(drain) for _ in range(4)] for claim in done.result()]

    assert sorted(claim.id for claim in taken) == sorted(made)
    assert {claim.attempt for claim in taken} == {1}


def test_a_second_worker_on_postgresql_takes_the_next_mail_without_waiting(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    with database.writer() as session:
        letters(World.build(session, now=now), 2)
        session.commit()

    with database.writer() as one, database.writer() as two:
        first = claim(one, now=now, lease=LEASE)
        second = claim(two, now=now, lease=LEASE)
        third = claim(two, now=now, lease=LEASE)

    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert third is None
    database.dispose()


def test_the_most_urgent_mail_goes_first(session: Session, world: World, database: Database) -> None:
    (slow,) = letters(world, 1, priority=30)
    (quick,) = letters(world, 1, priority=0)
    session.commit()
    box = Box(database)

    order = [box.claimed(world.now).id, box.claimed(world.now).id]

    assert order == [quick.id, slow.id]


def test_a_mail_waits_for_its_time_and_is_not_claimed_after_it_expired(
    session: Session, world: World, database: Database
) -> None:
    letters(world, 1, not_before=world.now + timedelta(hours=1), expires_at=world.now + timedelta(hours=2))
    session.commit()
    box = Box(database)

    assert box.claim(world.now + timedelta(minutes=59)) is None
    assert box.claim(world.now + timedelta(hours=2)) is None
    assert box.claim(world.now + timedelta(hours=1)) is not None


def test_nothing_is_claimed_while_the_firm_has_paused_sending(box: Box, world: World, session: Session) -> None:
    world.firm.sending_paused_at, world.firm.sending_paused_why = world.now, "smtp"
    session.commit()

    assert box.claim(world.now) is None


def test_an_accepted_mail_is_sent_and_its_contact_told(box: Box, now: datetime) -> None:
    claim = box.transmitting(now)

    assert box.do(outbox.sent, claim, now=now, answer="250 2.0.0 queued as 4F2")

    mail = box.mail()
    assert (mail.state, mail.answer, mail.finished_at) == (MailState.SENT, "250 2.0.0 queued as 4F2", now)
    assert (box.telling().state, box.telling().told_at) == (TellingState.TOLD, now)
    assert box.claim(now + timedelta(days=1)) is None


def test_a_lease_that_runs_out_puts_the_mail_back(box: Box, now: datetime) -> None:
    first = box.claimed(now)

    box.sweep(now + LEASE)
    kept = box.mail().state
    box.sweep(now + LEASE + timedelta(seconds=1))
    second = box.claimed(now + LEASE + timedelta(seconds=1))

    assert kept is MailState.CLAIMED
    assert (first.attempt, second.attempt) == (1, 2)


STALE_ACTS: dict[str, Callable[[Session, Claim, datetime], bool]] = {
    "begin": lambda session, claim, now: outbox.begin(session, claim, now=now),
    "sent": lambda session, claim, now: outbox.sent(session, claim, now=now, answer="250 ok"),
    "retry": lambda session, claim, now: outbox.retry(session, claim, now=now, answer="451 later"),
    "give_back": lambda session, claim, now: outbox.give_back(session, claim, now=now),
    "refuse": lambda session, claim, now: outbox.refuse(session, claim, now=now, answer="550 no", is_recipient=True),
    "lost_sight": lambda session, claim, now: outbox.lost_sight(session, claim, now=now),
}


@pytest.mark.parametrize("act", STALE_ACTS)
@pytest.mark.parametrize("is_transmitting", [False, True])
def test_a_worker_whose_attempt_is_over_changes_nothing(
    box: Box, now: datetime, act: str, *, is_transmitting: bool
) -> None:
    stale = box.claimed(now)
    later = now + LEASE + timedelta(seconds=1)
    box.sweep(later)
    fresh = box.claimed(later)
    if is_transmitting:
        assert box.do(outbox.begin, fresh, now=later)
    before = box.mail()

    changed = box.do(STALE_ACTS[act], stale, later)

    assert changed is False
    after = box.mail()
    assert (after.state, after.attempt, after.lease_until) == (before.state, before.attempt, before.lease_until)
    assert box.telling().state is TellingState.DUE
    assert box.open_tasks() == []


def test_a_worker_whose_lease_was_taken_back_cannot_begin(box: Box, now: datetime) -> None:
    stale = box.claimed(now)
    box.sweep(now + LEASE + timedelta(seconds=1))

    assert box.do(outbox.begin, stale, now=now + LEASE + timedelta(seconds=2)) is False
    assert box.mail().state is MailState.QUEUED


def test_a_mail_that_began_cannot_begin_again(box: Box, now: datetime) -> None:
    claim = box.transmitting(now)

    assert box.do(outbox.begin, claim, now=now) is False


def test_a_mail_in_transmission_too_long_is_unknown_and_somebody_hears(box: Box, now: datetime) -> None:
    box.transmitting(now)

    box.sweep(now + DOUBT)
    waiting = box.mail().state
    box.sweep(now + DOUBT + timedelta(seconds=1))

    assert waiting is MailState.TRANSMITTING
    assert box.mail().state is MailState.UNKNOWN
    assert box.telling().state is TellingState.DUE
    assert box.open_tasks() == [TaskKind.MAIL_UNKNOWN]


def test_an_unknown_mail_is_never_sent_again_by_itself(box: Box, now: datetime) -> None:
    claim = box.transmitting(now)
    box.do(outbox.lost_sight, claim, now=now)

    for days in range(10):
        box.sweep(now + timedelta(days=days))

        assert box.claim(now + timedelta(days=days)) is None
    assert box.do(outbox.begin, claim, now=now) is False
    assert box.do(outbox.give_back, claim, now=now) is False
    assert box.do(outbox.retry, claim, now=now, answer="") is False
    assert box.mail().state is MailState.UNKNOWN


def test_a_late_acceptance_of_the_same_attempt_settles_an_unknown_mail(box: Box, now: datetime) -> None:
    claim = box.transmitting(now)
    box.sweep(now + DOUBT + timedelta(seconds=1))

    late = box.do(outbox.sent, claim, now=now + timedelta(minutes=10), answer="250 ok")

    assert late is True
    assert box.mail().state is MailState.SENT
    assert box.telling().state is TellingState.TOLD
    assert box.open_tasks() == []


def test_a_person_says_that_an_unknown_mail_arrived(box: Box, world: World) -> None:
    claim = box.transmitting(world.now)
    box.do(outbox.lost_sight, claim, now=world.now)

    def say(session: Session) -> bool:
        return outbox.arrived(session, session.get_one(OutboxEmail, 1), now=world.now, by=world.dalia)

    assert box.do(say) is True
    assert box.do(say) is False
    assert box.mail().state is MailState.SENT
    assert box.telling().state is TellingState.TOLD
    closed = box.see(lambda session: session.scalars(select(Task)).one())
    assert (closed.done_at, closed.done_by_id) == (world.now, world.dalia.id)


def test_a_mail_that_was_never_in_doubt_cannot_be_said_to_have_arrived(box: Box, now: datetime) -> None:
    def say(session: Session) -> bool:
        return outbox.arrived(session, session.get_one(OutboxEmail, 1), now=now, by=None)

    assert box.do(say) is False
    assert box.mail().state is MailState.QUEUED
