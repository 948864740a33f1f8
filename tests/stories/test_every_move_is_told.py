"""Whatever happens to the dates of a work, every contact hears of every move once, in order, at allowed hours."""

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import deliver
from tests.support.examples import many
from tests.support.factories import World, answers
from tests.support.moving import WHY, delays, tick
from webapp.models import (
    CalendarDay,
    DaySource,
    EngagementState,
    MailState,
    OutboxEmail,
    OutboxTelling,
    Participation,
    Telling,
    TellingState,
    Update,
)
from webapp.models.update import TAKEN_BACK
from webapp.services.core.errors import Refused
from webapp.services.dates import ledger, milestones
from webapp.services.dates.ledger import When
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates import corrections, untold
from webapp.services.updates.corrections import Right
from webapp.services.updates.snapshot import Snapshot
from webapp.services.work import engagements

ACTS = st.one_of(
    st.tuples(st.just("move"), st.integers(0, 1), st.integers(-3, 25)),
    st.tuples(st.just("unknown"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("condition"), st.integers(0, 1), st.integers(1, 5)),
    st.tuples(st.just("resolve"), st.integers(0, 1), st.integers(3, 30)),
    st.tuples(st.just("back"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("file"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("correct"), st.integers(0, 1), st.integers(1, 9)),
    st.tuples(st.just("done"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("read_first"), st.just(0), st.just(0)),
    st.tuples(st.just("rest"), st.just(0), st.just(0)),
    st.tuples(st.just("holiday"), st.just(0), st.integers(0, 9)),
    st.tuples(st.just("sleep"), st.just(0), st.sampled_from([600, 4000, 9000])),
    st.tuples(st.just("wait"), st.just(0), st.sampled_from([5, 20, 90, 600, 1440, 4000])),
)


class Life:
    """One work with two contacts, and a clock that only moves on."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world, self.now = session, world, world.now
        world.firm.quiet_from, world.firm.quiet_until = time(20), time(8)
        self.work, _ = world.open_engagement()
        self.work.participations.append(Participation(contact=world.contact("Said", address=None, zone="Asia/Baku")))
        session.flush()

    def do(self, act: tuple[str, int, int]) -> None:
        name, place, number = act
        step = self.work.milestones[place]
        try:
            with self.session.begin_nested():
                getattr(self, f"_{name}")(step, number)
        except Refused:
            self.session.expire_all()
        self.pass_time(1)

    def pass_time(self, minutes: int) -> None:
        """Let the clock do what it does, in steps no longer than twelve hours."""
        until = self.now + timedelta(minutes=minutes)
        while self.now < until:
            self.now = min(self.now + timedelta(hours=12), until)
            for slot_id in planning.due_slots(self.session, now=self.now):
                planning.advance(self.session, slot_id, now=self.now)
            tick(self.session, at=self.now)
            deliver(self.session, now=self.now)

    def finish(self) -> None:
        if self.work.state is EngagementState.PAUSED:
            engagements.resume(self.session, self.work, by=self.world.alice, now=self.now)
        for step in self.work.milestones:
            if step.done_on is not None:
                self._done(step, 0)
        self.pass_time(9 * 1440)

    def _move(self, step: Any, days: int) -> None:
        self._to(step, When(starts_on=self._day(step) + timedelta(days=days)))

    def _unknown(self, step: Any, _number: int) -> None:
        self._to(step, When(next_news_at=self.now + timedelta(days=2)))

    def _condition(self, step: Any, days: int) -> None:
        self._to(step, When(after_days=days, condition="the plans"))

    def _resolve(self, step: Any, days: int) -> None:
        on = date(2026, 4, 20) + timedelta(days=days)
        ledger.resolve(self.session, step, on, by=self.world.alice, now=self.now)

    def _back(self, step: Any, _number: int) -> None:
        entries = ledger.effective(step)
        if len(entries) > 1:
            self._to(step, ledger.when(entries[-2]))

    def _file(self, _step: Any, _number: int) -> None:
        slot = slots.current(self.session, self.work)
        if slot is not None and slot.checkpoint.revision == 0:
            checkpoints.submit(
                self.session, slot.checkpoint, answers(), note="", based_on=0, by=self.world.alice, now=self.now
            )

    def _correct(self, step: Any, days: int) -> None:
        wrong = self.session.scalars(
            select(Update).where(Update.kind.in_(corrections.CORRECTABLE)).order_by(Update.id.desc()).limit(1)
        ).one_or_none()
        if wrong is not None:
            right = Right(dates={step.id: self._day(step) + timedelta(days=days)}, language="en")
            corrections.correct(self.session, wrong, right, by=self.world.alice, now=self.now)

    def _done(self, step: Any, _number: int) -> None:
        """Done, or open again after all."""
        if step.done_on is None:
            today = self.now.date()
            milestones.done(self.session, step, today, today=today, by=self.world.alice, now=self.now)
        else:
            milestones.undo(self.session, step, by=self.world.alice, now=self.now)

    def _read_first(self, _step: Any, _number: int) -> None:
        self.work.playbook.managers_read_first = not self.work.playbook.managers_read_first

    def _rest(self, _step: Any, _number: int) -> None:
        if self.work.state is EngagementState.OPEN:
            engagements.rest(self.session, self.work, words="", by=self.world.alice, now=self.now)
        else:
            engagements.resume(self.session, self.work, by=self.world.alice, now=self.now)

    def _holiday(self, _step: Any, days: int) -> None:
        on = self.now.date() + timedelta(days=days)
        if all(day.on != on for day in self.world.firm.calendar_days):
            self.world.firm.calendar_days.append(
                CalendarDay(on=on, is_working=False, source=DaySource.OWN, recorded_at=self.now)
            )

    def _wait(self, _step: Any, minutes: int) -> None:
        self.pass_time(minutes)

    def _sleep(self, _step: Any, minutes: int) -> None:
        """The clock stands still meanwhile, or jumps."""
        self.now += timedelta(minutes=minutes)

    def _to(self, step: Any, when: When) -> None:
        ledger.move(self.session, step, when, WHY, by=self.world.alice, now=self.now, origin="test")

    def _day(self, step: Any) -> date:
        return ledger.effective(step)[-1].starts_on or date(2026, 4, 30)


def shape(when: Any) -> tuple[Any, ...]:
    """What a date says, whether it comes from the ledger or from a snapshot."""
    condition = getattr(when.condition, "text", when.condition)
    return when.starts_on, when.ends_on, when.after_days, condition, when.next_news_at


def heard(life: Life, step: Any) -> list[tuple[Any, Any]]:
    """What clients heard of one step, oldest first: from which date to which."""
    found = []
    for update in life.session.scalars(select(Update).order_by(Update.id)):
        if all(telling.skipped_why == TAKEN_BACK for telling in update.tellings):
            continue
        snapshot = Snapshot.load(update.snapshot)
        found += [(shape(delay.was), shape(delay.now)) for delay in delays(update) if delay.milestone_id == step.id]
        found += [
            (shape(part.wrote_on), shape(part.right_on))
            for part in snapshot.corrected
            if part.part == "date" and part.labels == step.labels
        ]
    return found


def check_told(life: Life) -> None:
    for step in life.work.milestones:
        entries = ledger.effective(step)
        known = shape(ledger.when(step.promises[0]))
        for was, now in heard(life, step):
            assert was == known
            assert now != was
            known = now
        assert known == shape(ledger.when(entries[-1]))
    assert untold.untold(life.session, life.work) == ()


def check_tellings(life: Life) -> None:
    for update in life.session.scalars(select(Update)):
        if not delays(update):
            continue
        tellings = life.session.scalars(select(Telling).where(Telling.update_id == update.id)).all()
        by_name = {telling.contact.name: telling for telling in tellings}
        assert len(tellings) == 2
        if all(telling.skipped_why == TAKEN_BACK for telling in tellings):
            continue
        assert by_name["Said"].state is TellingState.BY_PHONE
        carrying = (
            select(OutboxEmail).join(OutboxTelling).where(OutboxTelling.telling_id == by_name["Maria Bennani"].id)
        )
        (mail,) = life.session.scalars(carrying.where(OutboxEmail.state != MailState.CANCELLED)).all()
        assert time(8) <= mail.not_before.astimezone(ZoneInfo("Africa/Casablanca")).time() < time(20)
        assert mail.not_before < mail.expires_at


@settings(max_examples=many(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=9))
@example(acts=[("unknown", 0, 0), ("unknown", 1, 0), ("done", 1, 0), ("sleep", 0, 600)])
@example(acts=[("unknown", 0, 0), ("unknown", 0, 0), ("done", 0, 0), ("sleep", 0, 600)])
def test_every_contact_hears_of_every_move_once_in_order_and_never_at_night(
    session: Session, world: World, acts: list[tuple[str, int, int]]
) -> None:
    trial = session.begin_nested()
    try:
        life = Life(session, world)
        for act in acts:
            life.do(act)
        life.finish()

        check_told(life)
        check_tellings(life)
    finally:
        trial.rollback()
        session.expire_all()
