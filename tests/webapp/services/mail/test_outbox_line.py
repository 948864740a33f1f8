"""The outbox at the line: nothing begins to leave for somebody who said stop, or under an address that changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from emails.registry import RULES
from tests.support.boxes import Box, letters
from tests.support.factories import World
from webapp.database import Database
from webapp.models import (
    Contact,
    Engagement,
    EngagementState,
    MailState,
    Participation,
    TaskKind,
    TellingState,
    User,
)
from webapp.services.mail import outbox
from webapp.services.updates import telling


def _stop(part: Participation, now: datetime) -> None:
    part.stopped_at = now


def _pause(part: Participation, now: datetime) -> None:
    part.paused_until = now.date() + timedelta(days=1)


def _close(part: Participation, now: datetime) -> None:
    part.engagement.state, part.engagement.closed_at = EngagementState.CLOSED, now


def _rest(part: Participation, _now: datetime) -> None:
    part.engagement.state = EngagementState.PAUSED


@pytest.mark.parametrize(
    ("forbid", "why"), [(_stop, "stopped"), (_pause, "paused"), (_close, "taken_back"), (_rest, "taken_back")]
)
def test_what_was_forbidden_after_the_claim_is_not_sent(
    box: Box, now: datetime, forbid: Callable[[Participation, datetime], None], why: str
) -> None:
    claim = box.claimed(now)
    box.do(lambda session: forbid(session.get_one(Participation, 1), now))

    began = box.do(outbox.begin, claim, now=now)

    assert began is False
    assert box.mail().state is MailState.CANCELLED
    assert (box.telling().state, box.telling().skipped_why) == (TellingState.SKIPPED, why)
    assert box.claim(now + timedelta(days=1)) is None


def test_a_mail_whose_address_changed_after_the_claim_never_gets_there_and_somebody_phones(
    box: Box, now: datetime
) -> None:
    claim = box.claimed(now)

    def move(session: Session) -> None:
        session.get_one(Contact, 1).address = "new@bennani.example"

    box.do(move)

    assert box.do(outbox.begin, claim, now=now) is False
    assert box.mail().state is MailState.CANCELLED
    assert box.telling().state is TellingState.BY_PHONE
    assert box.open_tasks() == [TaskKind.MAIL_FAILED]


def test_a_mail_that_expired_after_the_claim_becomes_a_phone_call(box: Box, now: datetime) -> None:
    late = now + RULES["welcome"].lives
    claim = box.claimed(late - timedelta(seconds=1))

    assert box.do(outbox.begin, claim, now=late) is False
    assert box.mail().state is MailState.EXPIRED
    assert box.telling().state is TellingState.BY_PHONE
    assert box.open_tasks() == [TaskKind.MAIL_EXPIRED]


def test_a_mail_refused_for_now_is_not_sent_after_its_reader_stopped_meanwhile(box: Box, now: datetime) -> None:
    claim = box.transmitting(now)
    box.do(lambda session: telling.stopped(session, _stopped_part(session, now), now=now))

    box.do(outbox.retry, claim, now=now, answer="451 later")
    again = box.claimed(now + timedelta(minutes=2))

    assert box.do(outbox.begin, again, now=now + timedelta(minutes=2)) is False
    assert box.mail().state is MailState.CANCELLED


def _stopped_part(session: Session, now: datetime) -> Participation:
    part = session.get_one(Participation, 1)
    part.stopped_at = now
    session.flush()
    return part


def test_a_stop_that_is_being_saved_holds_back_a_worker_at_the_line(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    with database.writer() as session:
        World.build(session, now=now).open_engagement(is_read=False)
        session.commit()
    box = Box(database)
    claim = box.claimed(now)

    with database.writer() as stopping, ThreadPoolExecutor(1) as pool:
        _stopped_part(stopping, now)
        begins = pool.submit(box.do, outbox.begin, claim, now=now)
        wait([begins], timeout=0.5)
        stopping.commit()
        began = begins.result()

    assert began is False
    assert box.mail().state is MailState.CANCELLED
    database.dispose()


def test_the_last_mail_of_closed_work_still_goes(session: Session, world: World, database: Database) -> None:
    (mail,) = letters(world, 1, kind="closing", contact_id=world.bennani.id, to_address=world.bennani.address)
    engagement = world.engagement()
    engagement.state = EngagementState.CLOSED
    mail.engagement, mail.user_id = engagement, None
    session.commit()
    box = Box(database)

    claim = box.claimed(world.now)

    assert box.do(outbox.begin, claim, now=world.now) is True


@pytest.mark.parametrize("kind", [kind for kind, rule in RULES.items() if rule.to_client and not rule.obeys_stop])
def test_an_answer_a_receipt_and_a_fresh_link_reach_somebody_who_stopped(
    session: Session, world: World, database: Database, kind: str
) -> None:
    engagement = world.engagement()
    engagement.state = EngagementState.OPEN
    world.participation(engagement).stopped_at = world.now
    (mail,) = letters(world, 1, kind=kind, contact_id=world.bennani.id, to_address=world.bennani.address)
    mail.engagement, mail.user_id = engagement, None
    session.commit()
    box = Box(database)

    claim = box.claimed(world.now)

    assert box.do(outbox.begin, claim, now=world.now) is True


@pytest.mark.parametrize("change", ["left", "moved"])
def test_a_colleague_who_left_or_has_another_address_gets_nothing_more(
    session: Session, world: World, database: Database, change: str
) -> None:
    letters(world, 1)
    session.commit()
    box = Box(database)
    claim = box.claimed(world.now)

    def alter(session: Session) -> None:
        alice = session.get_one(User, world.alice.id)
        if change == "left":
            alice.is_active = False
        else:
            alice.address = "alice@elsewhere.example"

    box.do(alter)

    assert box.do(outbox.begin, claim, now=world.now) is False
    assert box.mail().state is MailState.CANCELLED


def test_an_engagement_is_locked_while_its_mail_begins(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    with database.writer() as session:
        World.build(session, now=now).open_engagement(is_read=False)
        session.commit()
    box = Box(database)
    claim = box.claimed(now)
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    assert box.do(outbox.begin, claim, now=now)

    for table in (Contact, Engagement, Participation):
        assert any(f"FROM {table.__tablename__}" in text and "FOR SHARE" in text for text in statements)
    database.dispose()
