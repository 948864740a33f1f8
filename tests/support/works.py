"""Fixtures: a work with its steps, a queued mail, and a mail that comes back."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.support.boxes import Box
from tests.support.factories import World
from tests.support.returning import Returning
from webapp.database import Database
from webapp.keys import Keyring
from webapp.models import Engagement, Milestone
from webapp.services.mail import outbox


@pytest.fixture
def box(session: Session, world: World, database: Database) -> Box:
    """One welcome mail to Mrs Bennani is queued, as mail 1, carrying telling 1."""
    world.open_engagement(is_read=False)
    session.commit()
    return Box(database)


@pytest.fixture
def work(world: World) -> Engagement:
    """Cupboards on 20 April, handover on 24 April; it is Monday 6 April, the next update is due on Tuesday."""
    return world.open_engagement()[0]


@pytest.fixture
def cupboards(work: Engagement) -> Milestone:
    return work.milestones[0]


@pytest.fixture
def handover(work: Engagement) -> Milestone:
    return work.milestones[1]


@pytest.fixture
def returning(box: Box, keyring: Keyring, now: datetime) -> Returning:
    return Returning(box, keyring, now)


@pytest.fixture
def sent(box: Box, now: datetime) -> None:
    """Mail 1 was accepted, and with it telling 1 told."""
    box.do(outbox.sent, box.transmitting(now), now=now, answer="250 2.0.0 Ok")
