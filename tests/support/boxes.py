"""The outbox as tests use it, and mails that need no rendering."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import claim
from tests.support.factories import World
from webapp.database import Database
from webapp.models import (
    OutboxEmail,
    TaskKind,
    Telling,
)
from webapp.services.core import tasks
from webapp.services.mail import outbox, queueing
from webapp.services.mail.outbox import Claim

LEASE = timedelta(seconds=120)
DOUBT = timedelta(seconds=540)


@dataclass(frozen=True)
class Box:
    """The outbox as workers and the clock use it: each act in a transaction of its own."""

    database: Database

    def do(self, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
        with self.database.writer() as session:
            result = act(session, *given, **named)
            session.commit()
            return result

    def claim(self, now: datetime) -> Claim | None:
        return self.do(claim, now=now, lease=LEASE)  # type: ignore[no-any-return]

    def claimed(self, now: datetime) -> Claim:
        claim = self.claim(now)
        assert claim is not None
        return claim

    def transmitting(self, now: datetime) -> Claim:
        claim = self.claimed(now)
        assert self.do(outbox.begin, claim, now=now)
        return claim

    def sweep(self, now: datetime) -> int:
        return self.do(outbox.sweep, now=now, unknown_after=DOUBT)  # type: ignore[no-any-return]

    def see(self, look: Callable[[Session], Any]) -> Any:
        with self.database.reader() as session:
            return look(session)

    def mail(self, number: int = 1) -> OutboxEmail:
        return self.see(lambda session: session.get_one(OutboxEmail, number))  # type: ignore[no-any-return]

    def telling(self) -> Telling:
        return self.see(lambda session: session.scalars(select(Telling).order_by(Telling.id)).first())  # type: ignore[no-any-return]

    def open_tasks(self) -> list[TaskKind]:
        return self.see(lambda session: [task.kind for task in tasks.waiting(session)])  # type: ignore[no-any-return]


def letters(world: World, count: int, **given: Any) -> list[OutboxEmail]:
    """Mails to alice that need no rendering."""
    made = []
    for number in range(count):
        fields: dict[str, Any] = {
            "kind": "day_mail",
            "dedupe_key": f"letter:{number}:{given.get('priority', 30)}",
            "priority": 30,
            "to_name": "Alice",
            "to_address": "alice@darrenov.example",
            "language": "en",
            "subject": "Today",
            "html": "<p>Today</p>",
            "text": "Today",
            "message_id": queueing.new_message_id(),
            "dated_at": world.now,
            "user_id": world.alice.id,
            "not_before": world.now,
            "expires_at": world.now + timedelta(hours=8),
            "queued_at": world.now,
            **given,
        }
        made.append(OutboxEmail(**fields))
    world.session.add_all(made)
    world.session.flush()
    return made
