"""What clients write: kept once, told to the right person, and receipted to the address on file."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import claim
from tests.support.factories import World
from webapp.keys import Keyring
from webapp.models import (
    Ask,
    AskState,
    Engagement,
    Link,
    MailState,
    OutboxEmail,
    Purpose,
    Reply,
    ReplyKind,
    Task,
    TaskKind,
    Telling,
    TellingState,
)
from webapp.services.conversation import replies
from webapp.services.core.errors import NotFound, Refused, TooMany
from webapp.services.mail import links, outbox
from webapp.services.mail.writing import read
from webapp.services.today import resending

DOUBT = timedelta(seconds=540)


@pytest.fixture
def engagement(world: World) -> Engagement:
    return world.open_engagement(is_read=False)[0]


@pytest.fixture
def link(session: Session, world: World, engagement: Engagement, keyring: Keyring) -> Link:
    """The page link of the welcome mail."""
    mail = session.scalars(select(OutboxEmail)).one()
    return links.make(
        session, keyring, Purpose.PAGE, now=world.now, contact=world.bennani, engagement=engagement, mail=mail
    )


def write(session: Session, link: Link, world: World, text: str = "When do the doors come?", **given: object) -> Reply:
    once = str(given.pop("once", text))
    now = given.pop("now", world.now)
    return replies.submit(session, link, ReplyKind.QUESTION, text, once=once, now=now, **given)  # type: ignore[arg-type]


def posted(session: Session, kind: str) -> list[OutboxEmail]:
    return list(session.scalars(select(OutboxEmail).where(OutboxEmail.kind == kind).order_by(OutboxEmail.id)))


def test_the_same_form_pressed_twice_is_one_reply(session: Session, world: World, link: Link) -> None:
    first = write(session, link, world, once="form-1")
    second = write(session, link, world, once="form-1")

    assert second is first
    assert len(posted(session, "receipt")) == len(posted(session, "reply_received")) == 1


def test_no_link_of_a_stranger_works_in_a_mail_from_our_address(session: Session, world: World, link: Link) -> None:
    words = "Pay at https://evil.example/now or www.evil.example, or write to thief@evil.example. Thanks."
    write(session, link, world, text=words)

    (receipt,) = posted(session, "receipt")
    text = read(receipt).text
    assert not re.search(r"https://evil|evil\.example|thief@evil", text)
    assert "Thanks." in text
    assert "evil.example" in text.replace("\u2060", "")


def test_a_reply_tells_the_owner_and_sends_a_receipt_to_the_address_on_file(
    session: Session, world: World, link: Link
) -> None:
    reply = write(session, link, world, written_as="Omar")

    (told,), (receipt,) = posted(session, "reply_received"), posted(session, "receipt")
    assert told.to_address == "alice@darrenov.example"
    assert "When do the doors come?" in read(told).text
    assert "Omar" in read(told).text
    assert receipt.to_address == "maria@bennani.example"
    assert "When do the doors come?" in read(receipt).text
    assert replies.waiting(session, owners=[world.alice.id]) == [reply]


@pytest.mark.parametrize(
    ("written", "answered"),
    [
        ("2026-04-21 10:00", "2026-04-22 10:00"),
        ("2026-04-24 17:30", "2026-04-27 17:30"),
        ("2026-04-24 23:21", "2026-04-27 18:00"),
        ("2026-05-26 12:00", "2026-05-29 12:00"),
    ],
    ids=["in the week", "before a weekend", "late on a Friday", "before two days off"],
)
def test_an_answer_is_promised_for_a_working_hour(
    session: Session, world: World, link: Link, written: str, answered: str
) -> None:
    casablanca = ZoneInfo("Africa/Casablanca")
    world.firm.working_days = [0, 1, 2, 3, 4]
    world.firm.days_off = ["2026-05-27", "2026-05-28"]
    at = datetime.fromisoformat(written).replace(tzinfo=casablanca)

    reply = write(session, link, world, now=at)

    assert reply.answer_by == datetime.fromisoformat(answered).replace(tzinfo=casablanca)


@pytest.mark.parametrize("owner", ["none", "gone"])
def test_a_reply_about_work_without_an_owner_reaches_managers_and_admins(
    session: Session, world: World, link: Link, engagement: Engagement, owner: str
) -> None:
    if owner == "none":
        engagement.owner = None
    else:
        world.alice.is_active = False

    write(session, link, world)

    told = {mail.to_address for mail in posted(session, "reply_received")}
    assert told == {"dalia@darrenov.example", "amina@darrenov.example"}


def test_a_reply_to_an_ask_answers_it(session: Session, world: World, link: Link, engagement: Engagement) -> None:
    ask = Ask(engagement_id=engagement.id, text="Choose a tap", state=AskState.OPEN, asked_at=world.now)
    session.add(ask)
    session.flush()

    reply = write(session, link, world, "The round one.", ask_id=ask.id)

    assert reply.kind is ReplyKind.ANSWER
    assert (ask.state, ask.settled_at) == (AskState.ANSWERED, world.now)


def test_an_ask_of_other_work_cannot_be_answered_through_this_link(session: Session, world: World, link: Link) -> None:
    other = world.engagement("MA-2")
    ask = Ask(engagement_id=other.id, text="Choose a sink", state=AskState.OPEN, asked_at=world.now)
    session.add(ask)
    session.flush()

    with pytest.raises(NotFound):
        write(session, link, world, ask_id=ask.id)

    assert ask.state is AskState.OPEN
    assert session.scalars(select(Reply)).all() == []


def test_who_writes_through_a_mails_link_has_that_mail(session: Session, world: World, link: Link) -> None:
    held = claim(session, now=world.now, lease=timedelta(minutes=2))
    assert held is not None
    outbox.begin(session, held, now=world.now)
    outbox.lost_sight(session, held, now=world.now)
    assert session.scalars(select(Task.kind).where(Task.done_at.is_(None))).all() == [TaskKind.MAIL_UNKNOWN]

    write(session, link, world)

    assert session.get_one(OutboxEmail, held.id).state is MailState.SENT
    assert session.scalars(select(Telling.state)).all() == [TellingState.TOLD]
    assert session.scalars(select(Task).where(Task.done_at.is_(None))).all() == []


def test_many_replies_in_a_short_time_are_too_many(session: Session, world: World, link: Link) -> None:
    for number in range(10):
        write(session, link, world, f"Question {number}")

    with pytest.raises(TooMany):
        write(session, link, world, "One more")

    assert len(session.scalars(select(Reply)).all()) == 10


def test_an_answer_by_mail_quotes_the_question_and_ends_the_waiting(session: Session, world: World, link: Link) -> None:
    reply = write(session, link, world)

    mail = replies.answer(session, reply, "On Monday.", how="mail", by=world.alice, now=world.now)

    assert mail is not None
    assert (mail.kind, mail.to_address) == ("answer", "maria@bennani.example")
    assert "On Monday." in read(mail).text
    assert "When do the doors come?" in read(mail).text
    assert replies.waiting(session) == []


def test_an_answer_by_phone_mails_nothing(session: Session, world: World, link: Link) -> None:
    reply = write(session, link, world)

    assert replies.answer(session, reply, "", how="phone", by=world.alice, now=world.now) is None

    assert (reply.answered_how, reply.answered_by_id) == ("phone", world.alice.id)
    assert posted(session, "answer") == []


def test_waiting_replies_are_the_owners_own_or_all_oldest_first(session: Session, world: World, link: Link) -> None:
    first = write(session, link, world, "One")
    second = write(session, link, world, "Two")

    assert replies.waiting(session) == [first, second]
    assert replies.waiting(session, owners=[world.bob.id]) == []


def test_a_link_without_work_cannot_reply(session: Session, world: World, keyring: Keyring) -> None:
    bare = links.make(session, keyring, Purpose.PAGE, now=world.now, contact=world.bennani)

    with pytest.raises(NotFound):
        write(session, bare, world)


def test_what_was_asked_of_somebody_else_cannot_be_answered_for_them(
    session: Session, world: World, engagement: Engagement, keyring: Keyring
) -> None:
    omar = world.contact("Omar")
    asked = Ask(engagement_id=engagement.id, contact_id=omar.id, text="Your plans", asked_at=world.now)
    session.add(asked)
    session.flush()
    link = links.make(session, keyring, Purpose.PAGE, now=world.now, contact=world.bennani, engagement=engagement)

    with pytest.raises(NotFound):
        replies.submit(session, link, ReplyKind.ANSWER, "Here", once="1", ask_id=asked.id, now=world.now)

    assert asked.state is AskState.OPEN


def test_an_answer_by_mail_to_somebody_without_an_address_is_refused(
    session: Session, world: World, link: Link, engagement: Engagement
) -> None:
    reply = replies.submit(session, link, ReplyKind.QUESTION, "When?", once="1", now=world.now)
    world.bennani.address = None

    with pytest.raises(Refused, match="no_address"):
        replies.answer(session, reply, "Friday.", how="mail", by=world.alice, now=world.now)

    assert reply.answered_at is None


def test_an_answer_that_failed_can_be_sent_again(session: Session, world: World, link: Link) -> None:
    reply = replies.submit(session, link, ReplyKind.QUESTION, "When?", once="1", now=world.now)
    mail = replies.answer(session, reply, "On Friday.", how="mail", by=world.alice, now=world.now)
    assert mail is not None
    mail.state = MailState.FAILED

    resending.again(session, mail, by=world.alice, now=world.now)
    resending.again(session, mail, by=world.alice, now=world.now)

    again = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "answer", OutboxEmail.id != mail.id)).one()
    assert "On Friday." in read(again).text
    assert again.state is MailState.QUEUED
