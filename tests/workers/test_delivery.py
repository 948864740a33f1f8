"""What one drain does with the mails it claims, on a line that behaves as the test says."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails import rendering
from emails.mail import Mail, RenderedEmail
from emails.registry import SAMPLES
from tests.conftest import NOW
from tests.support.boxes import letters
from tests.support.delivering import claim
from tests.support.factories import World
from tests.support.faults.scene import SECRET, right_now
from webapp.config import Settings
from webapp.database import Database
from webapp.models import MailState, OutboxEmail, TaskKind, Tick
from webapp.services.core import tasks
from webapp.services.mail import outbox, queueing
from workers.delivery import LAST_SEND, STOPPED, Drain
from workers.outcomes import Interrupted, SendingStopped
from workers.transport import Transport


class ScriptedLine(Transport):
    """Asks for the last word at 354 and accepts, unless the script says what to raise first."""

    def __init__(self, *script: Exception | None) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self._script = list(script)

    def check(self) -> str:
        return "ready"

    def send(
        self,
        *,
        envelope_from: str,
        recipient: str,
        data: bytes,
        at_data: Callable[[], bool],
        stopping: Callable[[], bool],
    ) -> str:
        trouble = self._script.pop(0) if self._script else None
        if trouble is not None:
            raise trouble
        assert at_data()
        self.taken.append((recipient, data))
        return "250 2.0.0 Ok"


@pytest.fixture
def settings() -> Settings:
    return Settings.load(secret_key=SECRET, drain_seconds=20)


@pytest.fixture
def three(session: Session, world: World) -> list[int]:
    """Three mails that are due, by number."""
    mails = letters(world, 3)
    for mail in mails:
        mail.not_before, mail.expires_at = right_now() - timedelta(minutes=1), right_now() + timedelta(hours=1)
    session.commit()
    return [mail.id for mail in mails]


def _states(database: Database) -> list[MailState]:
    with database.reader() as session:
        return list(session.scalars(select(OutboxEmail.state).order_by(OutboxEmail.id)))


def test_all_that_is_due_goes_over_one_line_and_the_moment_is_kept(
    database: Database, settings: Settings, three: list[int]
) -> None:
    line = ScriptedLine()

    assert Drain(database, settings, line).run() == 3

    assert len(line.taken) == 3
    assert _states(database) == [MailState.SENT] * 3
    with database.reader() as session:
        assert session.get_one(Tick, LAST_SEND).at > NOW
        assert session.get_one(OutboxEmail, three[0]).answer == "250 2.0.0 Ok"


def test_the_urgent_goes_first(database: Database, settings: Settings, three: list[int]) -> None:
    with database.writer() as session:
        session.get_one(OutboxEmail, three[2]).priority = 0
        session.commit()
        wanted = session.get_one(OutboxEmail, three[2]).message_id
    line = ScriptedLine()

    Drain(database, settings, line).run()

    assert wanted.encode() in line.taken[0][1]


def test_a_drain_asked_to_stop_claims_nothing_more(database: Database, settings: Settings, three: list[int]) -> None:
    line = ScriptedLine()

    sent = Drain(database, settings, line, stopping=lambda: len(line.taken) == 1).run()

    assert sent == 1
    assert _states(database) == [MailState.SENT, MailState.QUEUED, MailState.QUEUED]


def test_a_drain_whose_time_is_used_up_leaves_the_rest(
    database: Database, settings: Settings, three: list[int]
) -> None:
    assert Drain(database, settings.model_copy(update={"drain_seconds": 0.0}), ScriptedLine()).run() == 0

    assert _states(database) == [MailState.QUEUED] * 3


def test_nothing_is_claimed_while_the_firm_has_paused_its_sending(
    session: Session, world: World, database: Database, settings: Settings, three: list[int]
) -> None:
    world.firm.sending_paused_at = NOW
    session.commit()

    assert Drain(database, settings, ScriptedLine()).run() == 0


def test_a_broken_line_delays_one_mail_and_not_the_next(
    database: Database, settings: Settings, three: list[int]
) -> None:
    line = ScriptedLine(Interrupted("the line broke"))

    assert Drain(database, settings, line).run() == 2

    assert _states(database) == [MailState.QUEUED, MailState.SENT, MailState.SENT]
    with database.reader() as session:
        assert session.get_one(OutboxEmail, three[0]).not_before > right_now()


def test_trouble_of_the_sender_is_noted_once_and_ends_with_the_next_mail_that_goes(
    database: Database, settings: Settings, three: list[int]
) -> None:
    trouble = SendingStopped("535 5.7.8 No", stage="AUTH", is_permanent=True)
    assert Drain(database, settings, ScriptedLine(trouble)).run() == 0
    with database.writer() as session:
        assert [task.kind for task in tasks.waiting(session)] == [TaskKind.SENDING_STOPPED]
        session.get_one(Tick, STOPPED).at = right_now()
        session.commit()

    assert Drain(database, settings, ScriptedLine()).run() == 3

    with database.reader() as session:
        assert tasks.waiting(session) == []
        assert session.get(Tick, STOPPED) is None


def test_a_mail_taken_over_by_another_worker_is_neither_sent_nor_touched(
    database: Database, settings: Settings, three: list[int]
) -> None:
    class Slow(ScriptedLine):
        """Another worker claims the mail anew while this one waits for the server."""

        def send(self, *, at_data: Callable[[], bool], **named: object) -> str:
            lease = timedelta(seconds=120)
            with database.writer() as session:
                outbox.sweep(session, now=right_now() + timedelta(minutes=3), unknown_after=timedelta(minutes=9))
                held = claim(session, now=right_now(), lease=lease)
                session.commit()
            assert held is not None
            assert at_data() is False
            raise Interrupted("the line broke")

    drain = Drain(database, settings, Slow())

    drain._send(drain._claim() or pytest.fail("nothing was due"))

    with database.reader() as session:
        mail = session.get_one(OutboxEmail, three[0])
        assert (mail.state, mail.attempt, mail.refusals) == (MailState.CLAIMED, 2, 0)


def test_a_server_that_has_enough_of_one_recipient_makes_only_that_mail_wait(
    database: Database, session: Session, world: World, settings: Settings
) -> None:
    first, second = letters(world, 2)
    for mail in (first, second):
        mail.not_before, mail.expires_at = right_now() - timedelta(minutes=1), right_now() + timedelta(hours=1)
    first.priority = -5
    session.commit()
    line = ScriptedLine(
        SendingStopped("421 4.7.0 Too many for this domain", stage="RCPT", is_permanent=False, is_at_this_mail=True)
    )

    Drain(database, settings, line).run()
    with database.writer() as other:
        other.get_one(Tick, STOPPED).at = right_now() - timedelta(seconds=1)
        other.commit()
    Drain(database, settings, line).run()

    assert [recipient for recipient, _ in line.taken] == [second.to_address]
    session.refresh(first)
    assert first.state is MailState.QUEUED
    assert first.not_before > right_now()


def test_what_is_only_to_be_said_is_written_and_sent_and_nobody_waits_meanwhile(
    database: Database, settings: Settings, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("one", "two"):
        queueing.to_user(session, "invitation", key, SAMPLES["invitation"]("en"), world.alice, now=right_now())
    session.commit()
    render = rendering.render
    ticks: list[Mail] = []

    def slowly(context: Mail) -> RenderedEmail:
        with database.writer() as somebody_else:
            somebody_else.merge(Tick(name=f"meanwhile {len(ticks)}", at=right_now()))
            somebody_else.commit()
        ticks.append(context)
        return render(context)

    monkeypatch.setattr(rendering, "render", slowly)
    line = ScriptedLine()

    assert Drain(database, settings, line).run() == 2
    assert len(ticks) == 2
    assert all(b"Content-Type: text/html" in data for _, data in line.taken)
    assert _states(database) == [MailState.SENT, MailState.SENT]
