"""What each reader has in writing: mails say what differs from it, pages show nothing ahead of it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from emails.pieces import Again, Standing
from tests.support.delivering import deliver, tell_all
from tests.support.factories import World, answers
from tests.support.moving import move, sent
from webapp.client import story
from webapp.client.entrance import Entrance
from webapp.client.story import Story
from webapp.keys import Keyring
from webapp.models import Contact, OutboxEmail, Participation, Purpose, Update, UpdateKind
from webapp.services.dates import milestones
from webapp.services.dates.ledger import When
from webapp.services.mail import consequences, links
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates import word
from webapp.services.updates.answers import NewAsk
from webapp.services.updates.snapshot import Snapshot
from webapp.services.work import engagements


class Reading:
    """Mrs Bennani's work, whose welcome was read, and her page."""

    def __init__(self, session: Session, world: World, keyring: Keyring) -> None:
        self.session, self.world = session, world
        self.work, self.slot = world.open_engagement()
        deliver(session, now=world.now)
        self.link = links.make(
            session, keyring, Purpose.PAGE, now=world.now, contact=world.bennani, engagement=self.work
        )

    def page(self, at: datetime | None = None) -> Story:
        part = self.work.part_of(self.world.bennani.id)
        assert part is not None
        entrance = Entrance(self.link, self.world.bennani, self.work, part, "token")
        return story.tell(self.session, entrance, now=at or self.world.now)

    def file(self, **said: object) -> Update:
        """A report goes out with the next update, and is read."""
        slot = slots.current(self.session, self.work)
        assert slot is not None
        checkpoints.submit(
            self.session, slot.checkpoint, answers(**said), note="", based_on=0, by=self.world.alice, now=slot.send_at
        )
        return sent(self.session, UpdateKind.REGULAR)[-1]

    def told(self, update: Update, contact: Contact | None = None) -> Snapshot:
        who = contact or self.world.bennani
        return Snapshot.told(update, next(row for row in update.tellings if row.contact_id == who.id))


@pytest.fixture
def reading(session: Session, world: World, keyring: Keyring) -> Reading:
    return Reading(session, world, keyring)


def test_a_step_that_was_dropped_and_is_planned_again_says_so_once(reading: Reading, world: World) -> None:
    step = reading.work.milestones[0]
    milestones.drop(reading.session, step, "You keep the old ones", language="en", by=world.alice, now=world.now)
    tell_all(reading.session, reading.work, now=world.now)
    milestones.take_up(reading.session, step, by=world.alice, now=world.now)

    back = tell_all(reading.session, reading.work, now=world.now)
    later = tell_all(reading.session, reading.work, now=world.now)

    assert [line.again for line in reading.told(back).dates] == [Again.BACK, None]
    assert [line.again for line in reading.told(later).dates] == [None, None]


def test_a_step_that_is_not_done_after_all_says_so(reading: Reading, world: World) -> None:
    step = reading.work.milestones[0]
    milestones.done(reading.session, step, world.now.date(), today=world.now.date(), by=world.alice, now=world.now)
    tell_all(reading.session, reading.work, now=world.now)
    milestones.undo(reading.session, step, by=world.alice, now=world.now)

    undone = tell_all(reading.session, reading.work, now=world.now)

    assert reading.told(undone).dates[0].again is Again.REOPENED


def test_a_date_is_called_new_by_the_mail_that_moves_it_and_by_no_later_one(reading: Reading, world: World) -> None:
    move(world, reading.work.milestones[0], date(2026, 4, 28), at=world.now)

    first = tell_all(reading.session, reading.work, now=world.now)
    second = tell_all(reading.session, reading.work, now=world.now)

    assert [delay.now.starts_on for delay in reading.told(first).delays] == [date(2026, 4, 28)]
    assert reading.told(first).dates[0].standing is Standing.MOVED
    assert reading.told(second).delays == ()
    assert reading.told(second).dates[0].standing is Standing.HOLDS


def test_a_date_that_is_still_not_known_neither_holds_nor_is_new(reading: Reading, world: World) -> None:
    for days in (2, 5):
        unknown = When(next_news_at=world.now + timedelta(days=days))
        move(world, reading.work.milestones[0], unknown, at=world.now)
        again = tell_all(reading.session, reading.work, now=world.now)
    later = tell_all(reading.session, reading.work, now=world.now)

    assert [reading.told(update).dates[0].standing for update in (again, later)] == [Standing.NOT_SURE] * 2


def test_who_never_got_the_mail_with_a_move_is_told_it_again(reading: Reading, world: World) -> None:
    other = world.contact("Karim Bennani")
    reading.work.participations.append(Participation(contact=other))
    tell_all(reading.session, reading.work, now=world.now)
    move(world, reading.work.milestones[0], date(2026, 4, 28), at=world.now)
    moved = tell_all(reading.session, reading.work, now=world.now)
    mail = next(mail for mail in _mails(reading.session, moved) if mail.contact_id == other.id)
    consequences.came_back(reading.session, mail, now=world.now)

    again = tell_all(reading.session, reading.work, now=world.now)

    assert [delay.was.starts_on for delay in reading.told(again, other).delays] == [date(2026, 4, 20)]
    assert reading.told(again).delays == ()


def test_who_share_an_address_share_a_mail_only_while_their_words_are_equal(reading: Reading, world: World) -> None:
    other = world.contact("Karim Bennani", address=world.bennani.address)
    reading.work.participations.append(Participation(contact=other))
    tell_all(reading.session, reading.work, now=world.now)
    move(world, reading.work.milestones[0], date(2026, 4, 28), at=world.now)
    moved = tell_all(reading.session, reading.work, now=world.now)
    assert len(_mails(reading.session, moved)) == 1
    missed = next(row for row in moved.tellings if row.contact_id == other.id)
    missed.told_at, missed.state = None, missed.state.BY_PHONE

    apart = tell_all(reading.session, reading.work, now=world.now)

    assert len(_mails(reading.session, apart)) == 2


def test_a_page_shows_nothing_of_a_mail_that_waits(reading: Reading, world: World) -> None:
    step = reading.work.milestones[0]
    milestones.drop(reading.session, step, "You keep the old ones", language="en", by=world.alice, now=world.now)
    engagements.hand_over(reading.session, reading.work, world.bob, brief="All", introduction="", by=world.alice,
                          now=world.now)  # fmt: skip
    reading.file(new_ask=NewAsk(text="Your choice of tap"))
    at = sent(reading.session, UpdateKind.REGULAR)[-1].released_at

    waiting = reading.page(at)
    deliver(reading.session, now=at)
    told = reading.page(at)

    assert [line.standing for line in waiting.dates] == [Standing.HOLDS, Standing.HOLDS]
    assert (waiting.owner.name, waiting.asks, len(waiting.history)) == (world.alice.name, [], 1)
    assert told.dates[0].standing is Standing.DROPPED
    assert (told.owner.name, [ask.text for ask in told.asks]) == (world.bob.name, ["Your choice of tap"])


def test_a_page_says_the_next_news_that_was_printed(reading: Reading, world: World) -> None:
    printed = reading.page().next_news_at
    planned = slots.current(reading.session, reading.work)
    assert planned is not None
    planned.promised_by = planned.promised_by.replace(hour=20)
    reading.session.flush()

    assert reading.page().next_news_at == printed


def test_what_is_written_for_many_is_read_in_one_statement(reading: Reading, world: World) -> None:
    pairs = [(reading.work.id, world.bennani.id)]
    for number in range(5):
        work, _ = world.open_engagement(f"MB-{number}", is_read=False)
        pairs.append((work.id, world.bennani.id))
    reading.session.flush()
    statements: list[str] = []
    listen = (reading.session.get_bind(), "before_cursor_execute")

    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(*listen, count)
    written = word.of(reading.session, pairs)
    event.remove(*listen, count)

    assert len(statements) == 1
    assert written[pairs[0]].told is not None
    assert all(written[pair].told is None and written[pair].coming is not None for pair in pairs[1:])


def _mails(session: Session, update: Update) -> list[OutboxEmail]:
    wanted = f"update:{update.id}:%"
    return list(session.scalars(select(OutboxEmail).where(OutboxEmail.dedupe_key.like(wanted))))
