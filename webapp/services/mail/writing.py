"""Writes out what a mail is to say, as subject, HTML and text: in batches, and while no transaction waits for it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from emails import inert, rendering, stored
from emails.mail import Mail, RenderedEmail
from webapp.models import MailState, OutboxEmail, TaskKind, User
from webapp.services.core import tasks

log = logging.getLogger(__name__)

BATCH = 50
SAMPLE = "sample"
IS_WAITING = (OutboxEmail.says.is_not(None), OutboxEmail.state == MailState.QUEUED)


@dataclass(frozen=True)
class Unwritten:
    """A mail that is still to be written. `test_for` is the language of the colleague whom a test goes to."""

    id: int
    says: str
    test_for: str | None = None


@dataclass(frozen=True)
class Written:
    """A mail and its three texts; None where it could not be written."""

    id: int
    texts: RenderedEmail | None


def preview(context: Mail) -> RenderedEmail:
    """A mail as it would be, for eyes only: nothing is stored."""
    return rendering.render(context)


def read(mail: OutboxEmail) -> RenderedEmail:
    """A mail of the outbox as it was written, or as it will be."""
    if mail.says is None:
        return RenderedEmail(subject=mail.subject, html=mail.html, text=mail.text)
    test_for = mail.user.language if mail.kind == SAMPLE and mail.user is not None else None
    return write(Unwritten(mail.id, mail.says, test_for)).texts or RenderedEmail(subject="", html="", text="")


def waiting(session: Session, *, now: datetime, limit: int = BATCH) -> list[Unwritten]:
    """What is to be written next: what is due first, the most urgent of it before the rest."""
    found = session.execute(
        select(OutboxEmail.id, OutboxEmail.says, OutboxEmail.kind, User.language)
        .outerjoin(User, OutboxEmail.user_id == User.id)
        .where(*IS_WAITING)
        .order_by(OutboxEmail.not_before > now, OutboxEmail.priority, OutboxEmail.not_before, OutboxEmail.id)
        .limit(limit)
    )
    return [Unwritten(row.id, row.says, row.language if row.kind == SAMPLE else None) for row in found if row.says]


def count(session: Session) -> int:
    """How many mails are still to be written."""
    return session.scalar(select(func.count()).select_from(OutboxEmail).where(*IS_WAITING)) or 0


def write(mail: Unwritten) -> Written:
    """The texts of one mail. One that cannot be written must not hold up the others: it has none."""
    try:
        texts = rendering.render(stored.load(mail.says))
    except Exception:
        log.exception("a mail could not be written", extra={"mail": mail.id})
        return Written(mail.id, None)
    return Written(mail.id, inert.as_test(texts, mail.test_for) if mail.test_for else texts)


def keep(session: Session, written: Sequence[Written], *, now: datetime) -> None:
    """Keep what was written, unless another worker did meanwhile or the mail is not to go any more. What could not be
    written is held for a person to look at."""
    for mail in written:
        if mail.texts is not None:
            texts = {"subject": mail.texts.subject, "html": mail.texts.html, "text": mail.texts.text, "says": None}
            session.execute(update(OutboxEmail).where(OutboxEmail.id == mail.id, *IS_WAITING).values(texts))
            continue
        held = select(OutboxEmail).where(OutboxEmail.id == mail.id, *IS_WAITING).with_for_update()
        row = session.scalars(held).one_or_none()
        if row is not None:
            hold(session, row, now=now)


def hold(session: Session, mail: OutboxEmail, *, now: datetime) -> None:
    """A mail that could not be written waits for a person."""
    mail.state = MailState.HELD
    tasks.raise_once(session, TaskKind.MAIL_HELD, str(mail.id), now=now, mail=mail)
