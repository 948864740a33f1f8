"""What a client's page is drawn from: the newest news, and moves that a corrected sentence must not hide."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.support.delivering import deliver
from tests.support.factories import World, answers
from webapp.client import story
from webapp.client.entrance import Entrance
from webapp.keys import Keyring
from webapp.models import Purpose, Update, UpdateKind
from webapp.services.dates.ledger import When, Why
from webapp.services.mail import links
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates import corrections
from webapp.services.updates.answers import DateAnswer, Holds
from webapp.services.updates.corrections import Right


def test_a_corrected_sentence_does_not_make_a_moved_date_look_as_if_it_held(
    session: Session, world: World, keyring: Keyring
) -> None:
    engagement, slot = world.open_engagement()
    moved = DateAnswer(
        milestone_id=engagement.milestones[0].id,
        holds=Holds.NO,
        to=When(starts_on=date(2026, 4, 27)),
        why=Why(cause=Who.US, why="We ordered late.", what_we_do="A courier brings them.", language="en"),
    )
    report = answers(dates=(moved,))
    checkpoints.submit(session, slot.checkpoint, report, note="", based_on=0, by=world.alice, now=slot.send_at)
    wrong = session.scalars(select(Update).where(Update.kind == UpdateKind.REGULAR)).one()
    link = links.make(session, keyring, Purpose.PAGE, now=slot.send_at, contact=world.bennani, engagement=engagement)
    entrance = Entrance(link, world.bennani, engagement, engagement.participations[0], "token")

    deliver(session, now=slot.send_at)
    corrections.correct(session, wrong, Right(done="Pipes only.", language="en"), by=world.alice, now=slot.send_at)
    deliver(session, now=slot.send_at)
    words = story.tell(session, entrance, now=slot.send_at).news
    corrections.correct(
        session, wrong, Right(dates={moved.milestone_id: date(2026, 4, 20)}), by=world.alice, now=slot.send_at
    )
    deliver(session, now=slot.send_at)
    dates = story.tell(session, entrance, now=slot.send_at).news

    assert slots.current(session, engagement) is not None
    assert words is not None
    assert [delay.labels["en"] for delay in words.delays] == ["Cupboards"]
    assert dates is not None
    assert dates.delays == ()
