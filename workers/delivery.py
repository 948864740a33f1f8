"""Drains the outbox over one connection: write, claim, begin at 354, send, and note exactly what is known.

The order of commits is what keeps the promise: a mail is `transmitting` in the database before its first byte leaves,
and `sent` only after the server said so. Killed anywhere, a mail is either sent again because nothing of it was
accepted, or unknown, never both.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp import database
from webapp.config import Settings
from webapp.database import Database
from webapp.models import OutboxEmail, SignInChallenge, TaskKind, Tick
from webapp.services.conversation import preferences
from webapp.services.core import asked, tasks
from webapp.services.core.firm import the_firm
from webapp.services.mail import outbox, writing
from webapp.services.mail.outbox import Claim
from webapp.services.people import sign_in
from workers import message
from workers.in_parts import InParts
from workers.outcomes import (
    AnswerUnknown,
    Interrupted,
    MessageRefused,
    RecipientRefused,
    SendingStopped,
    Withdrawn,
)
from workers.transport import Transport

log = logging.getLogger(__name__)

KEEP_TRYING_SECONDS = 10.0
STOPPED = "sending_stopped"
STOPPED_WAIT = timedelta(seconds=60)
LAST_SEND = "worker"


@dataclass(frozen=True)
class Ready:
    """A claimed mail as bytes."""

    claim: Claim
    envelope_from: str
    recipient: str
    data: bytes


class Drain:
    """Sends what is due until nothing is, the time budget is used up, or it is asked to stop."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        transport: Transport,
        *,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database = database
        self._settings = settings
        self._transport = transport
        self._stopping = stopping
        self._in_parts = InParts(database)

    def run(self) -> int:
        """The number of mails that were sent."""
        until = time.monotonic() + self._settings.drain_seconds
        sent = 0
        while time.monotonic() < until and not self._stopping():
            prepared = self._prepare() + self._in_parts.carry_on(is_idle=False)
            ready = self._claim()
            if ready is None and (prepared or self._in_parts.carry_on(is_idle=True)):
                continue
            if ready is None:
                break
            try:
                sent += self._send(ready)
            except SendingStopped as trouble:
                self._step_back(ready.claim, trouble)
                self._stop_sending(trouble)
                break
        return sent

    def _answer(self) -> int:
        """Look whether what was asked for by an address is anybody's, and queue it where it is."""
        with self._database.writer() as session:
            now = database.now(session)
            answered = sign_in.answer(session, self._settings.keyring, now=now)
            answered += preferences.send_fresh_links(session, now=now)
            session.commit()
        return answered

    def _prepare(self) -> int:
        """Answer who asked, and write out a batch of what is still only to be said; nobody waits for a lock while that
        is rendered. How many there were."""
        with self._database.reader() as session:
            is_asked = asked.count(session) > 0
            waiting = writing.waiting(session, now=database.now(session))
        if is_asked:
            return self._answer()
        if not waiting:
            return 0
        written = [writing.write(mail) for mail in waiting]
        with self._database.writer() as session:
            writing.keep(session, written, now=database.now(session))
            session.commit()
        return len(written)

    def _claim(self) -> Ready | None:
        """Claim one mail and make its bytes. One that cannot be built is failed for good and does not stop others."""
        while True:
            with self._database.writer() as session:
                now = database.now(session)
                if is_stopped(session, now=now):
                    return None
                lease = timedelta(seconds=self._settings.lease_seconds)
                claim = outbox.claim(session, now=now, lease=lease)
                if claim is None:
                    return None
                mail = session.get_one(OutboxEmail, claim.id, populate_existing=True)
                rows = message.links_of(session, self._settings, mail, now=now)
                firm = the_firm(session)
                challenge = session.get(SignInChallenge, mail.challenge_id) if mail.challenge_id else None
                session.commit()
            try:
                addresses = message.urls(self._settings, mail, rows)
                data = message.build(self._settings, firm, mail, addresses, challenge)
            except SendingStopped as trouble:
                self._give_back(claim)
                self._stop_sending(trouble)
                return None
            except Exception as fault:
                log.exception("a mail could not be built", extra={"mail": claim.id})
                self._note(
                    lambda s, n, c=claim, f=fault: outbox.refuse(  # type: ignore[misc]
                        s, c, now=n, answer=type(f).__name__, is_recipient=False
                    )
                )
                continue
            return Ready(claim, message.envelope_sender(self._settings, mail), mail.to_address, data)

    def _send(self, ready: Ready) -> int:
        """One attempt; 1 where the server accepted. SendingStopped goes up: it is no fault of this mail."""
        claim = ready.claim
        try:
            answer = self._transport.send(
                envelope_from=ready.envelope_from,
                recipient=ready.recipient,
                data=ready.data,
                at_data=lambda: self._begin(claim),
                stopping=self._stopping,
            )
        except RecipientRefused as refusal:
            self._refused(claim, refusal, is_recipient=refusal.is_about_address)
        except MessageRefused as refusal:
            self._refused(claim, refusal, is_recipient=False)
        except Interrupted as trouble:
            self._interrupted(claim, trouble.answer)
        except AnswerUnknown:
            self._note(lambda s, n: outbox.lost_sight(s, claim, now=n))
        except Withdrawn:
            log.info("a mail was withdrawn at the last moment", extra={"mail": claim.id})
        else:
            self._note(lambda s, n: _sent(s, claim, now=n, answer=answer))
            return 1
        return 0

    def _begin(self, claim: Claim) -> bool:
        with self._database.writer() as session:
            may = outbox.begin(session, claim, now=database.now(session))
            session.commit()
            return may

    def _refused(self, claim: Claim, refusal: RecipientRefused | MessageRefused, *, is_recipient: bool) -> None:
        if refusal.is_permanent:
            self._note(lambda s, n: outbox.refuse(s, claim, now=n, answer=refusal.answer, is_recipient=is_recipient))
        else:
            self._note(lambda s, n: outbox.retry(s, claim, now=n, answer=refusal.answer))

    def _interrupted(self, claim: Claim, answer: str) -> None:
        """Nothing of it can have arrived: given back at once where we stop ourselves, later where the line broke."""
        if self._stopping():
            self._give_back(claim)
        else:
            self._note(lambda s, n: outbox.retry(s, claim, now=n, answer=answer))

    def _step_back(self, claim: Claim, trouble: SendingStopped) -> None:
        """No mail is to blame where the line or the account is in trouble. What the server said of one recipient or
        one mail makes that mail wait its turn, so that it cannot stand in the way of all others."""
        if trouble.is_at_this_mail:
            self._note(lambda s, n: outbox.retry(s, claim, now=n, answer=trouble.answer))
        else:
            self._give_back(claim)

    def _give_back(self, claim: Claim) -> None:
        self._note(lambda s, n: outbox.give_back(s, claim, now=n))

    def _stop_sending(self, trouble: SendingStopped) -> None:
        """Trouble of the connection or the account: no mail is to blame. One alert, and a pause before the next try."""
        log.error("sending stopped", extra={"stage": trouble.stage, "answer": trouble.answer})

        def note(session: Session, now: datetime) -> bool:
            session.merge(Tick(name=STOPPED, at=now + STOPPED_WAIT))
            tasks.raise_once(session, TaskKind.SENDING_STOPPED, "mail", now=now, answer=str(trouble))
            return True

        self._note(note)

    def _note(self, change: Callable[[Session, datetime], bool]) -> None:
        """Write down what happened. While the database is away it is tried again for a while: a lost answer makes a
        mail unknown, which a person then has to look at."""
        until = time.monotonic() + KEEP_TRYING_SECONDS
        while True:
            try:
                with self._database.writer() as session:
                    change(session, database.now(session))
                    session.commit()
                return
            except SQLAlchemyError:
                if time.monotonic() > until:
                    raise
                log.warning("the database is away; trying again")
                time.sleep(0.5)


def _sent(session: Session, claim: Claim, *, now: datetime, answer: str) -> bool:
    changed = outbox.sent(session, claim, now=now, answer=answer)
    session.merge(Tick(name=LAST_SEND, at=now))
    stopped = session.get(Tick, STOPPED)
    if stopped is not None:
        session.delete(stopped)
        for task in tasks.waiting(session):
            if task.kind is TaskKind.SENDING_STOPPED:
                tasks.done(task, now=now)
    return changed


def is_stopped(session: Session, *, now: datetime) -> bool:
    """Whether sending rests for a while, after trouble that every mail would meet."""
    stopped = session.get(Tick, STOPPED)
    return stopped is not None and stopped.at > now
