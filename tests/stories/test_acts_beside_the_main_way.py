"""What an act beside the main way leaves behind: no call that nobody needs, the right reason, the right name."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.boxes import Box
from tests.support.delivering import claim
from tests.support.factories import World, answers
from tests.support.moving import move, tick
from webapp.database import Database
from webapp.keys import Keyring
from webapp.models import AuditEntry, Engagement, Milestone, Purpose, Task, TaskKind, Telling, TellingState, Update
from webapp.services.conversation import preferences
from webapp.services.mail import links, outbox
from webapp.services.reports import checkpoints
from webapp.services.updates import corrections, notices, telling
from webapp.services.updates.corrections import Right
from webapp.services.work import clients, engagements

QUARTER = timedelta(minutes=15)


def test_nobody_need_phone_once_a_notice_went_to_the_new_address(
    session: Session, world: World, work: Engagement, cupboards: Milestone, database: Database
) -> None:
    move(world, cupboards, date(2026, 4, 28), at=world.now)
    tick(session, at=world.now + QUARTER)
    later = world.now + 2 * QUARTER
    clients.change_address(session, world.bennani, "new@bennani.example", by=world.alice, now=later)
    called = _open_calls(session)
    session.commit()
    box = Box(database)

    while (mail := box.do(claim, now=later, lease=QUARTER)) is not None:
        if box.do(outbox.begin, mail, now=later):
            box.do(outbox.sent, mail, now=later, answer="250 ok")

    session.expire_all()
    told = session.scalars(select(Telling).join(Update).order_by(Telling.id.desc())).first()
    assert told is not None
    assert told.state is TellingState.TOLD
    assert (called, _open_calls(session)) == ([], [])


def test_nobody_need_phone_who_was_to_be_called_and_is_sent_the_mail_after_all(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    world.bennani.address = None
    move(world, cupboards, date(2026, 4, 28), at=world.now)
    tick(session, at=world.now + QUARTER)
    called = _open_calls(session)

    told = session.scalars(select(Telling).where(Telling.state == TellingState.BY_PHONE)).all()
    world.bennani.address = "maria@bennani.example"
    for each in told:
        telling.again(session, each, now=world.now + 2 * QUARTER, suffix=":again")

    assert len(called) == len(told) > 0
    assert _open_calls(session) == []


def test_what_a_pause_holds_back_is_kept_as_paused(session: Session, world: World, keyring: Keyring) -> None:
    work, _ = world.open_engagement(is_read=False)
    link = links.make(
        session, keyring, Purpose.PAGE, contact=world.bennani, engagement=work, now=world.now, lives=timedelta(days=90)
    )

    preferences.pause(session, link, timedelta(days=7), now=world.now)

    (welcome,) = session.scalars(select(Telling)).all()
    assert (welcome.state, welcome.skipped_why) == (TellingState.SKIPPED, "paused")


@pytest.mark.parametrize("act", ["live", "report after the hour", "correction", "pause", "read first"])
def test_the_trail_names_who_made_an_update_go_out(
    session: Session, world: World, work: Engagement, cupboards: Milestone, act: str
) -> None:
    at = world.now
    if act == "report after the hour":
        form = checkpoints.due(session, world.alice, on=date(2026, 4, 7), until=at + timedelta(days=2))[0]
        at = form.slot.send_at + QUARTER
        checkpoints.submit(session, form, answers(), note="", based_on=0, by=world.alice, now=at)
    elif act == "correction":
        test_the_trail_names_who_made_an_update_go_out(session, world, work, cupboards, "report after the hour")
        wrong = session.scalars(select(Update).order_by(Update.id.desc())).first()
        assert wrong is not None
        right = Right(done="Floor tiles.", language="en")
        corrections.correct(session, wrong, right, by=world.alice, now=at + timedelta(days=1, hours=8))
    elif act == "pause":
        engagements.rest(session, work, words="", by=world.alice, now=at)
    elif act == "read first":
        work.playbook.managers_read_first = True
        move(world, cupboards, date(2026, 4, 28), at=at)
        tick(session, at=at + QUARTER)
        notices.send_read(session, work, by=world.dalia, now=at + QUARTER)

    newest = session.scalars(
        select(AuditEntry).where(AuditEntry.act == "released").order_by(AuditEntry.id.desc())
    ).first()

    assert newest is not None
    names = {"live": world.dalia, "read first": world.dalia}
    assert (newest.user_id, newest.actor) == (names.get(act, world.alice).id, None)


def test_the_trail_says_that_the_clock_released_what_nobody_pressed(
    session: Session, world: World, work: Engagement, cupboards: Milestone
) -> None:
    move(world, cupboards, date(2026, 4, 28), at=world.now)

    tick(session, at=world.now + QUARTER)

    newest = session.scalars(select(AuditEntry).where(AuditEntry.act == "released").order_by(AuditEntry.id.desc()))
    assert newest.first().actor == "clock"  # type: ignore[union-attr]


def _open_calls(session: Session) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.kind == TaskKind.PHONE, Task.done_at.is_(None))))
