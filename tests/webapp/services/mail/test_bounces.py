"""What a mail that comes back changes, for which mail, and how often."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.support import no_reports, returned_mails
from tests.support.boxes import Box, letters
from tests.support.factories import World
from tests.support.returning import Returning
from webapp.keys import Keyring
from webapp.models import (
    AddressState,
    Contact,
    MailState,
    OutboxEmail,
    Purpose,
    Reply,
    ReplyKind,
    TaskKind,
    Telling,
    TellingState,
)
from webapp.services.mail import links, outbox
from webapp.services.mail.bounces import Effect
from webapp.services.mail.writing import read
from webapp.services.today import resending, troubles
from webapp.services.updates import telling

DELAYED = returned_mails.postfix("4.4.1", "delayed", "X-Postfix; connect timed out")


@pytest.mark.usefixtures("sent")
def test_a_mail_that_came_back_is_failed_its_contact_flagged_and_phoned(box: Box, returning: Returning) -> None:
    told_before = box.telling().state

    assert returning.take() is Effect.FAILED

    assert told_before is TellingState.TOLD
    assert box.mail().state is MailState.FAILED
    assert (box.mail().answer or "").startswith("550 5.1.1")
    assert returning.address_state() is AddressState.REFUSED
    assert (box.telling().state, box.telling().told_at) == (TellingState.BY_PHONE, None)
    assert box.open_tasks() == [TaskKind.MAIL_FAILED]


@pytest.mark.usefixtures("sent")
def test_the_same_bounce_twice_is_one_effect(box: Box, world: World, returning: Returning) -> None:
    returning.take()
    box.do(lambda session: telling.by_phone(session, session.get_one(Telling, 1), by=world.alice, now=world.now))

    assert returning.take() is Effect.NOTHING_NEW

    assert box.open_tasks() == []
    assert box.telling().state is TellingState.TOLD


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("raw", [DELAYED, no_reports.VACATION, no_reports.READ_RECEIPT, b"rubbish"])
def test_what_does_not_say_failed_changes_nothing(box: Box, returning: Returning, raw: bytes) -> None:
    assert returning.take(raw) in (Effect.ON_ITS_WAY, Effect.NO_REPORT)

    assert box.mail().state is MailState.SENT
    assert returning.address_state() is AddressState.FINE
    assert box.telling().state is TellingState.TOLD
    assert box.open_tasks() == []


def test_a_bounce_settles_a_mail_in_doubt(box: Box, returning: Returning, now: datetime) -> None:
    box.do(outbox.lost_sight, box.transmitting(now), now=now)
    in_doubt = box.open_tasks()

    returning.take()

    assert in_doubt == [TaskKind.MAIL_UNKNOWN]
    assert box.mail().state is MailState.FAILED
    assert box.open_tasks() == [TaskKind.MAIL_FAILED]
    assert box.telling().state is TellingState.BY_PHONE


def test_a_report_of_delay_proves_that_a_mail_in_doubt_was_taken_over(
    box: Box, returning: Returning, now: datetime
) -> None:
    box.do(outbox.lost_sight, box.transmitting(now), now=now)

    assert returning.take(DELAYED) is Effect.ON_ITS_WAY

    assert box.mail().state is MailState.SENT
    assert box.open_tasks() == []
    assert box.telling().state is TellingState.TOLD
    assert returning.take() is Effect.FAILED


def test_a_bounce_that_is_faster_than_our_own_note_counts(box: Box, returning: Returning, now: datetime) -> None:
    claim = box.transmitting(now)

    assert returning.take() is Effect.FAILED
    assert not box.do(outbox.sent, claim, now=now, answer="250 Ok")

    assert box.mail().state is MailState.FAILED


def test_a_mail_that_has_not_left_cannot_come_back(box: Box, returning: Returning, now: datetime) -> None:
    assert returning.take() is Effect.NOTHING_NEW
    box.claimed(now)
    assert returning.take() is Effect.NOTHING_NEW

    assert box.mail().state is MailState.CLAIMED
    assert returning.address_state() is AddressState.FINE


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("status", "said"), [("5.7.1", "smtp; 554 5.7.1 spam"), ("4.4.7", "smtp; 451 4.4.7 gave up after five days")]
)
def test_an_address_that_is_not_to_blame_is_not_flagged_and_the_mail_is_failed_all_the_same(
    box: Box, returning: Returning, status: str, said: str
) -> None:
    assert returning.take(returned_mails.postfix(status, "failed", said)) is Effect.FAILED

    assert box.mail().state is MailState.FAILED
    assert returning.address_state() is AddressState.FINE
    assert box.telling().state is TellingState.BY_PHONE
    assert box.open_tasks() == [TaskKind.MAIL_FAILED]


@pytest.mark.usefixtures("sent")
def test_an_address_that_changed_meanwhile_is_not_flagged(box: Box, returning: Returning) -> None:
    box.do(lambda session: session.execute(update(Contact).values(address="new@bennani.example")))

    returning.take()

    assert returning.address_state() is AddressState.FINE
    assert box.open_tasks() == [TaskKind.MAIL_FAILED]


@pytest.mark.usefixtures("sent")
def test_a_client_who_answered_through_the_mail_has_it_whatever_a_server_says(
    box: Box, world: World, returning: Returning, keyring: Keyring
) -> None:
    def answer(session: Any) -> None:
        mail = session.get_one(OutboxEmail, 1)
        link = links.make(
            session, keyring, Purpose.PAGE, now=world.now, contact=mail.contact, engagement=mail.engagement, mail=mail
        )
        reply = Reply(
            engagement=mail.engagement, contact=mail.contact, link_id=link.id, kind=ReplyKind.QUESTION, text="When?"
        )
        reply.written_at, reply.once = world.now, "once"
        session.add(reply)

    box.do(answer)

    assert returning.take() is Effect.NOTHING_NEW
    assert box.mail().state is MailState.SENT


@pytest.mark.usefixtures("sent")
def test_whoever_was_told_another_way_is_not_phoned_again(box: Box, world: World, returning: Returning) -> None:
    box.do(lambda session: telling.by_phone(session, session.get_one(Telling, 1), by=world.alice, now=world.now))

    assert returning.take() is Effect.FAILED

    assert box.telling().state is TellingState.TOLD
    assert box.open_tasks() == []


def test_a_mail_sent_again_stands_in_for_the_one_that_came_back(
    box: Box, world: World, returning: Returning, now: datetime
) -> None:
    box.do(outbox.lost_sight, box.transmitting(now), now=now)
    box.do(lambda session: resending.again(session, session.get_one(OutboxEmail, 1), by=world.alice, now=now))

    assert returning.take() is Effect.FAILED

    assert box.mail(1).state is MailState.FAILED
    assert box.mail(2).state is MailState.QUEUED
    assert box.telling().state is TellingState.DUE
    assert box.open_tasks() == []


def test_a_colleagues_mail_that_came_back_is_failed_and_nobodys_task(
    box: Box, world: World, returning: Returning, now: datetime
) -> None:
    letters(world, 1, state=MailState.SENT)
    world.session.commit()

    assert returning.take(to=returning.address(2)) is Effect.FAILED

    assert box.mail(2).state is MailState.FAILED
    assert box.open_tasks() == []


def _told_to_staff(box: Box) -> str:
    """The mail about trouble, its lines joined."""
    trouble = select(OutboxEmail).where(OutboxEmail.kind == "trouble").limit(1)
    return " ".join(read(box.see(lambda session: session.scalars(trouble).one())).text.split())


@pytest.mark.usefixtures("sent")
def test_staff_read_that_it_came_back_and_that_the_right_address_is_wanted(
    box: Box, world: World, returning: Returning, now: datetime
) -> None:
    returning.take()

    box.do(troubles.tell, now=now)

    told = _told_to_staff(box)
    assert "The email came back. Ask for the right address." in told
    assert "550 5.1.1" in told


@pytest.mark.usefixtures("sent")
def test_letters_that_a_server_cannot_carry_are_said_in_plain_words(
    box: Box, world: World, returning: Returning, now: datetime
) -> None:
    box.do(lambda session: session.execute(update(OutboxEmail).values(to_address="мария@bennani.example")))
    returning.take(returned_mails.internationalised())

    box.do(troubles.tell, now=now)

    assert "letters that a mail server on the way cannot carry" in _told_to_staff(box)
