"""The outbox: what we owe people by mail, and who may touch a row when.

A row is claimed under a lease and an attempt number; every later change names that attempt and is refused when
another worker has made a newer one. Only between `begin` and an answer can a mail be in doubt, and then it becomes
`unknown` and is never sent again by itself.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, Select, Update, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from emails.registry import RULES
from webapp.models import (
    AddressState,
    Contact,
    Engagement,
    Firm,
    MailState,
    OutboxEmail,
    OutboxTelling,
    Task,
    TaskKind,
    Telling,
    TellingState,
    User,
)
from webapp.services.core import tasks
from webapp.services.core.firm import clock_jumped
from webapp.services.mail import consequences, eligibility

BACK_OFF_MINUTES = (1, 5, 15, 30, 60, 120, 240, 360)
REFUSED_LONG = timedelta(hours=1)
ANSWER_MAXIMUM = 500


@dataclass(frozen=True)
class Claim:
    """One worker's right to send one mail."""

    id: int
    attempt: int


def claim(session: Session, *, now: datetime, lease: timedelta) -> Claim | None:
    """Take the most urgent written mail that is due, or None; what one reader is told about one work leaves in its
    order. Two workers never get the same one: SQLite writes one at a time, PostgreSQL skips rows that are locked."""
    due = (
        select(OutboxEmail.id)
        .where(*_is_due(session, now=now), OutboxEmail.says.is_(None), ~_waits_for_an_earlier_one().exists())
        .order_by(OutboxEmail.priority, OutboxEmail.not_before, OutboxEmail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = session.execute(
        update(OutboxEmail)
        .where(OutboxEmail.id == due, OutboxEmail.state == MailState.QUEUED)
        .values(state=MailState.CLAIMED, attempt=OutboxEmail.attempt + 1, lease_until=now + lease)
        .returning(OutboxEmail.id, OutboxEmail.attempt)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Claim(taken.id, taken.attempt) if taken else None


def begin(session: Session, claim: Claim, *, now: datetime) -> bool:
    """At the server's 354: may this very attempt transmit now? Locks what could forbid it (work, participation,
    contact), looks again at stop, pause, address and expiry, and marks the row. False: close the socket."""
    mail = session.get(OutboxEmail, claim.id, populate_existing=True)
    if mail is None or mail.attempt != claim.attempt or mail.state is not MailState.CLAIMED:
        return False
    forbidden = eligibility.why_not(session, mail, now=now)
    if forbidden is not None:
        state, why = forbidden
        if _finish(session, claim, MailState.CLAIMED, state, now=now, answer=None):
            session.refresh(mail)
            consequences.not_told(session, mail, why, now=now)
        return False
    allowed = max(eligibility.earliest(session, mail, at=now), eligibility.renewed_by(session, mail, now=now))
    if allowed > now:
        # A worker that was down until the evening must not write to somebody at night.
        waits = {"state": MailState.QUEUED, "not_before": allowed, "lease_until": None}
        _changed(session, _mine(claim, MailState.CLAIMED).values(**waits))
        return False
    return _changed(
        session,
        _mine(claim, MailState.CLAIMED).values(state=MailState.TRANSMITTING, transmitting_at=now, lease_until=None),
    )


def sent(session: Session, claim: Claim, *, now: datetime, answer: str) -> bool:
    """The server accepted it. A late answer still counts where the sweep had already called the mail unknown."""
    statement = (
        update(OutboxEmail)
        .where(
            OutboxEmail.id == claim.id,
            OutboxEmail.attempt == claim.attempt,
            OutboxEmail.state.in_([MailState.TRANSMITTING, MailState.UNKNOWN]),
        )
        .values(state=MailState.SENT, finished_at=now, answer=answer[:ANSWER_MAXIMUM])
    )
    if not _changed(session, statement):
        return False
    mail = session.get_one(OutboxEmail, claim.id, populate_existing=True)
    consequences.told(session, mail, now=now)
    tasks.done_for_mail(session, mail, now=now)
    return True


def retry(session: Session, claim: Claim, *, now: datetime, answer: str) -> bool:
    """Refused for now: wait longer each time, with jitter, in the reader's allowed hours, until it expires; staff hear
    after an hour."""
    mail = session.get_one(OutboxEmail, claim.id, populate_existing=True)
    minutes = BACK_OFF_MINUTES[min(mail.refusals, len(BACK_OFF_MINUTES) - 1)]
    wait = timedelta(minutes=minutes * random.uniform(1.0, 1.2))  # noqa: S311 - spreads load, guards nothing
    first = mail.first_refused_at or now
    statement = _mine(claim, MailState.CLAIMED, MailState.TRANSMITTING).values(
        state=MailState.QUEUED,
        not_before=eligibility.earliest(session, mail, at=now + wait),
        refusals=OutboxEmail.refusals + 1,
        first_refused_at=first,
        lease_until=None,
        transmitting_at=None,
        answer=answer[:ANSWER_MAXIMUM],
    )
    return _changed(session, statement)


def give_back(session: Session, claim: Claim, *, now: datetime) -> bool:
    """Give a mail back unharmed: nothing of it has left, or it certainly did not arrive."""
    statement = _mine(claim, MailState.CLAIMED, MailState.TRANSMITTING).values(
        state=MailState.QUEUED, not_before=now, lease_until=None, transmitting_at=None
    )
    return _changed(session, statement)


def refuse(session: Session, claim: Claim, *, now: datetime, answer: str, is_recipient: bool) -> bool:
    """Refused for good. Where the server refused the recipient, the contact's address is flagged and every telling
    becomes a phone call; either way there is a task."""
    if not _finish(session, claim, None, MailState.FAILED, now=now, answer=answer):
        return False
    mail = session.get_one(OutboxEmail, claim.id, populate_existing=True)
    if is_recipient and mail.contact is not None and mail.contact.address == mail.to_address:
        mail.contact.address_state = AddressState.REFUSED
    consequences.trouble(session, mail, TaskKind.MAIL_FAILED, now=now)
    return True


def lost_sight(session: Session, claim: Claim, *, now: datetime) -> bool:
    """Sent whole, and no answer came: unknown. Staff are told; it is never sent again by itself."""
    if not _finish(session, claim, MailState.TRANSMITTING, MailState.UNKNOWN, now=now, answer=None):
        return False
    consequences.trouble(session, session.get_one(OutboxEmail, claim.id), TaskKind.MAIL_UNKNOWN, now=now)
    return True


def sweep(session: Session, *, now: datetime, unknown_after: timedelta) -> int:
    """Bring back what a dead worker had claimed, name what is in doubt, retire what came too late. The number of rows
    moved. Nothing is too late while a person has not said whether a clock that jumped is right.

    A claimed row whose lease ran out has provably not been transmitted: `begin` would have marked it.
    """
    freed = session.execute(
        update(OutboxEmail)
        .where(OutboxEmail.state == MailState.CLAIMED, OutboxEmail.lease_until < now)
        .values(state=MailState.QUEUED, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    moved = _rows(freed)
    for mail in _locked(session, MailState.TRANSMITTING, OutboxEmail.transmitting_at < now - unknown_after):
        moved += lost_sight(session, Claim(mail.id, mail.attempt), now=now)
    is_in_doubt = clock_jumped(session)
    for state in () if is_in_doubt else (MailState.QUEUED, MailState.HELD):
        for mail in _locked(session, state, OutboxEmail.expires_at <= now):
            mail.state, mail.finished_at = MailState.EXPIRED, now
            consequences.trouble(session, mail, TaskKind.MAIL_EXPIRED, now=now)
            moved += 1
    long_refused = OutboxEmail.first_refused_at < now - REFUSED_LONG
    is_told = exists().where(Task.outbox_email_id == OutboxEmail.id, Task.kind == TaskKind.MAIL_REFUSED_LONG)
    telling_kinds = [kind for kind, rule in RULES.items() if rule.makes_task]
    for mail in _locked(session, MailState.QUEUED, long_refused, ~is_told, OutboxEmail.kind.in_(telling_kinds)):
        consequences.trouble(session, mail, TaskKind.MAIL_REFUSED_LONG, now=now, is_final=False)
    return moved


def due_count(session: Session, *, now: datetime) -> int:
    """How many mails could be sent this moment, once they are written."""
    return session.scalar(select(func.count()).select_from(OutboxEmail).where(*_is_due(session, now=now))) or 0


def oldest_due(session: Session, *, now: datetime) -> datetime | None:
    """Since when the oldest mail that could be sent has been waiting."""
    return session.scalar(select(func.min(OutboxEmail.not_before)).where(*_is_due(session, now=now)))


def arrived(session: Session, mail: OutboxEmail, *, now: datetime, by: User | None) -> bool:
    """Resolve an unknown mail: a person says it arrived, or the client acted through its link."""
    if mail.state is not MailState.UNKNOWN:
        return False
    statement = _mine(Claim(mail.id, mail.attempt), MailState.UNKNOWN).values(state=MailState.SENT, finished_at=now)
    if not _changed(session, statement):
        return False
    session.refresh(mail)
    consequences.told(session, mail, now=now)
    tasks.done_for_mail(session, mail, now=now, by=by)
    return True


def cancel_for(
    session: Session, *, contact: Contact, engagement: Engagement | None, why: str, now: datetime
) -> Sequence[OutboxEmail]:
    """Cancel what has not begun to leave for a contact who stopped, paused or changed address, in one engagement or in
    all. Their own tellings are skipped, with the reason; those of others who share the mail stay due, for the caller to
    mail anew."""
    stoppable = [kind for kind, rule in RULES.items() if rule.obeys_stop]
    carries = exists().where(
        OutboxTelling.outbox_email_id == OutboxEmail.id,
        OutboxTelling.telling_id == Telling.id,
        Telling.contact_id == contact.id,
    )
    wanted = [
        or_(OutboxEmail.contact_id == contact.id, carries),
        OutboxEmail.state.in_([MailState.QUEUED, MailState.HELD, MailState.CLAIMED]),
        OutboxEmail.kind.in_(stoppable),
    ]
    if engagement is not None:
        wanted.append(OutboxEmail.engagement_id == engagement.id)
    mails = session.scalars(select(OutboxEmail).where(*wanted).with_for_update()).all()
    for mail in mails:
        mail.state, mail.finished_at, mail.lease_until = MailState.CANCELLED, now, None
        tasks.done_for_mail(session, mail, now=now)
        for telling in consequences.carried(session, mail):
            if telling.state is TellingState.DUE and telling.contact_id == contact.id:
                consequences.pass_over(session, telling, why, now=now)
    session.flush()
    return mails


def _is_due(session: Session, *, now: datetime) -> list[ColumnElement[bool]]:
    """What may be sent now; while the firm's sending is paused, only the kinds that do not obey that."""
    due = [OutboxEmail.state == MailState.QUEUED, OutboxEmail.not_before <= now, OutboxEmail.expires_at > now]
    if session.scalar(select(Firm.sending_paused_at)) is not None:
        due.append(OutboxEmail.kind.in_([kind for kind, rule in RULES.items() if not rule.obeys_firm_pause]))
    return due


def _waits_for_an_earlier_one() -> Select[int]:
    """A mail that tells the same reader about the same work, was written earlier and is still to leave."""
    earlier = aliased(OutboxEmail)
    telling_kinds = [kind for kind, rule in RULES.items() if rule.obeys_stop]
    return select(earlier.id).where(
        earlier.contact_id == OutboxEmail.contact_id,
        earlier.engagement_id == OutboxEmail.engagement_id,
        earlier.id < OutboxEmail.id,
        earlier.state.in_([MailState.QUEUED, MailState.CLAIMED, MailState.TRANSMITTING]),
        earlier.kind.in_(telling_kinds),
        OutboxEmail.kind.in_(telling_kinds),
    )


def _finish(
    session: Session, claim: Claim, only_from: MailState | None, to: MailState, *, now: datetime, answer: str | None
) -> bool:
    states = (only_from,) if only_from else (MailState.CLAIMED, MailState.TRANSMITTING)
    values: dict[str, object] = {"state": to, "finished_at": now, "lease_until": None}
    if answer is not None:
        values["answer"] = answer[:ANSWER_MAXIMUM]
    return _changed(session, _mine(claim, *states).values(**values))


def _mine(claim: Claim, *states: MailState) -> Update:
    return (
        update(OutboxEmail)
        .where(
            OutboxEmail.id == claim.id,
            OutboxEmail.attempt == claim.attempt,
            or_(*(OutboxEmail.state == state for state in states)),
        )
        .execution_options(synchronize_session="fetch")
    )


def _locked(session: Session, state: MailState, *conditions: object) -> Sequence[OutboxEmail]:
    return session.scalars(
        select(OutboxEmail)
        .where(OutboxEmail.state == state, *conditions)  # type: ignore[arg-type]
        .order_by(OutboxEmail.id)
        .limit(200)
        .with_for_update(skip_locked=True)
    ).all()


def _changed(session: Session, statement: Update) -> bool:
    return _rows(session.execute(statement)) == 1


def _rows(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
