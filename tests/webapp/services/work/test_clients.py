"""Clients and contacts, and what a changed address does to links."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import World
from webapp.keys import Keyring
from webapp.models import AddressState, AuditEntry, OutboxEmail, Purpose, TaskKind
from webapp.services.core import tasks
from webapp.services.core.errors import LinkInvalid
from webapp.services.mail import links
from webapp.services.mail.writing import read
from webapp.services.work import clients


def test_a_contact_without_an_address_cannot_be_mailed(session: Session, world: World) -> None:
    client = clients.add(session, "Aliyev", by=world.alice, now=world.now)

    contact = clients.add_contact(
        session,
        client,
        name="Rashad",
        address=None,
        phone="+994501112233",
        language="az",
        zone="Asia/Baku",
        by=world.alice,
        now=world.now,
    )

    assert contact.can_be_mailed is False
    assert client.contacts == [contact]


def test_a_new_address_clears_the_flag_and_revokes_the_links_in_the_old_inbox(
    session: Session, world: World, keyring: Keyring
) -> None:
    engagement = world.engagement()
    text = links.token(
        keyring,
        links.make(session, keyring, Purpose.PAGE, now=world.now, contact=world.bennani, engagement=engagement),
    )
    world.bennani.address_state = AddressState.REFUSED

    clients.change_address(session, world.bennani, "m@new.example", by=world.alice, now=world.now)

    assert world.bennani.can_be_mailed
    with pytest.raises(LinkInvalid):
        links.find(session, keyring, text, Purpose.PAGE, now=world.now, days_after_close=90)


def test_the_same_address_again_changes_nothing(session: Session, world: World) -> None:
    world.bennani.address_state = AddressState.REFUSED

    clients.change_address(
        session, world.bennani, world.bennani.address, by=world.alice, now=world.now + timedelta(days=1)
    )

    assert world.bennani.address_state is AddressState.REFUSED
    assert world.bennani.link_epoch == 0


def test_the_audit_trail_names_the_act_and_keeps_no_address(session: Session, world: World) -> None:
    clients.change_address(session, world.bennani, "m@new.example", by=world.alice, now=world.now)

    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "address_changed")).one()
    assert (entry.user_id, entry.subject, entry.subject_id) == (world.alice.id, "contact", world.bennani.id)
    assert "new.example" not in str(entry.details)


def test_the_old_address_and_who_looks_after_the_work_hear_of_a_new_one(session: Session, world: World) -> None:
    work, _ = world.open_engagement()

    clients.change_address(session, world.bennani, "m@new.example", by=world.dalia, now=world.now)

    (mail,) = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "address_moved"))
    assert (mail.to_address, mail.contact_id, mail.reply_to_address) == (
        "maria@bennani.example",
        None,
        world.alice.address,
    )
    assert "another address" in read(mail).subject
    assert "m@new.example" not in read(mail).text + read(mail).html
    assert "link.invalid" not in read(mail).text + read(mail).html
    assert [(task.kind, task.engagement_id) for task in tasks.waiting(session)] == [(TaskKind.ADDRESS_CHANGED, work.id)]


def test_an_owner_who_puts_the_address_right_is_not_told_of_it(session: Session, world: World) -> None:
    world.open_engagement()

    clients.change_address(session, world.bennani, "m@new.example", by=world.alice, now=world.now)

    assert tasks.waiting(session) == []
