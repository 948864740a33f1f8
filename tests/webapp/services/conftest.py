"""What tests of the services share."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import World
from tests.webapp.services.boxes import Box
from webapp.database import Database


@pytest.fixture
def box(session: Session, world: World, database: Database) -> Box:
    """One welcome mail to Mrs Bennani is queued, as mail 1, carrying telling 1."""
    world.open_engagement()
    session.commit()
    return Box(database)
