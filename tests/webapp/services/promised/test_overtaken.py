"""Mails that waited beyond the hour of next news they print: nobody reads of an hour that is over."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.delivering import claim
from tests.support.factories import World, soon
from webapp.models import MailState, OutboxEmail, PartOf, Slot, Telling, TellingState
from webapp.services.mail import outbox
from webapp.services.mail.outbox import Claim
from webapp.services.mail.writing import read
from webapp.services.promised import overtaken, planning
from webapp.services.rhythm import slots

LEASE = timedelta(minutes=2)


@pytest.fixture
def late(session: Session, world: World) -> Slot:
    """The planned slot of work whose welcome has waited for its mail server until an hour after that news was due."""
    return world.open_engagement(is_read=False)[1]


def taken(session: Session, *, now: datetime) -> Claim:
    found = claim(session, now=now, lease=LEASE)
    assert found is not None
    return found


def kinds(session: Session, state: MailState) -> list[str]:
    found = select(OutboxEmail.kind).where(OutboxEmail.state == state).order_by(OutboxEmail.id)
    return list(session.scalars(found))


def test_what_nobody_has_yet_says_when_the_news_comes_now(session: Session, world: World, late: Slot) -> None:
    work, was, now = late.engagement, late.promised_by, late.promised_by + timedelta(hours=1)
    planning.advance(session, late.id, now=now)

    overtaken.write_anew(session, now=now)

    planned = slots.current(session, work)
    (mail,) = session.scalars(select(OutboxEmail).where(OutboxEmail.state == MailState.QUEUED))
    assert planned is not None
    assert (mail.kind, mail.tellings[0].next_news_at) == ("welcome", planned.promised_by)
    assert f"{was:%-d %B}, by" not in read(mail).text
    assert f"{planned.promised_by:%-d %B}, by" in read(mail).text


def test_nobody_is_told_that_no_news_came_at_an_hour_they_never_read(
    session: Session, world: World, late: Slot
) -> None:
    planning.advance(session, late.id, now=late.promised_by)

    assert kinds(session, MailState.QUEUED) == ["welcome"]


def test_a_mail_whose_hour_passed_on_the_line_waits_for_the_clock(session: Session, world: World, late: Slot) -> None:
    now = late.promised_by + timedelta(minutes=1)
    on_the_line = taken(session, now=now)

    assert not outbox.begin(session, on_the_line, now=now)
    assert kinds(session, MailState.QUEUED) == ["welcome"]


def test_where_somebody_has_it_the_others_read_it_without_an_hour(session: Session, world: World) -> None:
    amrani = world.contact("Amrani", address="amrani@home.example")
    both = [(world.bennani, PartOf.DECIDES), (amrani, PartOf.DECIDES)]
    _, slot = world.open_engagement(is_read=False, contacts=both)
    read_it = taken(session, now=world.now)
    outbox.begin(session, read_it, now=world.now)
    outbox.sent(session, read_it, now=world.now, answer="250 Ok")
    now = slot.promised_by + timedelta(hours=1)

    overtaken.write_anew(session, now=now)

    (waiting,) = session.scalars(select(OutboxEmail).where(OutboxEmail.state == MailState.QUEUED))
    assert "Next news" not in read(waiting).text
    told = session.scalars(select(Telling).where(Telling.state == TellingState.TOLD)).one()
    assert told.next_news_at == slot.promised_by


def test_no_news_is_over_with_the_hour_that_it_names(session: Session, world: World) -> None:
    work, slot = world.open_engagement()
    planning.advance(session, slot.id, now=slot.promised_by)
    planned = slots.current(session, work)
    assert planned is not None
    named = session.scalars(select(Telling).where(Telling.state == TellingState.DUE)).one().next_news_at
    assert named is not None
    session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "no_news")).one().expires_at = soon(named, days=3)
    on_the_line = taken(session, now=named)

    assert not outbox.begin(session, on_the_line, now=named)
    assert kinds(session, MailState.EXPIRED) == ["no_news"]


def test_a_mail_to_who_was_told_meanwhile_waits_for_nobody(session: Session, world: World, late: Slot) -> None:
    now = late.promised_by + timedelta(minutes=1)
    session.execute(update(Telling).values(state=TellingState.TOLD, told_at=world.now))
    on_the_line = taken(session, now=now)

    assert outbox.begin(session, on_the_line, now=now)
