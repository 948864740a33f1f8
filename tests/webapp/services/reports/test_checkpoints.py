"""Submitting the half-minute form: what it changes, and what it never does."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World, answers
from webapp.models import CheckpointState, OutboxEmail, SlotState, Update, UpdateKind
from webapp.services.core.errors import SomebodyElseSubmitted
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints


def test_a_report_filed_in_time_goes_out_at_the_sending_time(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    checkpoints.submit(
        session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=slot.send_at - timedelta(hours=3)
    )

    early = planning.due_slots(session, now=slot.send_at - timedelta(seconds=1))
    for slot_id in planning.due_slots(session, now=slot.send_at):
        planning.advance(session, slot_id, now=slot.send_at)

    assert early == []
    update = session.scalars(select(Update).where(Update.kind == UpdateKind.REGULAR)).one()
    assert update.snapshot["done"]["text"] == "Wall tiles finished, pipes tested."
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "client_update")).one()
    assert mail.to_address == "maria@bennani.example"
    assert "Wall tiles finished" in read(mail).text
    assert slot.state is SlotState.RELEASED


def test_a_second_person_who_submits_over_the_first_is_told(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    first = checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now)

    with pytest.raises(SomebodyElseSubmitted):
        checkpoints.submit(
            session, slot.checkpoint, answers(done="Pipes only."), note="", based_on=0, by=world.dalia, now=world.now
        )

    assert slot.checkpoint.state is CheckpointState.SUBMITTED
    assert [revision.id for revision in slot.checkpoint.revisions] == [first.id]
