"""What is frozen into an update: delays first, the newcomer once, and nothing that changes afterwards."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.support.delivering import deliver
from tests.support.factories import World, answers
from webapp.models import OutboxEmail, Slot, Update, UpdateKind
from webapp.services.dates.ledger import When, Why
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates import releases
from webapp.services.updates.answers import Answers, DateAnswer, Holds
from webapp.services.work import engagements


def released(session: Session, slot: Slot, given: Answers, world: World) -> Update:
    checkpoints.submit(
        session, slot.checkpoint, given, note="", based_on=slot.checkpoint.revision, by=world.alice, now=world.now
    )
    planning.advance(session, slot.id, now=slot.send_at)
    return session.scalars(select(Update).where(Update.slot_id == slot.id)).one()


def upcoming(session: Session, slot: Slot) -> Slot:
    found = slots.current(session, slot.engagement)
    assert found is not None
    return found


def late(milestone_id: int) -> DateAnswer:
    return DateAnswer(
        milestone_id=milestone_id,
        holds=Holds.NO,
        to=When(starts_on=date(2026, 4, 28)),
        why=Why(
            cause=Who.OTHER,
            reason_key="supplier",
            why="The doors come on Monday.",
            what_we_do="We fit the rest before.",
            language="en",
        ),
    )


def test_a_moved_date_is_told_with_its_first_date_cause_and_action(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()

    update = released(session, slot, answers(dates=(late(engagement.milestones[0].id),)), world)

    (delay,) = update.snapshot["delays"]
    assert (delay["first"]["starts_on"], delay["now"]["starts_on"]) == ("2026-04-20", "2026-04-28")
    assert delay["reason"]["ary"] == "المورّد تعطل"
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "client_update")).one()
    assert "28 April" in read(mail).subject
    assert read(mail).text.index("The doors come on Monday.") < read(mail).text.index("Wall tiles finished")
    assert "We fit the rest before." in read(mail).text


def test_a_move_is_told_as_a_delay_once_and_stays_visible_beside_the_first_date(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    released(session, slot, answers(dates=(late(engagement.milestones[0].id),)), world)

    update = released(session, upcoming(session, slot), answers(done="Doors are in."), world)

    line = update.snapshot["dates"][0]
    assert update.snapshot["delays"] == []
    assert (line["first"]["starts_on"], line["now"]["starts_on"], line["moved"]) == ("2026-04-20", "2026-04-28", 1)


def test_an_update_stays_as_it_was_when_the_work_changes(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    update = released(session, slot, answers(), world)
    before = dict(update.snapshot)

    engagement.title, world.alice.name = "bathroom, Anfa", "Alicia"
    session.commit()
    session.expire_all()

    assert update.snapshot == before
    assert update.snapshot["title"] == "kitchen, Anfa"


def test_a_slot_is_released_once(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    update = released(session, slot, answers(), world)

    again = releases.regular(session, slot, next_news_at=None, now=slot.promised_by, is_late=True)

    assert again is update
    assert len(session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "client_update")).all()) == 1


def test_the_next_mail_introduces_the_new_owner_once(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    engagements.hand_over(
        session,
        engagement,
        world.bob,
        brief="Knows about the tap.",
        introduction="Bob built three kitchens like yours.",
        by=world.dalia,
        now=world.now,
    )

    first = released(session, slot, answers(), world)
    second = released(session, upcoming(session, slot), answers(done="More."), world)

    assert first.snapshot["introduces"]["name"] == "Bob"
    assert second.snapshot["introduces"] is None
    mails = session.scalars(
        select(OutboxEmail).where(OutboxEmail.kind == "client_update").order_by(OutboxEmail.id)
    ).all()
    assert ["three kitchens" in read(mail).text for mail in mails] == [True, False]
    assert [mail.reply_to_address for mail in mails] == ["bob@darrenov.example"] * 2
    assert all("Knows about the tap" not in read(mail).text + read(mail).html for mail in mails)


def test_who_took_over_while_the_work_rested_is_introduced_when_it_goes_on(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()
    engagements.rest(session, engagement, words="", by=world.dalia, now=world.now)
    engagements.hand_over(
        session, engagement, world.bob, brief="All well.", introduction="", by=world.dalia, now=world.now
    )

    slot = engagements.resume(session, engagement, by=world.dalia, now=world.now)

    assert released(session, slot, answers(), world).snapshot["introduces"]["name"] == "Bob"


def test_a_no_news_mail_introduces_nobody_and_leaves_it_to_the_next_update(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    engagements.hand_over(session, engagement, world.bob, brief="b", introduction="", by=world.dalia, now=world.now)
    planning.advance(session, slot.id, now=slot.promised_by)

    following = upcoming(session, slot)

    assert released(session, following, answers(), world).snapshot["introduces"]["name"] == "Bob"


def test_the_no_news_mail_says_what_was_last_confirmed_and_when_and_guesses_nothing(
    session: Session, world: World
) -> None:
    _, slot = world.open_engagement()
    update = released(session, slot, answers(done="Tiles finished."), world)
    following = upcoming(session, slot)
    deliver(session, now=slot.promised_by)

    planning.advance(session, following.id, now=following.promised_by)

    silent = session.scalars(select(Update).where(Update.kind == UpdateKind.NO_NEWS)).one()
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "no_news")).one()
    assert silent.snapshot["confirmed_at"] == update.snapshot["confirmed_at"]
    assert silent.snapshot["step"] is None
    assert "Tiles finished" not in read(mail).text
    assert "7 April" in read(mail).text
    assert "Wednesday 15 April" in read(mail).text


def test_the_welcome_says_what_was_agreed_the_rhythm_and_what_we_know(session: Session, world: World) -> None:
    engagement = world.engagement(facts=["The lift is out of order."])

    engagements.go_live(session, engagement, by=world.dalia, now=world.now)

    mail = session.scalars(select(OutboxEmail)).one()
    assert mail.kind == "welcome"
    for part in ("20 April", "24 April", "Tuesday", "18:00", "The lift is out of order.", "Alice"):
        assert part in read(mail).text


def test_the_closing_mail_carries_the_last_words_and_promises_no_next_news(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()

    engagements.close(session, engagement, words="It was a pleasure.", by=world.dalia, now=world.now)

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "closing")).one()
    update = session.scalars(select(Update).where(Update.kind == UpdateKind.CLOSING)).one()
    assert "It was a pleasure." in read(mail).text
    assert update.next_news_at is None


def test_each_reader_gets_their_own_language_from_the_same_snapshot(session: Session, world: World) -> None:
    from_baku = world.contact("Rashad", language="az", zone="Asia/Baku")
    from_rabat = world.contact("Salma", language="ary")
    world.open_engagement(contacts=[(world.bennani, "decides"), (from_baku, "informed"), (from_rabat, "informed")])

    mails = {mail.language: mail for mail in session.scalars(select(OutboxEmail))}

    assert set(mails) == {"en", "az", "ary"}
    assert "Salam" in read(mails["az"]).text or "Hörmətli" in read(mails["az"]).text
    assert "التسليم" in read(mails["ary"]).text
    assert "Handover" in read(mails["en"]).text


@pytest.mark.parametrize("hours", [1, 23])
def test_a_late_update_says_so(session: Session, world: World, hours: int) -> None:
    _, slot = world.open_engagement()
    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=world.now)

    planning.advance(session, slot.id, now=slot.promised_by + timedelta(hours=hours))

    update = session.scalars(select(Update).where(Update.slot_id == slot.id)).one()
    assert update.snapshot["is_late"] is True
