"""What an act over many works did is taken back: what nobody read leaves no trace, what others did meanwhile stays."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import deliver, write_all
from tests.support.factories import TUESDAYS, World
from webapp.models import (
    BulkAct,
    BulkPart,
    BulkState,
    Engagement,
    EngagementState,
    Fact,
    MailState,
    OutboxEmail,
    Participation,
    PartOf,
    PartState,
)
from webapp.services.bulk import acts, begin
from webapp.services.mail.writing import read
from webapp.services.promised import calendar_changes
from webapp.services.promised.redating import Answer
from webapp.services.rhythm import cadences
from webapp.services.work import engagements


def mails(session: Session, kind: str) -> dict[int | None, str]:
    """The texts that wait or went, by their readers."""
    write_all(session)
    found = select(OutboxEmail).where(OutboxEmail.kind == kind, OutboxEmail.state != MailState.CANCELLED)
    return {mail.contact_id: read(mail).text for mail in session.scalars(found)}


def moving_zone(session: Session, world: World, works: list[Engagement], new: str, **answer: Any) -> BulkAct:
    return begin.zone(
        session, works, old="Africa/Casablanca", new=new, answer=Answer(**answer), by=world.dalia, now=world.now
    )


def take_back(session: Session, world: World, act: BulkAct) -> None:
    acts.take_back(session, act, by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)


def go_live(session: Session, world: World, draft: Engagement) -> BulkAct:
    act = begin.go_live(session, [draft], by=world.dalia, now=world.now)
    acts.carry_on(session, now=world.now)
    return act


def test_work_that_goes_live_a_second_time_is_welcomed_by_what_holds_now(session: Session, world: World) -> None:
    draft = world.engagement("MA-1")
    take_back(session, world, go_live(session, world, draft))
    assert draft.state is EngagementState.DRAFT
    second = world.contact("Second")
    draft.participations.append(Participation(contact=second, part=PartOf.DECIDES))
    session.add(Fact(engagement_id=draft.id, text="The gate code is 12.", source="call", known_at=world.now))
    session.flush()
    fridays = cadences.dump(replace(TUESDAYS, weekdays=(4,)))
    engagements.change_rhythm(session, draft, fridays, by=world.dalia, now=world.now)

    go_live(session, world, draft)

    welcomes = mails(session, "welcome")
    assert second.id in welcomes
    assert all("The gate code is 12." in text and "Friday" in text for text in welcomes.values())


def test_a_zone_that_somebody_gave_by_hand_is_not_taken_back(session: Session, world: World) -> None:
    one, other = (world.open_engagement(reference)[0] for reference in ("MA-1", "MA-2"))
    act = moving_zone(session, world, [one, other], "Europe/Paris")
    by_hand = {**other.cadence, "zone": "Europe/Paris"}
    engagements.change_rhythm(session, other, by_hand, by=world.alice, now=world.now)
    acts.carry_on(session, now=world.now)

    take_back(session, world, act)

    assert (one.cadence["zone"], other.cadence["zone"]) == ("Africa/Casablanca", "Europe/Paris")


def test_a_zone_taken_back_before_anybody_read_of_it_is_not_told(session: Session, world: World) -> None:
    work, slot = world.open_engagement("MA-1")
    promised_by = slot.promised_by
    act = moving_zone(session, world, [work], "America/New_York", tells=True)
    acts.carry_on(session, now=world.now)
    assert mails(session, "news_moved")

    take_back(session, world, act)

    assert not mails(session, "news_moved")
    assert slot.promised_by == promised_by


def test_closed_work_keeps_its_zone(session: Session, world: World) -> None:
    work, _slot = world.open_engagement("MA-1")
    act = moving_zone(session, world, [work], "America/New_York", tells=True)
    engagements.close(session, work, words="", by=world.dalia, now=world.now)

    acts.carry_on(session, now=world.now)

    assert work.cadence["zone"] == "Africa/Casablanca"
    parts = session.scalars(select(BulkPart.state).where(BulkPart.act_id == act.id)).all()
    assert parts == [PartState.REFUSED]


def test_a_newer_change_of_the_calendar_counts_not_the_answer_of_an_older(session: Session, world: World) -> None:
    work, slot = world.open_engagement("MA-1")
    deliver(session, now=world.now)
    calendar_changes.add_own(session, date(2026, 4, 7), by=world.dalia, now=world.now)
    older = begin.redate(session, [slot], answer=Answer(tells=True), by=world.dalia, now=world.now)

    acts.replace_calendar(session, now=world.now)
    acts.carry_on(session, now=world.now)

    session.refresh(older)
    assert older.state is BulkState.REPLACED
    assert not mails(session, "news_moved")
    assert work.state is EngagementState.OPEN
