"""A firm with mails that are due, a mail server, and workers: what every fault happens to."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

from sqlalchemy import func, select, text, update

from tests.conftest import NOW
from tests.support.delivering import write_all
from tests.support.factories import World
from tests.support.faults.processes import Farm, Forked
from tests.support.smtpd import SmtpServer
from webapp.config import Settings
from webapp.database import Database
from webapp.models import Contact, MailState, OutboxEmail, PartOf, Task, TaskKind, Telling, TellingState, Tick
from webapp.services.core import tasks
from webapp.services.mail import consequences, outbox
from workers.delivery import STOPPED, Drain
from workers.smtp import SmtpTransport

SECRET = "7:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe"
HUGE_TEXT = "On track, and more to read about it.\n" * 300_000
DOUBT = timedelta(seconds=540)
LATER = timedelta(hours=1)


def right_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Scene:
    """Mails are real welcome mails of one engagement, one for each contact, due since a minute ago."""

    database: Database
    url: str
    server: SmtpServer
    farm: Farm | None = None

    def settings(self, **given: Any) -> Settings:
        fields: dict[str, Any] = {
            "database_url": self.url,
            "smtp_url": self.server.url,
            "secret_key": SECRET,
            "drain_seconds": 20,
            "smtp_answer_seconds": 20,
            **given,
        }
        return Settings(**fields)

    def env(self, **given: object) -> dict[str, str]:
        """The same as environment, for a process."""
        known = {
            "DATABASE_URL": self.url,
            "SMTP_URL": self.server.url,
            "SECRET_KEY": SECRET,
            "DRAIN_SECONDS": "20",
            "SMTP_ANSWER_SECONDS": "20",
            "LOG_LEVEL": "CRITICAL",
        }
        return {**known, **{name: str(value) for name, value in given.items()}}

    def mails(self, count: int) -> None:
        with self.database.writer() as session:
            world = World.build(session, now=NOW)
            others = [world.contact(f"Reader{number}") for number in range(1, count)]
            readers = [(world.bennani, PartOf.DECIDES), *((other, PartOf.INFORMED) for other in others)]
            world.open_engagement(is_read=False, contacts=readers)
            session.flush()
            session.execute(update(OutboxEmail).values(self._due()))
            session.execute(update(Telling).values(next_news_at=right_now() + timedelta(days=7)))
            session.commit()

    def grow(self) -> None:
        """Make the first mail larger than any buffer, so that its body waits half way."""
        with self.database.writer() as session:
            write_all(session)
            session.get_one(OutboxEmail, self.rows()[0].id).text = HUGE_TEXT
            session.commit()

    def make_due(self) -> None:
        """What waits for a later hour is due now."""
        with self.database.writer() as session:
            session.execute(update(OutboxEmail).where(OutboxEmail.state == MailState.QUEUED).values(self._due()))
            session.commit()

    def keep_for_later(self) -> None:
        """All mails but the first wait for a later hour."""
        with self.database.writer() as session:
            first = select(func.min(OutboxEmail.id)).scalar_subquery()
            session.execute(
                update(OutboxEmail).where(OutboxEmail.id != first).values(not_before=right_now() + timedelta(hours=2))
            )
            session.commit()

    @staticmethod
    def _due() -> dict[str, Any]:
        return {"not_before": right_now() - timedelta(minutes=1), "expires_at": right_now() + timedelta(days=1)}

    def drain(self, **given: Any) -> int:
        """One whole drain in this process, against the server as it is now."""
        return self.drainer(**given)()

    def drainer(self, *, settings: Settings | None = None, **waits: Any) -> Callable[[], int]:
        made = settings or self.settings()
        url = made.smtp_url.get_secret_value()
        transport_waits = {"answer_timeout": 2, "command_timeout": 2, "slice_seconds": 0.01, **waits}

        def run() -> int:
            with SmtpTransport(url, helo="firm.example", **transport_waits) as transport:
                return Drain(self.database, made, transport).run()

        return run

    def start(self, *arguments: str, **env: object) -> Forked:
        """`python -m workers ...` as a process of its own."""
        assert self.farm
        return self.farm.start(*arguments, env=self.env(**env))

    def worker(self, **env: object) -> Forked:
        return self.start("drain", **env)

    def stalling(self, point: str, **env: object) -> Forked:
        return self.start("stall", point, **env)

    def sweep(self, *, after: timedelta = timedelta(0), unknown_after: timedelta = DOUBT) -> int:
        self._wait_for_the_dead()
        with self.database.writer() as session:
            moved = outbox.sweep(session, now=right_now() + after, unknown_after=unknown_after)
            session.commit()
        return moved

    def _wait_for_the_dead(self) -> None:
        """PostgreSQL takes a moment to see that a killed worker is gone; until then its row stays locked."""
        if self.database.is_sqlite:
            return
        busy = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
        )
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with self.database.reader() as session:
                if session.scalar(busy) == 0:
                    return
            time.sleep(0.05)

    def start_again(self) -> None:
        """The pause after trouble of the sender is over."""
        with self.database.writer() as session:
            stopped = session.get_one(Tick, STOPPED)
            stopped.at = right_now() - timedelta(seconds=1)
            session.commit()

    def rows(self) -> Sequence[OutboxEmail]:
        with self.database.reader() as session:
            return session.scalars(select(OutboxEmail).order_by(OutboxEmail.id)).all()

    def states(self) -> Counter[str]:
        return Counter(row.state.value for row in self.rows())

    def told(self) -> Counter[str]:
        with self.database.reader() as session:
            return Counter(state.value for state in session.scalars(select(Telling.state)))

    def waiting(self) -> Counter[str]:
        """Open tasks by kind."""
        with self.database.reader() as session:
            return Counter(task.kind.value for task in tasks.waiting(session))

    def address_states(self) -> set[str]:
        with self.database.reader() as session:
            return {state.value for state in session.scalars(select(Contact.address_state))}

    def tick(self, name: str) -> datetime | None:
        with self.database.reader() as session:
            found = session.get(Tick, name)
            return found.at if found else None

    def accepted(self) -> Counter[str]:
        """How often the server took each mail, by the row's half of the Message-ID."""
        return Counter(
            str(message_from_bytes(mail.data)["Message-ID"]).strip("<> ").partition("@")[0]
            for mail in list(self.server.accepted)
        )

    def check_promise(self) -> None:
        """Nothing accepted twice, nothing lost, nothing stuck; whoever may be in the dark is somebody's task."""
        taken = self.accepted()
        with closing(self.database.reader()) as session:
            in_doubt = select(Task.outbox_email_id).where(Task.kind == TaskKind.MAIL_UNKNOWN, Task.done_at.is_(None))
            tasked = set(session.scalars(in_doubt))
            for row in session.scalars(select(OutboxEmail).order_by(OutboxEmail.id)):
                times = taken[row.message_id]
                assert times <= 1, f"mail {row.id} was accepted {times} times"
                assert row.state in (MailState.SENT, MailState.UNKNOWN), f"mail {row.id} is stuck: {row.state}"
                if row.state is MailState.SENT:
                    assert times == 1, f"mail {row.id} is called sent and was not accepted"
                    told = {telling.state for telling in consequences.carried(session, row)}
                    assert told == ({TellingState.TOLD} if row.contact_id else set())
                else:
                    assert row.id in tasked, f"nobody hears of mail {row.id}"
        for mail in list(self.server.accepted):
            assert len(mail.recipients) == 1
