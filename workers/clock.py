"""The clock: one small process that needs only the database. This file is the whole schedule.

Every act locks what it changes and looks again, so a second clock or a restart does nothing twice.
"""

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from webapp import database
from webapp.broker import Broker
from webapp.config import Settings
from webapp.database import Database
from webapp.models import EngagementState, Slot, Tick
from webapp.services.bulk import acts
from webapp.services.core import asked, limits, locks, nights
from webapp.services.dates import deadlines, questions
from webapp.services.mail import outbox, writing
from webapp.services.promised import new_clocks, overtaken, planning
from webapp.services.reports import day_mails, last_calls
from webapp.services.today import troubles
from webapp.services.updates import calls, next_news, notices
from webapp.services.work import engagements
from workers.delivery import LAST_SEND, is_stopped

log = logging.getLogger(__name__)

TICK = "clock"
QUEUE_DOWN = "queue_down"
BATCH = 50
UNHEARD_GRACES = 4
FAILED_WAIT_SECONDS = 60.0
BELL_AGAIN_SECONDS = 5.0


class Clock:
    """Ticks until it is asked to stop."""

    def __init__(self, database: Database, settings: Settings, *, stopping: Callable[[], bool] = lambda: False) -> None:
        self._database = database
        self._settings = settings
        self._stopping = stopping
        self._broker = Broker(settings.redis_url)
        self._bells_fail_since: float | None = None
        self._rang_at = 0.0
        # What an earlier clock wrote down about the queue may be out of date.
        self._has_noted_bell = False
        self._failed: dict[int, float] = {}
        self._untellable: dict[int, float] = {}
        self._failed_nights: dict[str, float] = {}
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Tick, then sleep. A database that is away is waited for, not died of; nothing else ends the clock either."""
        self._follow_new_clocks()
        while not self._stopping():
            started = time.monotonic()
            try:
                self.tick()
            except (OperationalError, InterfaceError):
                log.exception("the database did not answer this tick")
            except Exception:
                log.exception("this tick came to no end")
            self._sleep(started + self._settings.tick_seconds)
        self._end_child()

    def _follow_new_clocks(self) -> None:
        """At start, where new rules of time zones may have come with a new version. A database that is away is met by
        the first tick, and a promise an hour off by the next start."""
        after = 0
        with suppress(OperationalError, InterfaceError):
            while (after := self._follow_some(after)) and not self._stopping():
                pass

    def _follow_some(self, after: int) -> int:
        """The next works, in a transaction of their own."""
        reached = [0]

        def follow(session: Session, *, now: datetime) -> None:
            reached[0] = new_clocks.follow(session, now=now, after=after)

        return reached[0] if self._each("keep the local hour of what is planned", follow) else 0

    def tick(self) -> None:
        """The schedule. Each line is one sentence of it."""
        self._each("notice a clock that jumped, and ask before mailing everybody", self._notice_jump)
        self._slots("send what is filed at its time, and say so where nothing is by the promised time")
        self._notices("tell a moved date at once, outside the rhythm")
        self._each("give what was promised outside the rhythm its hour", planning.bring_forward)
        self._where(overtaken.is_any, "write anew what waits beyond the hour of news it prints", overtaken.write_anew)
        self._each("say who has not heard of a moved date within the working hours for it", deadlines.look)
        self._each("score each printed time of next news, kept or broken", next_news.score)
        self._each("call broken what a manager was to phone and did not", calls.score)
        self._each("say at the promised hour that work which rests still does", engagements.say_it_rests)
        self._where(questions.is_to_look, "before an agreed date, ask its owner whether it holds", questions.ask)
        self._each("on a working morning, tell everybody once what they have to do today", day_mails.morning)
        self._each("before the sending time, call once more for what is unfiled", last_calls.last_calls)
        self._each("at the sending time, ask owner and manager for two lines", last_calls.ask_for_two_lines)
        self._each("bring back what a dead worker held, and name what is in doubt", self._sweep)
        self._each("tell somebody about every mail in trouble", troubles.tell)
        self._nightly("forget counters of limits that ended", limits.forget_old)
        self._bell()

    def _each(self, sentence: str, act: Callable[..., object]) -> bool:
        """Do one line of the schedule in its own transaction; trouble in one line, told as False, does not stop the
        others, unless the database is away and every line would meet it."""
        try:
            with self._database.writer() as session:
                act(session, now=database.now(session))
                session.commit()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("the clock could not %s", sentence)
            return False
        return True

    def _nightly(self, sentence: str, act: Callable[..., object]) -> None:
        """One line of the schedule that is done once a night, where the firm is. What failed waits a while."""
        if self._failed_nights.get(sentence, -FAILED_WAIT_SECONDS) > time.monotonic() - FAILED_WAIT_SECONDS:
            return
        if not self._each(sentence, partial(nights.once, act=act)):
            self._failed_nights[sentence] = time.monotonic()

    def _slots(self, sentence: str) -> None:
        with self._database.reader() as session:
            due = planning.due_slots(session, now=database.now(session))
        # What failed waits a while, so that it cannot take the place of what would work.
        tired = time.monotonic() - FAILED_WAIT_SECONDS
        for slot_id in [slot_id for slot_id in due if self._failed.get(slot_id, tired) <= tired][:BATCH]:
            if not self._each(
                sentence, lambda session, now, slot_id=slot_id: planning.advance(session, slot_id, now=now)
            ):
                self._failed[slot_id] = time.monotonic()
                self._each("say that an update is stuck", partial(_stuck, slot_id=slot_id))
            if self._stopping():
                return

    def _notices(self, sentence: str) -> None:
        with self._database.reader() as session:
            due = notices.due(session, now=database.now(session))
        tired = time.monotonic() - FAILED_WAIT_SECONDS
        for engagement_id in [work for work in due if self._untellable.get(work, tired) <= tired][:BATCH]:
            if not self._each(sentence, partial(_tell_moves, engagement_id=engagement_id)):
                self._untellable[engagement_id] = time.monotonic()
            if self._stopping():
                return

    def _where(self, is_due: Callable[..., bool], sentence: str, act: Callable[..., object]) -> None:
        """One line of the schedule for which there is nearly always nothing to do: looked at before any lock."""
        with self._database.reader() as session:
            found = is_due(session, now=database.now(session))
        if found:
            self._each(sentence, act)

    def _notice_jump(self, session: Session, *, now: datetime) -> None:
        last = session.get(Tick, TICK)
        planning.notice_jump(session, last.at if last else None, now=now)
        session.merge(Tick(name=TICK, at=now))

    def _sweep(self, session: Session, *, now: datetime) -> None:
        outbox.sweep(session, now=now, unknown_after=timedelta(seconds=self._settings.unknown_after_seconds))

    def _bell(self) -> None:
        """Wake a worker where mail is due or to be written, unless all sending rests and it would find nothing to do.
        Bells that fail for a while, or that nobody answers: keep one drain of our own running, so that mail flows all
        the same."""
        with self._database.reader() as session:
            now = database.now(session)
            rests = is_stopped(session, now=now)
            due = 0 if rests else outbox.due_count(session, now=now) or writing.count(session) or asked.count(session)
            due = due or acts.is_any_going(session)
            is_unheard = bool(due) and self._is_unheard(session, now=now)
        if due and time.monotonic() - self._rang_at > BELL_AGAIN_SECONDS:
            rang = self._broker.ring()
            self._rang_at = time.monotonic() if rang else 0.0
            self._note_bell(rang=rang)
        elif self._bells_fail_since is not None and self._broker.answers():
            self._note_bell(rang=True)
        failing = self._bells_fail_since
        fails_long = failing is not None and time.monotonic() - failing >= self._settings.bell_grace_seconds
        if due and (fails_long or is_unheard):
            self._keep_child()

    def _is_unheard(self, session: Session, *, now: datetime) -> bool:
        """The queue answers, and yet a mail has been due for long and no worker has sent any: nobody listens."""
        long_ago = now - timedelta(seconds=self._settings.bell_grace_seconds * UNHEARD_GRACES)
        oldest, last = outbox.oldest_due(session, now=now), session.get(Tick, LAST_SEND)
        return oldest is not None and oldest < long_ago and (last is None or last.at < long_ago)

    def _note_bell(self, *, rang: bool) -> None:
        if rang == (self._bells_fail_since is None) and self._has_noted_bell:
            return
        self._has_noted_bell = True
        self._bells_fail_since = None if rang else time.monotonic()
        with self._database.writer() as session:
            if rang:
                down = session.get(Tick, QUEUE_DOWN)
                if down is not None:
                    session.delete(down)
            else:
                session.merge(Tick(name=QUEUE_DOWN, at=database.now(session)))
            session.commit()

    def _keep_child(self) -> None:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen([sys.executable, "-m", "workers", "drain"])

    def _end_child(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait(timeout=30)

    def _sleep(self, until: float) -> None:
        while not self._stopping() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))


def _tell_moves(session: Session, *, now: datetime, engagement_id: int) -> None:
    engagement = locks.hold(session, engagement_id, is_patient=False)
    if engagement is not None and engagement.state is EngagementState.OPEN:
        notices.release(session, engagement, now=now)


def _stuck(session: Session, *, now: datetime, slot_id: int) -> None:
    planning.broken(session, session.get_one(Slot, slot_id), now=now)
