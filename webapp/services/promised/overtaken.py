"""Mails that waited beyond the hour of next news they print, as after days without a mail server, are written anew."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import MailState, OutboxEmail, OutboxTelling, Telling, TellingState, Update
from webapp.services.core.locks import hold
from webapp.services.dates import unread
from webapp.services.mail.eligibility import OVER_WITH_THEIR_HOUR
from webapp.services.updates import renewing, telling

AT_ONCE = 50


def is_any(session: Session, *, now: datetime) -> bool:
    """Whether there is such a mail, without a change."""
    return bool(_overtaken(session, now=now, most=1))


def write_anew(session: Session, *, now: datetime) -> int:
    """What nobody has yet says when the news comes now; where somebody has it, the others read it without an hour.
    Returns how many updates."""
    found = _overtaken(session, now=now)
    return sum(_write(session, update, now=now) for update in found)


def _overtaken(session: Session, *, now: datetime, most: int = AT_ONCE) -> Sequence[Update]:
    waits = (
        select(Telling.update_id)
        .join(OutboxTelling, OutboxTelling.telling_id == Telling.id)
        .join(OutboxEmail, OutboxTelling.outbox_email_id == OutboxEmail.id)
        .where(
            OutboxEmail.state == MailState.QUEUED,
            OutboxEmail.kind.not_in(OVER_WITH_THEIR_HOUR),
            Telling.state == TellingState.DUE,
            Telling.next_news_at <= now,
        )
    )
    return session.scalars(select(Update).where(Update.id.in_(waits)).order_by(Update.id).limit(most)).all()


def _write(session: Session, update: Update, *, now: datetime) -> bool:
    engagement = hold(session, update.engagement_id, is_patient=False)
    if engagement is None:
        return False
    if update.kind in unread.WITH_DATES and unread.is_unread(session, update.id):
        renewing.renew(session, engagement, now=now)
    else:
        telling.without_its_hour(session, update, now=now)
    return True
