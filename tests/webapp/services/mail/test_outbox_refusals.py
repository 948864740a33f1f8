"""The outbox when a mail is refused, cannot be written or comes twice, and what each kind of mail may do."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from emails import rendering
from emails.kinds.invitation import Invitation
from emails.pieces import Brand
from emails.registry import RULES
from tests.support.boxes import Box, letters
from tests.support.factories import World
from webapp.database import Database
from webapp.models import (
    AddressState,
    Contact,
    Firm,
    MailState,
    OutboxEmail,
    TaskKind,
    Telling,
    TellingState,
    UpdateKind,
)
from webapp.services.core import tasks
from webapp.services.mail import outbox, queueing
from webapp.services.updates import telling


def test_refusals_for_now_wait_longer_each_time(box: Box, now: datetime) -> None:
    waits = []
    moment = now
    box.do(lambda session: session.execute(update(Telling).values(next_news_at=now + timedelta(days=7))))
    while (claim := box.claim(moment)) is not None:
        box.do(outbox.begin, claim, now=moment)
        box.do(outbox.retry, claim, now=moment, answer="451 4.7.1 greylisted")
        next_try = box.mail().not_before
        waits.append((next_try - moment) / timedelta(minutes=1))
        moment = next_try

    steps = [1, 5, 15, 30, 60, 120, 240, 360]
    for waited, step in zip(waits, steps, strict=False):
        assert step <= waited <= step * 1.2
    assert all(360 <= waited <= 432 for waited in waits[8:])
    assert len(waits) > len(steps)
    assert box.mail().refusals == len(waits)


def test_a_mail_refused_until_it_expires_becomes_a_phone_call(box: Box, now: datetime) -> None:
    claim = box.transmitting(now)
    box.do(outbox.retry, claim, now=now, answer="451 later")

    box.sweep(now + RULES["welcome"].lives)

    assert box.mail().state is MailState.EXPIRED
    assert box.telling().state is TellingState.BY_PHONE
    assert TaskKind.MAIL_EXPIRED in box.open_tasks()


def test_staff_hear_once_of_a_mail_refused_for_an_hour(box: Box, world: World) -> None:
    now = world.now
    claim = box.transmitting(now)
    box.do(outbox.retry, claim, now=now, answer="451 later")

    box.sweep(now + timedelta(hours=1))
    early = box.open_tasks()
    box.sweep(now + timedelta(hours=1, seconds=1))
    heard = box.open_tasks()
    box.do(lambda session: tasks.done(tasks.waiting(session)[0], now=now, by=world.dalia))
    box.sweep(now + timedelta(hours=2))

    assert (early, heard) == ([], [TaskKind.MAIL_REFUSED_LONG])
    assert box.open_tasks() == []
    assert box.telling().state is TellingState.DUE


def test_a_refused_recipient_flags_the_contact_and_makes_a_phone_call(box: Box, now: datetime) -> None:
    claim = box.claimed(now)

    assert box.do(outbox.refuse, claim, now=now, answer="550 5.1.1 no such user", is_recipient=True)

    assert (box.mail().state, box.mail().answer) == (MailState.FAILED, "550 5.1.1 no such user")
    assert box.see(lambda session: session.get_one(Contact, 1).address_state) is AddressState.REFUSED
    assert box.telling().state is TellingState.BY_PHONE
    assert box.open_tasks() == [TaskKind.MAIL_FAILED]


def test_a_refused_text_does_not_flag_the_contact(box: Box, now: datetime) -> None:
    claim = box.transmitting(now)

    assert box.do(outbox.refuse, claim, now=now, answer="554 content", is_recipient=False)

    assert box.mail().state is MailState.FAILED
    assert box.see(lambda session: session.get_one(Contact, 1).address_state) is AddressState.FINE
    assert box.telling().state is TellingState.BY_PHONE


def test_the_task_of_a_failed_mail_is_done_once_the_contact_was_phoned(box: Box, world: World) -> None:
    claim = box.claimed(world.now)
    box.do(outbox.refuse, claim, now=world.now, answer="550 no", is_recipient=True)

    box.do(lambda session: telling.by_phone(session, session.get_one(Telling, 1), by=world.alice, now=world.now))

    assert box.telling().state is TellingState.TOLD
    assert box.open_tasks() == []


def test_released_mail_is_due_again_at_once_and_counts_no_refusal(box: Box, now: datetime) -> None:
    claim = box.claimed(now)

    assert box.do(outbox.give_back, claim, now=now)

    assert (box.mail().state, box.mail().refusals) == (MailState.QUEUED, 0)
    assert box.claimed(now).attempt == 2


def test_nothing_expires_while_nobody_said_whether_a_jumped_clock_is_right(box: Box, now: datetime) -> None:
    def pause(session: Session) -> None:
        firm = session.get_one(Firm, 1)
        firm.sending_paused_at, firm.sending_paused_why = now, "clock_jumped"

    box.do(pause)

    box.sweep(now + timedelta(days=365))

    assert box.mail().state is MailState.QUEUED


def test_a_dedupe_key_makes_a_second_row_impossible(session: Session, world: World) -> None:
    letters(world, 1)

    with pytest.raises(IntegrityError):
        letters(world, 1)
    session.rollback()


def test_a_telling_is_made_once_for_an_update_and_a_contact(session: Session, world: World) -> None:
    world.open_engagement(is_read=False)
    told = session.scalars(select(Telling)).one()

    session.add(Telling(update_id=told.update_id, contact_id=told.contact_id, state=TellingState.DUE))

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_posting_under_a_known_key_returns_the_first_mail(session: Session, world: World) -> None:
    context = Invitation(
        language="en",
        brand=Brand(name="Dar Renov"),
        recipient="Alice",
        today=world.now.date(),
        url="x",
        invited_by=None,
    )

    first = queueing.to_user(session, "invitation", "invitation:1", context, world.alice, now=world.now)
    second = queueing.to_user(session, "invitation", "invitation:1", context, world.alice, now=world.now)

    assert second is first
    assert session.scalars(select(OutboxEmail)).all() == [first]


def test_a_mail_that_cannot_be_written_is_held_and_the_others_flow(
    session: Session, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = rendering.render

    def fails_for_zohra(context: Any) -> Any:
        if context.recipient == "Zohra":
            raise RuntimeError("cannot be drawn")
        return render(context)

    monkeypatch.setattr(rendering, "render", fails_for_zohra)
    zohra = world.contact("Zohra")
    world.open_engagement(is_read=False, contacts=[(zohra, "decides"), (world.bennani, "informed")])
    session.commit()
    box = Box(database)

    claim = box.transmitting(world.now)

    states = box.see(lambda session: {mail.to_name: mail.state for mail in session.scalars(select(OutboxEmail))})
    assert states == {"Zohra": MailState.HELD, "Maria Bennani": MailState.TRANSMITTING}
    assert box.open_tasks() == [TaskKind.MAIL_HELD]
    assert box.mail(claim.id).to_name == "Maria Bennani"
    assert box.claim(world.now) is None


def test_every_kind_of_mail_that_clients_are_told_by_has_its_rule() -> None:
    assert set(telling.KIND_OF_MAIL) == set(UpdateKind)
    told = set(telling.KIND_OF_MAIL.values())
    assert told <= set(RULES)
    assert {kind for kind, rule in RULES.items() if rule.obeys_stop} == told
    assert {kind for kind, rule in RULES.items() if rule.is_regular} == told
    assert all(RULES[kind].to_client and RULES[kind].makes_task for kind in told)


def test_a_sign_in_code_and_a_fresh_link_do_not_obey_stop_and_go_before_news() -> None:
    for kind in ("sign_in", "fresh_link", "receipt"):
        assert not RULES[kind].obeys_stop
        assert not RULES[kind].is_quiet
        assert RULES[kind].priority < RULES["client_update"].priority
