"""Acts over many works between mails: what cannot be done leaves the others alone, and mail goes on leaving."""

import pytest
from sqlalchemy.orm import Session

from tests.support.factories import World
from tests.support.faults.scene import SECRET
from tests.workers.test_delivery import ScriptedLine
from webapp.config import Settings
from webapp.database import Database
from webapp.models import BulkPart, Engagement, EngagementState, MailState, OutboxEmail, PartState
from webapp.services.bulk import begin
from webapp.services.work import engagements
from workers.delivery import Drain
from workers.in_parts import InParts


@pytest.fixture
def drafts(session: Session, world: World) -> list[int]:
    made = [world.engagement(f"MA-{number}") for number in range(3)]
    begin.go_live(session, made, by=world.dalia, now=world.now)
    session.commit()
    return [work.id for work in made]


def states(database: Database) -> list[PartState]:
    with database.reader() as session:
        return [part.state for part in session.query(BulkPart).order_by(BulkPart.id)]


def test_a_worker_carries_it_out_and_then_sends_what_it_made(
    database: Database, drafts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ScriptedLine()
    drain = Drain(database, Settings.load(secret_key=SECRET, drain_seconds=20), line)

    drain.run()

    assert states(database) == [PartState.DONE] * 3
    with database.reader() as session:
        assert {work.state for work in session.query(Engagement)} == {EngagementState.OPEN}
        waiting = [mail.state for mail in session.query(OutboxEmail)]
    assert len(line.taken) == waiting.count(MailState.SENT)


def test_a_work_that_breaks_the_batch_is_left_out(
    database: Database, drafts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = engagements.go_live

    def breaking(session: Session, engagement: Engagement, **given: object) -> object:
        if engagement.id == drafts[1]:
            raise RuntimeError("cannot be")
        return usual(session, engagement, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(engagements, "go_live", breaking)
    parts = InParts(database)

    while parts.carry_on(is_idle=True):
        pass

    assert states(database) == [PartState.DONE, PartState.REFUSED, PartState.DONE]


def test_it_takes_half_the_time_while_mail_waits(
    database: Database, drafts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([10.0, 13.0, 15.0, 17.0, 18.0])
    monkeypatch.setattr("workers.in_parts.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("webapp.services.bulk.acts.BATCH", 1)
    parts = InParts(database)

    done = [parts.carry_on(is_idle=False) for _ in range(3)]

    assert done == [1, 0, 1]
