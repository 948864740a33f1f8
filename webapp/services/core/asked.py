"""What was asked for by an address and waits for a worker."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import AskedFor, AskedMail

BATCH = 50


def keep(
    session: Session,
    what: AskedFor,
    address: str,
    *,
    now: datetime,
    nonce: bytes | None = None,
    browser_hash: bytes | None = None,
) -> None:
    """Keep what was asked, whoever it was, and ring for a worker."""
    session.add(AskedMail(what=what, address=address, asked_at=now, nonce=nonce, browser_hash=browser_hash))
    session.info["rings"] = True


def take(session: Session, what: AskedFor) -> Sequence[AskedMail]:
    """The oldest that wait; they are gone with this transaction. Two workers never take the same ones."""
    rows = session.scalars(
        select(AskedMail)
        .where(AskedMail.what == what)
        .order_by(AskedMail.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        session.delete(row)
    return rows


def count(session: Session) -> int:
    """How many wait."""
    return session.scalar(select(func.count()).select_from(AskedMail)) or 0
