"""What one contact was told about a work: the updates that reached them, as they reached them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Contact, MailState, OutboxEmail, OutboxTelling, Telling, TellingState, Update
from webapp.services.dates.unread import NOT_FOR_THEM
from webapp.services.updates.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One update as the contact has it. `telling` is None for what was released before they took part."""

    update: Update
    telling: Telling | None
    snapshot: Snapshot

    @property
    def next_news_at(self) -> datetime | None:
        return self.telling.next_news_at if self.telling is not None else self.update.next_news_at


def of(session: Session, contact: Contact, released: Sequence[Update]) -> list[Entry]:
    """Of these updates what the contact was told by mail or phone, in their order. Who gets no mail, because there is
    no address, they stopped, or it came back, reads what was released. A mail in doubt counts as told; one that waits
    does not."""
    theirs = {row.update_id: row for update in released for row in update.tellings if row.contact_id == contact.id}
    in_doubt = _in_doubt(session, [telling.id for telling in theirs.values() if telling.state is TellingState.DUE])
    found = []
    for update in released:
        telling = theirs.get(update.id)
        if telling is None:
            found.append(Entry(update=update, telling=None, snapshot=Snapshot.load(update.snapshot)))
        elif _has_reached(telling, in_doubt):
            found.append(Entry(update=update, telling=telling, snapshot=Snapshot.told(update, telling)))
    return found


def _has_reached(telling: Telling, in_doubt: Collection[int]) -> bool:
    if telling.state is TellingState.DUE:
        return telling.id in in_doubt
    return telling.skipped_why not in NOT_FOR_THEM


def _in_doubt(session: Session, waiting: Collection[int]) -> frozenset[int]:
    """Which of these tellings are in a mail of which nobody knows whether it arrived."""
    if not waiting:
        return frozenset()
    unknown = (
        select(OutboxTelling.telling_id)
        .join(OutboxEmail, OutboxTelling.outbox_email_id == OutboxEmail.id)
        .where(OutboxTelling.telling_id.in_(waiting), OutboxEmail.state == MailState.UNKNOWN)
    )
    return frozenset(session.scalars(unknown))
