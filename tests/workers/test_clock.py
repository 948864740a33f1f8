"""The clock's own rules: trouble in one line stops no other, and mail flows without the queue only where it may."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound, OperationalError
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.support.boxes import letters
from tests.support.factories import World
from tests.support.faults.scene import SECRET, right_now
from webapp.config import Settings
from webapp.database import Database
from webapp.models import Firm, Slot, SlotState, Tick
from webapp.services.promised import planning
from webapp.services.reports import day_mails
from webapp.services.today import troubles
from workers.clock import QUEUE_DOWN, TICK, Clock
from workers.delivery import LAST_SEND, STOPPED


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    made = Database(sqlite_url)
    yield made
    made.dispose()


def _clock(database: Database, **given: Any) -> Clock:
    return Clock(database, Settings.load(**{"secret_key": SECRET, "bell_grace_seconds": 0.0001, **given}))


def _due_mail(session: Session, world: World) -> None:
    (mail,) = letters(world, 1)
    mail.not_before, mail.expires_at = right_now() - timedelta(minutes=1), right_now() + timedelta(hours=1)
    session.commit()


class Children:
    """Stands where processes are started, and remembers what was asked."""

    def __init__(self) -> None:
        self.started: list[list[str]] = []

    def __call__(self, command: list[str]) -> "Children":
        self.started.append(command)
        return self

    def poll(self) -> int | None:
        return None


@pytest.fixture(autouse=True)
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    made = Children()
    monkeypatch.setattr(subprocess, "Popen", made)
    return made


def test_one_slot_in_trouble_keeps_no_other_waiting(
    session: Session, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = (world.open_engagement(reference, is_read=False)[1] for reference in ("MA-1", "MA-2"))
    now = right_now()
    for slot in (broken, whole):
        slot.send_at, slot.promised_by = now - timedelta(hours=2), now - timedelta(hours=1)
        slot.local_on = now.date()
    session.commit()
    real = planning.advance

    def advance(session: Session, slot_id: int, *, now: Any) -> bool:
        if slot_id == broken.id:
            raise NoResultFound("a row that should be there is not")
        return real(session, slot_id, now=now)

    monkeypatch.setattr(planning, "advance", advance)

    _clock(database).tick()

    with database.reader() as look:
        assert look.get_one(Slot, broken.id).state is SlotState.PLANNED
        assert look.get_one(Slot, whole.id).state is not SlotState.PLANNED


def test_one_line_in_trouble_keeps_no_other_waiting(
    session: Session, world: World, database: Database, monkeypatch: pytest.MonkeyPatch, children: Children
) -> None:
    _due_mail(session, world)

    def fail(session: Session, *, now: Any) -> int:
        raise NoResultFound("a row that should be there is not")

    monkeypatch.setattr(troubles, "tell", fail)
    clock = _clock(database)

    clock.tick()
    clock.tick()

    assert len(children.started) == 1


def test_a_database_that_is_away_ends_the_tick_and_not_the_clock(
    session: Session, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.commit()
    calls: list[int] = []

    def away(session: Session, *, now: Any) -> int:
        calls.append(1)
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(day_mails, "morning", away)
    settings = Settings.load(secret_key=SECRET, tick_seconds=0.01)

    Clock(database, settings, stopping=lambda: len(calls) >= 3).run()

    assert len(calls) == 3


def test_bells_that_fail_keep_one_drain_running_and_say_so(
    session: Session, world: World, database: Database, children: Children
) -> None:
    _due_mail(session, world)
    clock = _clock(database)

    for _ in range(3):
        clock.tick()

    assert [command[1:] for command in children.started] == [["-m", "workers", "drain"]]
    with database.reader() as look:
        assert look.get(Tick, QUEUE_DOWN) is not None


def test_no_drain_is_started_while_sending_rests(
    session: Session, world: World, database: Database, children: Children
) -> None:
    session.add(Tick(name=STOPPED, at=right_now() + timedelta(minutes=1)))
    _due_mail(session, world)
    clock = _clock(database)
    clock.tick()
    clock.tick()
    assert children.started == []

    with database.writer() as change:
        change.get_one(Tick, STOPPED).at = right_now() - timedelta(seconds=1)
        change.commit()
    clock.tick()
    clock.tick()

    assert len(children.started) == 1


def test_a_year_between_two_ticks_pauses_and_asks(session: Session, world: World, database: Database) -> None:
    _, slot = world.open_engagement(is_read=False)
    session.add(Tick(name=TICK, at=right_now() - timedelta(days=365)))
    slot.promised_by = NOW - timedelta(days=1)
    session.commit()

    _clock(database).tick()

    with database.reader() as look:
        assert look.scalars(select(Firm.sending_paused_why)).one() == "clock_jumped"
        assert look.get_one(Slot, slot.id).state is SlotState.PLANNED


@pytest.mark.parametrize(("worked_ago", "starts"), [(None, True), (timedelta(minutes=30), True), (timedelta(0), False)])
def test_a_queue_that_answers_while_nobody_listens_does_not_hold_up_mail(
    database: Database,
    children: Children,
    monkeypatch: pytest.MonkeyPatch,
    worked_ago: timedelta | None,
    starts: bool,
) -> None:
    monkeypatch.setattr("webapp.broker.Broker.ring", lambda _self: True)
    with database.writer() as session:
        _due_mail(session, World.build(session, now=NOW))
        if worked_ago is not None:
            session.add(Tick(name=LAST_SEND, at=right_now() - worked_ago))
        session.commit()

    _clock(database, bell_grace_seconds=5.0).tick()

    assert bool(children.started) is starts
