"""May this mail still go? Asked at the last moment, with the rows locked that could forbid it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.registry import RULES
from webapp.models import (
    Announcement,
    Contact,
    Engagement,
    EngagementState,
    MailState,
    NoticeToRead,
    OutboxEmail,
    OutboxTelling,
    Participation,
    Telling,
    TellingState,
    User,
)
from webapp.services.core.firm import the_firm
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at
from webapp.timezones import local

ADDRESS_CHANGED = "address"
RENEWAL, LONGEST_RENEWAL = timedelta(seconds=10), timedelta(hours=1)
OVER_WITH_THEIR_HOUR = ("no_news", "news_moved")
"""Kinds of mail that say little more than when the news comes."""
WITH_DATES = ("welcome", "client_update", "delay_notice")
"""Kinds of mail that are written anew while nobody has them."""


def why_not(session: Session, mail: OutboxEmail, *, now: datetime) -> tuple[MailState, str] | None:
    """The state a mail that must not go now ends in, and why; None where it may. PostgreSQL locks the rows it reads."""
    if mail.expires_at <= now:
        return MailState.EXPIRED, "expired"
    rule = RULES[mail.kind]
    if mail.contact_id is None:
        user = session.get(User, mail.user_id, populate_existing=True) if mail.user_id else None
        is_theirs = user is None or (user.is_active and user.address == mail.to_address)
        return None if is_theirs else (MailState.CANCELLED, ADDRESS_CHANGED)
    contact = session.scalars(
        select(Contact).where(Contact.id == mail.contact_id).with_for_update(read=True),
        execution_options={"populate_existing": True},
    ).one()
    if contact.address != mail.to_address:
        return MailState.CANCELLED, ADDRESS_CHANGED
    sharing = select(Contact.address).join(Telling).join(OutboxTelling).where(OutboxTelling.outbox_email_id == mail.id)
    if any(address != mail.to_address for address in session.scalars(sharing.with_for_update(read=True, of=Contact))):
        return MailState.CANCELLED, ADDRESS_CHANGED
    if not rule.obeys_stop or mail.engagement_id is None:
        return None
    engagement = session.scalars(
        select(Engagement).where(Engagement.id == mail.engagement_id).with_for_update(read=True),
        execution_options={"populate_existing": True},
    ).one()
    # Sent by the closing itself, the last mail of closed or resting work must still go.
    if rule.ends_work and engagement.state is EngagementState.OPEN:
        return MailState.CANCELLED, "resumed"
    rests = engagement.state in (EngagementState.PAUSED, EngagementState.CLOSED)
    if engagement.state is EngagementState.DRAFT or (rests and not rule.ends_work):
        return MailState.CANCELLED, engagement.state.value
    part = session.scalars(
        select(Participation)
        .where(Participation.engagement_id == engagement.id, Participation.contact_id == contact.id)
        .with_for_update(read=True),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if part is None or part.stopped_at is not None:
        return MailState.CANCELLED, "stopped"
    if part.paused_until is not None and part.paused_until > local(now, contact.zone).date():
        return MailState.CANCELLED, "paused"
    if mail.kind in OVER_WITH_THEIR_HOUR and _is_hour_over(session, mail, now=now):
        return MailState.EXPIRED, "expired"
    return None


def _is_hour_over(session: Session, mail: OutboxEmail, *, now: datetime) -> bool:
    """Whether the next news that a mail prints for who has not heard otherwise should have come by now."""
    over = (
        select(Telling.id)
        .join(OutboxTelling)
        .where(
            OutboxTelling.outbox_email_id == mail.id,
            Telling.state == TellingState.DUE,
            Telling.next_news_at <= now,
        )
    )
    return session.scalar(over.limit(1)) is not None


def earliest(session: Session, mail: OutboxEmail, *, at: datetime) -> datetime:
    """The first moment from `at` on at which a mail may go: quiet hours hold back the kinds that respect them."""
    firm = the_firm(session)
    if firm is None or mail.contact_id is None or not RULES[mail.kind].is_quiet:
        return at
    part = session.scalars(
        select(Participation).where(
            Participation.engagement_id == mail.engagement_id, Participation.contact_id == mail.contact_id
        )
    ).one_or_none()
    return deliver_at(at, reader(part, firm)) if part is not None else at


def renewed_by(session: Session, mail: OutboxEmail, *, now: datetime) -> datetime:
    """When to look again at a mail that the clock is about to write anew: the next news that it prints should have come
    by now, or one of the dates it says moved since it was written. `now` where there is nothing to wait for, a manager
    reads the move first, or it takes so long that the mail must not wait for it any more."""
    if _is_hour_over(session, mail, now=now):
        return now + RENEWAL
    if mail.kind not in WITH_DATES:
        return now
    read_first = select(NoticeToRead.engagement_id).where(NoticeToRead.engagement_id == mail.engagement_id)
    moved = select(Announcement.id).where(
        Announcement.engagement_id == mail.engagement_id,
        Announcement.settled_at.is_(None),
        Announcement.release_at <= now,
        Announcement.release_at > now - LONGEST_RENEWAL,
        Announcement.known_at >= mail.queued_at,
        ~read_first.exists(),
    )
    return now + RENEWAL if session.scalar(moved.limit(1)) is not None else now
