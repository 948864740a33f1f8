"""Updates that were released and that nobody has yet: what they say can still be said otherwise."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from webapp.models import MailState, OutboxEmail, OutboxTelling, Telling, TellingState, Update, UpdateKind
from webapp.models.update import KNOWN, TAKEN_BACK

WITH_DATES = (UpdateKind.WELCOME, UpdateKind.REGULAR, UpdateKind.CHANGED, UpdateKind.DELAY_NOTICE)
"""Updates that say every agreed date."""
NOT_FOR_THEM = (KNOWN, TAKEN_BACK)
"""Why an update was passed over that is nothing to a reader, whose page does not show it either."""
ON_THE_LINE = (MailState.CLAIMED, MailState.TRANSMITTING, MailState.SENT, MailState.UNKNOWN)


def of_work(session: Session, engagement_id: int, kinds: Collection[UpdateKind] = WITH_DATES) -> Sequence[Update]:
    """The updates of a work that wait in the outbox, oldest first: nobody was told, and no mail is on the line."""
    waits = exists().where(Telling.update_id == Update.id, Telling.state == TellingState.DUE)
    return session.scalars(
        select(Update)
        .where(Update.engagement_id == engagement_id, Update.kind.in_(kinds), waits, _nobody_has_it())
        .order_by(Update.id)
    ).all()


def is_unread(session: Session, update_id: int) -> bool:
    """Whether nobody has an update yet."""
    return session.scalar(select(Update.id).where(Update.id == update_id, _nobody_has_it())) is not None


def those_of(session: Session, updates: Collection[int]) -> set[int]:
    """Those of these updates, by their numbers, that nobody has yet."""
    return set(session.scalars(select(Update.id).where(Update.id.in_(updates), _nobody_has_it())))


def can_be_unsaid(session: Session, update_id: int) -> bool:
    """Whether an update can be taken back as if it had never been: nobody has it, though somebody is to be phoned."""
    nobody = _nobody_has_it(TellingState.TOLD)
    return session.scalar(select(Update.id).where(Update.id == update_id, nobody)) is not None


def _nobody_has_it(*has: TellingState) -> ColumnElement[bool]:
    """Nobody was told, nor reads it on their page because they get no mail, and no mail is on the line."""
    reads_the_page = (Telling.state == TellingState.SKIPPED) & Telling.skipped_why.not_in(NOT_FOR_THEM)
    has_it = Telling.state.in_(has or (TellingState.TOLD, TellingState.BY_PHONE)) | reads_the_page
    told = exists().where(Telling.update_id == Update.id, has_it)
    left = (
        select(OutboxEmail.id)
        .join(OutboxTelling, OutboxTelling.outbox_email_id == OutboxEmail.id)
        .join(Telling, OutboxTelling.telling_id == Telling.id)
        .where(Telling.update_id == Update.id, OutboxEmail.state.in_(ON_THE_LINE))
        .correlate(Update)
    )
    return ~told & ~left.exists()
