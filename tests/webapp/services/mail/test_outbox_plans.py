"""How what is due is found: the bodies of mails that wait are never read for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from tests.support.boxes import letters
from tests.support.factories import World
from webapp.services.mail import outbox

LEASE = timedelta(minutes=2)


def plans(session: Session, act: Callable[[], object]) -> list[str]:
    """What SQLite does for each statement of an act about the outbox."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        if "outbox_email" in statement:
            said.append((statement, given))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    connection = session.connection()
    return [
        step
        for statement, given in said
        for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
    ]


@pytest.fixture
def many(session: Session, world: World) -> Session:
    letters(world, 50)
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("the plans of SQLite")
    session.execute(text("ANALYZE"))
    return session


def test_the_next_mail_is_found_in_order_without_sorting(many: Session, world: World) -> None:
    steps = plans(many, lambda: outbox.claim(many, now=world.now, lease=LEASE))

    assert any("ix_outbox_email_leaving (state=?" in step for step in steps), steps
    assert not any("B-TREE" in step or step.startswith("SCAN") for step in steps), steps


def test_what_is_due_is_counted_from_the_index_alone(many: Session, world: World) -> None:
    steps = plans(many, lambda: outbox.due_count(many, now=world.now))

    assert any("COVERING INDEX ix_outbox_email_leaving" in step for step in steps), steps
