"""A short way to have every waiting mail accepted."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import Engagement, MailState, OutboxEmail, Update, UpdateKind
from webapp.services.mail import consequences, outbox, writing
from webapp.services.mail.outbox import Claim
from webapp.services.updates import telling
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import date_lines, frame


def write_all(session: Session) -> None:
    """What is to be said was written out by a worker."""
    while waiting := writing.waiting(session, now=datetime.now(UTC)):
        writing.keep(session, [writing.write(mail) for mail in waiting], now=datetime.now(UTC))


def claim(session: Session, *, now: datetime, lease: timedelta) -> Claim | None:
    """What a worker does next: it writes out what is to be said, and claims what is due."""
    write_all(session)
    return outbox.claim(session, now=now, lease=lease)


def deliver(session: Session, *, now: datetime) -> None:
    """What was due by now was sent, and the server accepted it."""
    write_all(session)
    due = select(OutboxEmail).where(OutboxEmail.state == MailState.QUEUED, OutboxEmail.not_before <= now)
    for mail in session.scalars(due.order_by(OutboxEmail.id)).all():
        mail.state, mail.finished_at, mail.answer = MailState.SENT, now, "250 2.0.0 Ok"
        consequences.told(session, mail, now=now)
    session.flush()


def tell_all(session: Session, engagement: Engagement, *, now: datetime) -> Update:
    """An update with everything as it is now went out and was accepted, whatever the hour."""
    session.refresh(engagement)
    number = session.scalar(select(func.count()).select_from(Update)) or 0
    frozen = Snapshot(**frame(session, engagement, now=now), dates=date_lines(engagement), confirmed_at=now)
    update = Update(
        key=f"test:{number}",
        engagement=engagement,
        kind=UpdateKind.REGULAR,
        snapshot=frozen.dump(),
        released_at=now,
    )
    session.add(update)
    session.flush()
    telling.tell(session, update, now=now)
    deliver(session, now=now + timedelta(days=1))
    return update
