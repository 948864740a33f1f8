"""Moves of dates over a change of version: what waits in a filed form is still told, and the ledger is never unread."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.support.factories import World, answers
from webapp import schema
from webapp.database import Database
from webapp.models import Announcement, Cause, Promise
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why
from webapp.services.reports import checkpoints
from webapp.services.updates.answers import DateAnswer, Holds

NOW = datetime(2026, 4, 6, 9, tzinfo=UTC)


def test_a_move_in_a_form_that_is_filed_and_not_sent_is_still_to_be_told_after_the_upgrade(database: Database) -> None:
    with database.writer() as session:
        world = World.build(session, now=NOW)
        work, slot = world.open_engagement()
        moved = DateAnswer(
            milestone_id=work.milestones[0].id,
            holds=Holds.NO,
            cause=Cause.OTHER,
            why="The doors are late.",
            what_we_do="We fit the rest before.",
            new_on=date(2026, 4, 28),
        )
        checkpoints.submit(
            session, slot.checkpoint, answers(dates=(moved,)), note="", based_on=0, by=world.alice, now=NOW
        )
        session.commit()
        promised_by = slot.promised_by

    schema.downgrade(database, "0002")
    schema.upgrade(database)

    with database.reader() as session:
        (waiting,) = session.scalars(select(Announcement)).all()
        entry = session.get_one(Promise, waiting.promise_id)
        assert (entry.starts_on, waiting.settled_at, waiting.release_at) == (date(2026, 4, 28), None, promised_by)


def test_a_version_that_could_not_read_the_ledger_is_not_gone_back_to(database: Database) -> None:
    with database.writer() as session:
        world = World.build(session, now=NOW)
        step = world.open_engagement()[0].milestones[0]
        waits, why = When(after_days=5, condition="your plans"), Why(cause=Cause.YOU, why="We wait.", what_we_do="-")
        ledger.move(session, step, waits, why, by=world.alice, now=NOW, origin="test")
        ledger.resolve(session, step, date(2026, 4, 27), by=world.alice, now=NOW)
        session.commit()

    with pytest.raises(RuntimeError, match="stay with this one"):
        schema.downgrade(database, "0002")

    assert schema.current(database) == schema.head()
