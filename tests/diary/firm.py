"""A firm whose staff do anything in any order, its real clock and its real way out, with readers at the other end."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.diary.reader import Reader
from tests.support.factories import TUESDAYS, World, answers
from tests.support.site import Clock as Moment
from webapp.config import Settings
from webapp.database import Database
from webapp.models import Engagement, EngagementState, Milestone, PartOf, Update, User
from webapp.services.core.errors import Refused
from webapp.services.dates import ledger, milestones
from webapp.services.dates.ledger import When, Why
from webapp.services.promised import calendar_changes
from webapp.services.reports import checkpoints
from webapp.services.rhythm import cadences, slots
from webapp.services.updates import corrections
from webapp.services.updates.answers import DateAnswer, Holds
from webapp.services.updates.corrections import Right
from webapp.services.work import engagements, steps
from workers.clock import Clock
from workers.delivery import Drain
from workers.outcomes import Withdrawn
from workers.transport import Transport

CASABLANCA = ZoneInfo("Africa/Casablanca")
WHY = Why(cause=Who.OTHER, other_name="the joiner", why="The doors are late.", what_we_do="We do the rest.")
LABELS = {"Cupboards": "الخزانات", "Handover": "التسليم", "Lamps": "الضو"}
HOURS = (time(8, 1), time(16, 0), time(18, 0))
"""When the clock is looked at, besides soon after each act: the hours at which something is promised."""
NIGHT = time(21, 0), time(8, 0)
"""When nothing leaves: what is done then, nobody has read until the morning."""
SOON = timedelta(minutes=11)
Act = Callable[["Firm", Session, Engagement], None]


class Firm:
    """`readers` are Mrs Bennani, in English, and Mr Amrani, in Darija."""

    def __init__(self, app: Flask, settings: Settings, database: Database, moment: Moment) -> None:
        self.settings, self.database, self.moment = settings, database, moment
        app.extensions["settings"], app.extensions["database"] = settings, database
        self.http = app.test_client()
        with database.writer() as session:
            self.world = World.build(session, now=moment.now)
            self.world.firm.quiet_from, self.world.firm.quiet_until = NIGHT
            amrani = self.world.contact("Amrani", address="amrani@home.example", language="ary")
            both = [(self.world.bennani, PartOf.DECIDES), (amrani, PartOf.DECIDES)]
            work, _ = self.world.open_engagement(is_read=False, contacts=both)
            self.work_id = work.id
            for step in work.milestones:
                step.labels = {"en": step.labels["en"], "ary": LABELS[step.labels["en"]]}
            session.commit()
        self.readers = {
            "maria@bennani.example": Reader("en", "Africa/Casablanca", list(LABELS)),
            "amrani@home.example": Reader("ary", "Africa/Casablanca", list(LABELS.values())),
        }
        self.clock = Clock(database, settings)
        self.clock._bell = lambda: None  # type: ignore[method-assign]
        self.drain = Drain(database, settings, Sink(self))

    def does(self, act: Act) -> None:
        """Somebody does something; what is refused changes nothing. Soon after, the clock has seen it."""
        with self.database.writer() as session:
            work = session.get_one(Engagement, self.work_id)
            try:
                act(self, session, work)
                session.commit()
            except Refused:
                session.rollback()
        self.look()
        self.goes_on(self.moment.now + SOON)

    def goes_on(self, until: datetime) -> None:
        """Time passes, with the clock running; at the end the readers look at their pages."""
        start = self.moment.now
        for moment in [*self._moments(start, until), until]:
            self.moment.now = moment
            self.look()
        for reader in self.readers.values():
            reader.heard_by(start, until)
            if reader.page:
                answer = self.http.get(reader.page)
                assert answer.status_code == 200, answer.status
                reader.looks(answer.text, until)

    def is_off(self, until: datetime) -> None:
        """The machine stands still, then starts again."""
        self.moment.now = until
        self.look()

    def look(self) -> None:
        """One tick, and everything due is sent. Neither writes of trouble into the log."""
        with self._no_trouble():
            self.clock.tick()
            self.drain.run()

    @contextmanager
    def _no_trouble(self) -> Iterator[None]:
        handler = Troubles()
        logger = logging.getLogger("workers")
        logger.addHandler(handler)
        yield
        logger.removeHandler(handler)
        if handler.first is not None:
            raise handler.first

    @staticmethod
    def _moments(start: datetime, until: datetime) -> list[datetime]:
        first = start.astimezone(CASABLANCA).date()
        days = [first + timedelta(days=number) for number in range((until - start).days + 2)]
        found = [datetime.combine(day, hour, CASABLANCA) for day in days for hour in HOURS]
        return [moment for moment in found if start < moment < until]


class Troubles(logging.Handler):
    """Keeps the first exception that was logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.first: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self.first is None and record.exc_info:
            self.first = record.exc_info[1]


class Sink(Transport):
    """Takes every mail and gives its bytes to the reader it is addressed to."""

    def __init__(self, firm: Firm) -> None:
        self._firm = firm

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
        if not at_data():
            raise Withdrawn("not any more")
        reader = self._firm.readers.get(recipient)
        if reader is not None:
            reader.takes(data, self._firm.moment.now)
        return "250 2.0.0 Ok"


def today(firm: Firm) -> date:
    return firm.moment.now.astimezone(CASABLANCA).date()


def step_of(work: Engagement, place: int) -> Milestone:
    return work.milestones[place % len(work.milestones)]


def together(*several: Act) -> Act:
    """One press after the other, before anything of it could leave."""

    def act(firm: Firm, session: Session, work: Engagement) -> None:
        for each in several:
            each(firm, session, work)
            session.flush()

    return act


def move(place: int, days: int) -> Act:
    def act(firm: Firm, session: Session, work: Engagement) -> None:
        _to(firm, session, step_of(work, place), When(starts_on=today(firm) + timedelta(days=days)))

    return act


def lose_the_date(place: int) -> Act:
    def act(firm: Firm, session: Session, work: Engagement) -> None:
        at = datetime.combine(today(firm) + timedelta(days=3), time(18, 0), CASABLANCA)
        _to(firm, session, step_of(work, place), When(next_news_at=at))

    return act


def back(place: int) -> Act:
    """The date goes back to what it was before."""

    def act(firm: Firm, session: Session, work: Engagement) -> None:
        entries = ledger.effective(step_of(work, place))
        if len(entries) > 1:
            _to(firm, session, step_of(work, place), ledger.when(entries[-2]))

    return act


def _to(firm: Firm, session: Session, step: Milestone, when: When) -> None:
    by, now = firm_user(firm, session), firm.moment.now
    milestones.move_together(session, [milestones.Moved(milestone=step, to=when)], WHY, by=by, now=now, origin="test")


def drop(place: int, *, tells: bool = False) -> Act:
    def act(firm: Firm, session: Session, work: Engagement) -> None:
        step, by = step_of(work, place), firm_user(firm, session)
        steps.drop(session, work, step, "Not wanted", language="en", tells=tells, by=by, now=firm.moment.now)

    return act


def take_up(place: int, *, tells: bool = False) -> Act:
    def act(firm: Firm, session: Session, work: Engagement) -> None:
        step = step_of(work, place)
        if step.dropped_at is not None:
            steps.take_up(session, work, step, tells=tells, by=firm_user(firm, session), now=firm.moment.now)

    return act


def undo(place: int, *, tells: bool = False) -> Act:
    def act(firm: Firm, session: Session, work: Engagement) -> None:
        step = step_of(work, place)
        if step.done_on is not None:
            steps.undo(session, work, step, tells=tells, by=firm_user(firm, session), now=firm.moment.now)

    return act


def drop_now(place: int) -> Act:
    return drop(place, tells=True)


def take_up_now(place: int) -> Act:
    return take_up(place, tells=True)


def undo_now(place: int) -> Act:
    return undo(place, tells=True)


def done(place: int) -> Act:
    def act(firm: Firm, session: Session, work: Engagement) -> None:
        on, by = today(firm), firm_user(firm, session)
        steps.done(session, work, step_of(work, place), on, today=on, by=by, now=firm.moment.now)

    return act


def add(days: int) -> Act:
    def act(firm: Firm, session: Session, work: Engagement) -> None:
        if len(work.milestones) < len(LABELS):
            labels = {"en": "Lamps", "ary": LABELS["Lamps"]}
            first = When(starts_on=today(firm) + timedelta(days=days))
            milestones.add(session, work, labels, first, by=firm_user(firm, session), now=firm.moment.now)

    return act


def file(word: str = "Tiles.") -> Act:
    """Report for the next update; what has passed is done."""

    def act(firm: Firm, session: Session, work: Engagement) -> None:
        slot = slots.current(session, work)
        if slot is None or slot.checkpoint.revision:
            return
        passed = [
            DateAnswer(milestone_id=step.id, holds=Holds.DONE, done_on=today(firm))
            for step in work.milestones
            if step.done_on is None and ledger.has_passed(step, today(firm))
        ]
        report = answers(done=word, dates=tuple(passed))
        by, now = firm_user(firm, session), firm.moment.now
        checkpoints.submit(session, slot.checkpoint, report, note="", based_on=0, by=by, now=now)

    return act


def correct(place: int, days: int) -> Act:
    def act(firm: Firm, session: Session, work: Engagement) -> None:
        wrong = (
            session.query(Update)
            .filter(Update.engagement_id == work.id, Update.kind.in_(corrections.CORRECTABLE))
            .order_by(Update.id.desc())
            .first()
        )
        if wrong is not None:
            right = Right(dates={step_of(work, place).id: today(firm) + timedelta(days=days)}, language="en")
            corrections.correct(session, wrong, right, by=firm_user(firm, session), now=firm.moment.now)

    return act


def hand_over(firm: Firm, session: Session, work: Engagement) -> None:
    _hand_over(firm, session, work, tells=False)


def hand_over_now(firm: Firm, session: Session, work: Engagement) -> None:
    _hand_over(firm, session, work, tells=True)


def _hand_over(firm: Firm, session: Session, work: Engagement, *, tells: bool) -> None:
    is_bobs = work.owner_id == firm.world.bob.id
    to = session.get_one(User, firm.world.alice.id if is_bobs else firm.world.bob.id)
    by, now = firm_user(firm, session), firm.moment.now
    engagements.hand_over(session, work, to, brief="All", introduction="", tells=tells, by=by, now=now)


def rest(firm: Firm, session: Session, work: Engagement) -> None:
    """The work is paused, or goes on."""
    by, now = firm_user(firm, session), firm.moment.now
    if work.state is EngagementState.OPEN:
        engagements.rest(session, work, words="", by=by, now=now)
    elif work.state is EngagementState.PAUSED:
        engagements.resume(session, work, by=by, now=now)


def change_rhythm(weekday: int, *, tells: bool) -> Act:
    def act(firm: Firm, session: Session, work: Engagement) -> None:
        cadence = cadences.dump(replace(TUESDAYS, weekdays=(weekday,)))
        by = firm_user(firm, session)
        engagements.change_rhythm(session, work, cadence, tells=tells, by=by, now=firm.moment.now)

    return act


def close_tomorrow(firm: Firm, session: Session, _work: Engagement) -> None:
    """The firm is closed tomorrow, and everything planned is put again."""
    now = firm.moment.now
    calendar_changes.close_tomorrow(session, by=firm_user(firm, session), now=now)
    calendar_changes.redate_all(session, now=now)


def firm_user(firm: Firm, session: Session) -> User:
    """Dalia, who manages."""
    return session.get_one(User, firm.world.dalia.id)
