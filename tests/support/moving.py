"""Short ways to move agreed dates in tests, and to look at what clients were told of it."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Delay, Who
from tests.support.delivering import deliver
from tests.support.factories import World
from webapp.models import Engagement, Milestone, Promise, Update, UpdateKind
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why
from webapp.services.updates import notices
from webapp.services.updates.snapshot import Snapshot

WHY = Why(cause=Who.OTHER, reason_key="supplier", why="The doors are late.", what_we_do="We fit the rest before.")


def move(world: World, milestone: Milestone, to: date | When, *, at: datetime, why: Why = WHY) -> Promise:
    """Move a date after everything that was on its way has been read."""
    deliver(world.session, now=at)
    when = to if isinstance(to, When) else When(starts_on=to)
    return ledger.move(world.session, milestone, when, why, by=world.alice, now=at, origin="test")


def tick(session: Session, *, at: datetime) -> None:
    """What the clock does about moved dates at a moment."""
    for engagement_id in notices.due(session, now=at):
        notices.release(session, session.get_one(Engagement, engagement_id), now=at)
    session.flush()


def sent(session: Session, *kinds: UpdateKind) -> list[Update]:
    """The updates of these kinds, oldest first; delay notices where none is named."""
    wanted = kinds or (UpdateKind.DELAY_NOTICE,)
    return list(session.scalars(select(Update).where(Update.kind.in_(wanted)).order_by(Update.id)))


def delays(update: Update) -> tuple[Delay, ...]:
    return Snapshot.load(update.snapshot).delays
