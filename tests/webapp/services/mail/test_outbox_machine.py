"""The outbox against a pure model of it: whatever workers, the clock, readers and crashes do, in any order, no mail is
accepted twice and none is stuck."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from tests.support import delivering
from tests.support.examples import many
from tests.support.factories import World
from webapp.database import Database
from webapp.models import Contact, MailState, OutboxEmail, Participation, PartOf, Task, Telling, TellingState
from webapp.services.mail import outbox
from webapp.services.mail.outbox import Claim
from webapp.services.updates import telling

LEASE = timedelta(seconds=120)
DOUBT = timedelta(seconds=540)
FINAL = {MailState.SENT, MailState.FAILED, MailState.UNKNOWN, MailState.CANCELLED, MailState.EXPIRED}
IN_HAND = {MailState.CLAIMED, MailState.TRANSMITTING}


@dataclass
class Letter:
    """What the model knows of one mail; `accepted` counts what the receiving server took, whoever was told."""

    contact_id: int
    not_before: datetime
    expires_at: datetime
    state: MailState = MailState.QUEUED
    attempt: int = 0
    lease_until: datetime | None = None
    began_at: datetime | None = None
    accepted: int = 0
    is_stopped: bool = False


@dataclass
class Worker:
    """A process that holds a claim, perhaps long since taken from it."""

    claim: Claim
    has_begun: bool = False
    was_accepted: bool = False


class OutboxMachine(RuleBasedStateMachine):
    prepared: Path
    folder: Path
    numbers: Iterator[int]

    def __init__(self) -> None:
        super().__init__()
        copy = self.folder / f"machine-{next(self.numbers)}.db"
        shutil.copyfile(self.prepared, copy)
        self.database = Database(f"sqlite:///{copy}")
        with self.database.reader() as session:
            mails = session.scalars(select(OutboxEmail)).all()
            self.letters = {
                mail.id: Letter(contact_id=mail.contact_id or 0, not_before=mail.not_before, expires_at=mail.expires_at)
                for mail in mails
            }
            self.now = max(mail.not_before for mail in mails)
        self.workers: list[Worker] = []

    def teardown(self) -> None:
        try:
            self.finish()
        finally:
            self.database.dispose()

    def do(self, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
        with self.database.writer() as session:
            result = act(session, *given, now=self.now, **named)
            session.commit()
            return result

    def mine(self, worker: Worker, *states: MailState) -> Letter | None:
        """The letter a worker may still change, or None."""
        letter = self.letters[worker.claim.id]
        return letter if letter.attempt == worker.claim.attempt and letter.state in states else None

    def pick(self, data: st.DataObject, wanted: Callable[[Worker], bool] = lambda _: True) -> Worker | None:
        fitting = [worker for worker in self.workers if wanted(worker)]
        return data.draw(st.sampled_from(fitting)) if fitting else None

    @rule()
    def claim(self) -> None:
        due = [
            number
            for number, letter in self.letters.items()
            if letter.state is MailState.QUEUED and letter.not_before <= self.now < letter.expires_at
        ]
        expected = min(due, key=lambda number: (self.letters[number].not_before, number), default=None)

        claim = self.do(delivering.claim, lease=LEASE)

        assert (claim.id if claim else None) == expected
        if claim is not None:
            letter = self.letters[claim.id]
            letter.state, letter.attempt, letter.lease_until = MailState.CLAIMED, letter.attempt + 1, self.now + LEASE
            assert claim.attempt == letter.attempt
            self.workers.append(Worker(claim))

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        worker = self.pick(data)
        assert worker is not None
        letter = self.mine(worker, MailState.CLAIMED)

        began = self.do(outbox.begin, worker.claim)

        if letter is None:
            assert not began
        elif letter.expires_at <= self.now or letter.is_stopped:
            assert not began
            letter.state = MailState.EXPIRED if letter.expires_at <= self.now else MailState.CANCELLED
        else:
            assert began
            letter.state, letter.began_at, worker.has_begun = MailState.TRANSMITTING, self.now, True

    @rule(data=st.data())
    def server_accepts(self, data: st.DataObject) -> None:
        """The dot is sent and the server takes the mail, even if nobody will ever hear of it."""
        worker = self.pick(data, lambda one: one.has_begun and not one.was_accepted)
        if worker is not None:
            worker.was_accepted = True
            self.letters[worker.claim.id].accepted += 1

    @rule(data=st.data())
    def sent(self, data: st.DataObject) -> None:
        worker = self.pick(data, lambda one: one.was_accepted)
        if worker is None:
            return
        letter = self.mine(worker, MailState.TRANSMITTING, MailState.UNKNOWN)

        assert self.do(outbox.sent, worker.claim, answer="250 ok") is (letter is not None)

        if letter is not None:
            letter.state = MailState.SENT
        self.workers.remove(worker)

    @rule(data=st.data(), act=st.sampled_from(["retry", "give_back", "refuse"]))
    def not_taken(self, data: st.DataObject, act: str) -> None:
        """The server refused, or the worker gave up before the dot."""
        worker = self.pick(data, lambda one: not one.was_accepted)
        if worker is None:
            return
        letter = self.mine(worker, *IN_HAND)
        acts: dict[str, Callable[[], bool]] = {
            "retry": lambda: self.do(outbox.retry, worker.claim, answer="451 later"),
            "give_back": lambda: self.do(outbox.give_back, worker.claim),
            "refuse": lambda: self.do(outbox.refuse, worker.claim, answer="554 no", is_recipient=False),
        }

        assert acts[act]() is (letter is not None)

        if letter is not None:
            letter.state = MailState.FAILED if act == "refuse" else MailState.QUEUED
            letter.not_before = self.stored(worker.claim.id).not_before
        self.workers.remove(worker)

    @rule(data=st.data())
    def lost_sight(self, data: st.DataObject) -> None:
        worker = self.pick(data, lambda one: one.has_begun)
        if worker is None:
            return
        letter = self.mine(worker, MailState.TRANSMITTING)

        assert self.do(outbox.lost_sight, worker.claim) is (letter is not None)

        if letter is not None:
            letter.state = MailState.UNKNOWN

    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        worker = self.pick(data)
        if worker is not None:
            self.workers.remove(worker)

    @rule(minutes=st.sampled_from([0, 1, 3, 10, 60, 60 * 24]))
    def sweep(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes, seconds=1)

        self.do(outbox.sweep, unknown_after=DOUBT)

        for letter in self.letters.values():
            if letter.state is MailState.CLAIMED and letter.lease_until and letter.lease_until < self.now:
                letter.state = MailState.QUEUED
            if letter.state is MailState.TRANSMITTING and letter.began_at and letter.began_at < self.now - DOUBT:
                letter.state = MailState.UNKNOWN
            if letter.state is MailState.QUEUED and letter.expires_at <= self.now:
                letter.state = MailState.EXPIRED

    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        letter = self.letters[data.draw(st.sampled_from(sorted(self.letters)))]
        if letter.is_stopped:
            return
        letter.is_stopped = True

        def act(session: Any, *, now: datetime) -> None:
            part = session.scalars(select(Participation).where(Participation.contact_id == letter.contact_id)).one()
            part.stopped_at = now
            session.flush()
            telling.stopped(session, part, now=now)

        self.do(act)
        if letter.state in (MailState.QUEUED, MailState.CLAIMED):
            letter.state = MailState.CANCELLED

    @invariant()
    def no_mail_is_accepted_twice(self) -> None:
        assert all(letter.accepted <= 1 for letter in self.letters.values())

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        with self.database.reader() as session:
            rows = session.execute(select(OutboxEmail.id, OutboxEmail.state, OutboxEmail.attempt)).all()
        assert {row.id: (row.state, row.attempt) for row in rows} == {
            number: (letter.state, letter.attempt) for number, letter in self.letters.items()
        }

    def finish(self) -> None:
        """All workers die; time and the clock alone bring every mail to an end that somebody knows of."""
        self.workers.clear()
        for _ in range(2):
            self.sweep(60 * 24 * 30)
        with self.database.reader() as session:
            assert set(session.scalars(select(OutboxEmail.state))) <= FINAL
            needing = session.scalars(
                select(OutboxEmail).where(
                    OutboxEmail.state.in_([MailState.FAILED, MailState.UNKNOWN, MailState.EXPIRED])
                )
            ).all()
            tasked = set(session.scalars(select(Task.outbox_email_id).where(Task.done_at.is_(None))))
            assert {mail.id for mail in needing} <= tasked
            for told in session.scalars(select(Telling)):
                letter = next(one for one in self.letters.values() if one.contact_id == told.contact_id)
                assert (told.state is TellingState.TOLD) == (letter.state is MailState.SENT)
                assert (told.state is TellingState.DUE) == (letter.state is MailState.UNKNOWN)

    def stored(self, number: int) -> OutboxEmail:
        with self.database.reader() as session:
            return session.get_one(OutboxEmail, number)


def test_the_outbox_keeps_its_promises_in_any_order_of_events(
    sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    prepared = tmp_path / "prepared.db"
    shutil.copyfile(sqlite_template, prepared)
    database = Database(f"sqlite:///{prepared}")
    with database.writer() as session:
        world = World.build(session, now=now)
        zohra: Contact = world.contact("Zohra")
        world.open_engagement(is_read=False, contacts=[(world.bennani, PartOf.DECIDES), (zohra, PartOf.INFORMED)])
        session.commit()
    database.dispose()

    class Prepared(OutboxMachine):
        pass

    Prepared.prepared, Prepared.folder, Prepared.numbers = prepared, tmp_path, count(1)
    run_state_machine_as_test(
        Prepared,
        settings=settings(
            max_examples=many(30),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
