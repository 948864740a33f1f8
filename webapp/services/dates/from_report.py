"""Brings the ledger in line with a checkpoint: what its newest revision says of each date, and nothing twice."""

from datetime import datetime

from sqlalchemy.orm import Session

from emails.pieces import Who, is_earlier
from webapp.models import Milestone, Promise, User
from webapp.services.core.errors import Refused
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why


def settle(
    session: Session,
    milestone: Milestone,
    wanted: tuple[When, Why] | None,
    *,
    checkpoint_id: int,
    by: User | None,
    now: datetime,
) -> None:
    """Make the ledger say what the newest revision of a checkpoint says: move, replace an earlier move of the same
    checkpoint that nobody was told yet, or take it back. Submitting the same again adds nothing. Once clients were
    told, going back is a move of its own: free where the date comes earlier, Refused without an explanation where not.
    """
    made = _of_checkpoint(milestone, checkpoint_id)
    if wanted is None:
        if made is not None:
            _take_back(session, milestone, made, by=by, now=now)
        return
    to, why = wanted
    if made is not None and ledger.when(made) == to and _same(made, why):
        return
    is_told = made is not None and not ledger.is_open(session, made)
    ledger.move(
        session,
        milestone,
        to,
        why,
        by=by,
        now=now,
        origin="checkpoint",
        checkpoint_id=checkpoint_id,
        supersedes=None if is_told else made,
    )


def _of_checkpoint(milestone: Milestone, checkpoint_id: int) -> Promise | None:
    """The counting entry that a checkpoint made, if it made one."""
    made = [entry for entry in ledger.effective(milestone) if entry.checkpoint_id == checkpoint_id]
    return made[-1] if made else None


def _take_back(session: Session, milestone: Milestone, made: Promise, *, by: User | None, now: datetime) -> None:
    entries = ledger.effective(milestone)
    before = [entry for entry in entries if entry.checkpoint_id != made.checkpoint_id]
    if ledger.when(entries[-1]) == ledger.when(before[-1]):
        return
    if ledger.is_open(session, made):
        ledger.withdraw(session, milestone, made, by=by, now=now)
        return
    back = ledger.when(before[-1])
    if not is_earlier(back, ledger.when(made)):
        raise Refused("promise.told_needs_move", field="holds")
    why = Why(cause=Who.US)
    ledger.move(session, milestone, back, why, by=by, now=now, origin="checkpoint", checkpoint_id=made.checkpoint_id)


def _same(entry: Promise, why: Why) -> bool:
    words = entry.words
    return (
        entry.cause is why.cause
        and entry.reason_key == why.reason_key
        and (words.why if words else None) == (why.why or None)
        and (words.what_we_do if words else None) == (why.what_we_do or None)
        and (words.other_name if words else None) == (why.other_name or None)
        and ((words.translations if words else None) or {}) == why.translations
    )
