"""Two clocks, and a clock killed between planning and its commit: one update a slot, one mail a contact."""

import signal
from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from emails.pieces import Who
from tests.support.factories import World, answers
from tests.support.faults.scene import Scene, right_now
from tests.webapp.embedded.watching import eventually
from webapp.models import OutboxEmail, PartOf, Slot, SlotState, Update, UpdateKind
from webapp.services.reports import checkpoints
from webapp.services.updates.answers import NextStep
from workers.clock import TICK, Clock

JOBS = 6
QUICK = {"TICK_SECONDS": 0.05, "BELL_GRACE_SECONDS": 600}


def _filed(scene: Scene) -> None:
    """Several works, two readers each, whose report is filed and whose sending time has just passed."""
    now = right_now()
    with scene.database.writer() as session:
        world = World.build(session, now=now)
        readers = [(world.bennani, PartOf.DECIDES), (world.contact("Omar"), PartOf.INFORMED)]
        for number in range(JOBS):
            _, slot = world.open_engagement(f"MA-{number}", is_read=False, contacts=readers, steps=[])
            report = answers(step=NextStep(text="The carpenter comes", who=Who.US, by=None))
            checkpoints.submit(session, slot.checkpoint, report, note="", based_on=0, by=world.alice, now=now)
            slot.send_at, slot.promised_by = now - timedelta(seconds=5), now + timedelta(hours=2)
        session.commit()


def _updates(scene: Scene) -> Counter[int]:
    """Regular updates by work."""
    with scene.database.reader() as session:
        return Counter(session.scalars(select(Update.engagement_id).where(Update.kind == UpdateKind.REGULAR)))


def _mails(scene: Scene) -> Counter[tuple[int | None, int | None]]:
    with scene.database.reader() as session:
        mails = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "client_update"))
        return Counter((mail.engagement_id, mail.contact_id) for mail in mails)


def _planned(scene: Scene) -> Counter[int]:
    with scene.database.reader() as session:
        return Counter(session.scalars(select(Slot.engagement_id).where(Slot.state == SlotState.PLANNED)))


def _check_once(scene: Scene) -> None:
    assert set(_updates(scene).values()) == {1}
    assert len(_mails(scene)) == JOBS * 2
    assert set(_mails(scene).values()) == {1}
    assert len(_planned(scene)) == JOBS
    assert set(_planned(scene).values()) == {1}


def test_two_clocks_make_one_update_a_slot_and_one_mail_a_contact(scene: Scene) -> None:
    _filed(scene)

    with scene.start("clock", **QUICK) as one, scene.start("clock", **QUICK) as other:
        assert eventually(lambda: len(_updates(scene)) == JOBS, within_seconds=30)
        seen = scene.tick(TICK)
        assert eventually(lambda: scene.tick(TICK) != seen)
        for clock in (one, other):
            clock.signal(signal.SIGTERM)
        assert (one.ends(), other.ends()) == (0, 0)

    _check_once(scene)


def test_a_clock_killed_between_planning_and_its_commit_leaves_nothing_half_done(scene: Scene) -> None:
    _filed(scene)

    with scene.stalling("before the commit of a plan") as clock:
        assert clock.has_stalled()
        clock.kill()
    assert _updates(scene) == {}
    assert _mails(scene) == {}
    Clock(scene.database, scene.settings()).tick()
    Clock(scene.database, scene.settings()).tick()

    _check_once(scene)
