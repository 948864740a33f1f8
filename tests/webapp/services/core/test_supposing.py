"""What would come of an act is seen in a reader, which cannot write, and afterwards nothing has changed."""

from datetime import date

from sqlalchemy import func, select

from emails.pieces import Who
from tests.support.factories import World
from webapp.database import Database
from webapp.models import Announcement, Engagement, Promise, User
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why
from webapp.services.dates.milestones import Moved
from webapp.services.reports import checkpoints
from webapp.services.updates import notices
from webapp.services.updates.answers import Answers, DateAnswer, Holds, NewAsk

WHY = Why(cause=Who.US, why="We measured wrongly.", what_we_do="We order anew.")
LATER = date(2026, 4, 28)


def test_a_move_is_seen_in_a_reader_and_leaves_nothing(world: World, database: Database) -> None:
    engagement, _ = world.open_engagement()
    world.session.commit()
    with database.reader() as session:
        work, alice = session.get_one(Engagement, engagement.id), session.get_one(User, world.alice.id)
        step = work.milestones[0]
        moved = [Moved(milestone=step, to=When(starts_on=LATER))]

        seen = notices.preview(session, work.participations[0], moved, WHY, by=alice, now=world.now)

        assert seen is not None
        (delay,) = seen.delays
        assert (delay.was.starts_on, delay.now.starts_on) == (date(2026, 4, 20), LATER)
        assert [entry.starts_on for entry in ledger.effective(step)] == [date(2026, 4, 20)]
        assert not session.new
        assert session.scalar(select(func.count()).select_from(Announcement)) == 0


def test_a_form_is_seen_in_a_reader_and_leaves_nothing(world: World, database: Database) -> None:
    engagement, slot = world.open_engagement()
    world.session.commit()
    with database.reader() as session:
        work, alice = session.get_one(Engagement, engagement.id), session.get_one(User, world.alice.id)
        checkpoint = session.get_one(type(slot.checkpoint), slot.checkpoint.id)
        move = DateAnswer(milestone_id=work.milestones[0].id, holds=Holds.NO, to=When(starts_on=LATER), why=WHY)
        answers = Answers(done="Tiles finished", dates=(move,), new_ask=NewAsk(text="Which tap?"), language="en")

        entries = session.scalar(select(func.count()).select_from(Promise))

        seen = checkpoints.preview(session, checkpoint, answers, work.participations[0], by=alice, now=world.now)

        assert [delay.now.starts_on for delay in seen.delays] == [LATER]
        assert [ask.said.text for ask in seen.asks] == ["Which tap?"]
        assert session.scalar(select(func.count()).select_from(Promise)) == entries
        assert not checkpoint.revisions
