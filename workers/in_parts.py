"""Acts over many works, a batch at a time: what cannot be done at all is named and leaves the others alone."""

import logging
import time

from sqlalchemy.exc import InterfaceError, OperationalError

from webapp import database
from webapp.database import Database
from webapp.services.bulk import acts

log = logging.getLogger(__name__)


class InParts:
    """Takes at most half of a worker's time, so that mail goes on leaving beside it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rests_until = 0.0

    def carry_on(self, *, is_idle: bool) -> int:
        """Do the next batch, where there is one and it is time for it; the number of works."""
        started = time.monotonic()
        if not is_idle and started < self._rests_until:
            return 0
        with self._database.reader() as session:
            if not acts.is_any_going(session):
                return 0
        done = self._batch(acts.BATCH)
        ended = time.monotonic()
        self._rests_until = ended + (ended - started)
        return done

    def _batch(self, most: int) -> int:
        try:
            with self._database.writer() as session:
                done = acts.carry_on(session, now=database.now(session), most=most)
                session.commit()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("a batch of works could not be done")
            return self._one_by_one() if most > 1 else self._fail()
        return done

    def _one_by_one(self) -> int:
        """Find the one that stands in the way."""
        done = 0
        while done < acts.BATCH and self._batch(1):
            done += 1
        return done

    def _fail(self) -> int:
        with self._database.writer() as session:
            acts.fail_next(session)
            session.commit()
        return 1
