"""After a mail ended: marks its tellings, and raises or closes the tasks of those who must hear of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.registry import RULES
from webapp.models import (
    EngagementState,
    MailState,
    OutboxEmail,
    OutboxTelling,
    Task,
    TaskKind,
    Telling,
    TellingState,
    User,
)
from webapp.models.update import TAKEN_BACK
from webapp.services.core import tasks
from webapp.services.mail.delivery_reports import DeliveryReport
from webapp.services.mail.eligibility import ADDRESS_CHANGED


def carried(session: Session, mail: OutboxEmail) -> Sequence[Telling]:
    """The tellings a mail carries."""
    return session.scalars(
        select(Telling)
        .join(OutboxTelling, OutboxTelling.telling_id == Telling.id)
        .where(OutboxTelling.outbox_email_id == mail.id)
    ).all()


def told(session: Session, mail: OutboxEmail, *, now: datetime) -> None:
    """It was accepted, or somebody knows that it arrived."""
    for telling in carried(session, mail):
        if telling.state in (TellingState.DUE, TellingState.BY_PHONE):
            telling.state, telling.told_at = TellingState.TOLD, now
            call_off(session, telling, now=now)


def not_told(session: Session, mail: OutboxEmail, why: str, *, now: datetime) -> None:
    """A mail that ended unsent: too late, or under an address that is no longer theirs, is somebody's task; stopped by
    the reader is nobody's, but whoever shared that mail is told by phone."""
    if mail.state is MailState.EXPIRED:
        trouble(session, mail, TaskKind.MAIL_EXPIRED, now=now)
        return
    if why == ADDRESS_CHANGED:
        trouble(session, mail, TaskKind.MAIL_FAILED, now=now)
        return
    for telling in carried(session, mail):
        if telling.state is not TellingState.DUE:
            continue
        if telling.contact_id == mail.contact_id or why not in ("stopped", "paused"):
            pass_over(session, telling, why, now=now)
        else:
            phone(session, telling, now=now)


def pass_over(session: Session, telling: Telling, why: str, *, now: datetime) -> None:
    """No mail goes to this reader any more. What it said is skipped, but a moved date is told by phone: silence about
    it would be worse than a call. Where the work rests or ended first, it was never said, on their page neither."""
    if telling.update.snapshot.get("delays"):
        phone(session, telling, now=now)
    else:
        is_unsaid = telling.update.engagement.state is not EngagementState.OPEN
        telling.state, telling.skipped_why = TellingState.SKIPPED, TAKEN_BACK if is_unsaid else why


def phone(session: Session, telling: Telling, *, now: datetime) -> None:
    """Somebody must tell it by phone."""
    telling.state = TellingState.BY_PHONE
    engagement = telling.update.engagement
    tasks.raise_once(session, TaskKind.PHONE, str(telling.id), now=now, engagement=engagement, telling=telling)


def call_off(session: Session, telling: Telling, *, now: datetime, by: User | None = None) -> None:
    """Nobody need phone about it any more: it was told, or goes by mail after all."""
    calls = select(Task).where(Task.telling_id == telling.id, Task.done_at.is_(None))
    for task in session.scalars(calls):
        tasks.done(task, now=now, by=by)


def trouble(session: Session, mail: OutboxEmail, kind: TaskKind, *, now: datetime, is_final: bool = True) -> None:
    """Somebody must hear of it: a task, and the tellings of a mail that will not go become phone calls."""
    if not RULES[mail.kind].makes_task:
        return
    tasks.raise_once(session, kind, str(mail.id), now=now, mail=mail)
    if is_final and mail.state is not MailState.UNKNOWN:
        for telling in carried(session, mail):
            if telling.state is TellingState.DUE:
                telling.state = TellingState.BY_PHONE


def came_back(session: Session, mail: OutboxEmail, *, now: datetime, report: DeliveryReport | None = None) -> None:
    """It was accepted and then returned: whoever only this mail was to tell becomes a phone call, and there is a task,
    unless everybody was told another way."""
    carries = carried(session, mail)
    missed = [telling for telling in carries if not _is_told_otherwise(session, telling, mail)]
    for telling in missed:
        telling.state, telling.told_at = TellingState.BY_PHONE, None
    if RULES[mail.kind].makes_task and (missed or not carries):
        is_wrong, is_full = (report.is_about_address, report.is_full) if report else (False, False)
        tasks.raise_once(
            session, TaskKind.MAIL_FAILED, str(mail.id), now=now, mail=mail, came_back=is_wrong, is_full=is_full
        )


def is_about_letters(mail: OutboxEmail) -> bool:
    """Refused because a server on the way takes only ASCII letters before the @ (RFC 6531: 5.6.7)."""
    return not mail.to_address.isascii() and "5.6.7" in (mail.answer or "")


def _is_told_otherwise(session: Session, telling: Telling, mail: OutboxEmail) -> bool:
    """Skipped, told by phone, or carried by another mail that went or still may."""
    if telling.state is TellingState.SKIPPED or telling.told_by_id is not None:
        return True
    others = (
        select(OutboxEmail.id)
        .join(OutboxTelling, OutboxTelling.outbox_email_id == OutboxEmail.id)
        .where(
            OutboxTelling.telling_id == telling.id,
            OutboxEmail.id != mail.id,
            OutboxEmail.state.not_in([MailState.FAILED, MailState.CANCELLED, MailState.EXPIRED]),
        )
    )
    return session.scalars(others.limit(1)).one_or_none() is not None
