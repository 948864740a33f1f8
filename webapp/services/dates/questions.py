"""Before an agreed date, its owner is asked whether it holds, and asked again while they are not sure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from emails.pieces import last_day
from webapp.models import (
    Checkpoint,
    CheckpointRevision,
    DateAnswered,
    DateQuestion,
    Engagement,
    EngagementState,
    Milestone,
    Promise,
    Slot,
    User,
)
from webapp.services.calendar import firm_calendar
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.core import audits, locks
from webapp.services.core.firm import clock_jumped, the_firm
from webapp.services.dates import ledger as promises
from webapp.timezones import local

ONE_DAY = timedelta(days=1)
AT_ONCE = 500
"""Numbers in one statement."""


@dataclass(frozen=True)
class Asked:
    """A waiting question as a page shows it: about which work, and which day."""

    question: DateQuestion
    engagement: Engagement
    on: date | None


def ask(session: Session, *, now: datetime) -> int:
    """Ask about every agreed date of open work that is so many working days away (a setting of the firm), or past, and
    not asked about yet; while it is in doubt, again on the next working day. Questions that need no answer any more, as
    the date moved, the step was done or a report said how it stands, are closed. On working days only, from the hour of
    the day's mail."""
    hour = _hour(session, now=now)
    if hour is None:
        return 0
    calendar, today, days = hour
    wanted = _to_look_at(calendar, today, days).options(selectinload(Milestone.promises))
    steps = session.execute(wanted).all()
    look = _Look(session, calendar, today, days, now)
    look.read([milestone for _, milestone in steps])
    return sum(look.at(engagement, milestone) for engagement, milestone in steps)


def is_to_look(session: Session, *, now: datetime) -> bool:
    """Whether `ask` has anything to do now, without a change."""
    hour = _hour(session, now=now)
    return hour is not None and session.execute(_to_look_at(*hour).limit(1)).first() is not None


def _hour(session: Session, *, now: datetime) -> tuple[WorkingDays, date, int] | None:
    """The calendar, the day there and how many days before a date is asked about; None while nobody is asked."""
    firm = the_firm(session)
    if firm is None or clock_jumped(session):
        return None
    here = local(now, firm.zone)
    calendar = firm_calendar.of_firm(firm)
    if not calendar.is_working(here.date()) or here.time() < firm.day_mail_at:
        return None
    return calendar, here.date(), firm.ask_days


def waiting(session: Session, owners: Collection[int] | None = None) -> Sequence[DateQuestion]:
    """Questions without an answer, the soonest date first; of these owners' work, or everybody's. Not what was moved,
    done or reported since it was asked."""
    wanted = (
        select(DateQuestion)
        .join(Milestone, DateQuestion.milestone_id == Milestone.id)
        .join(Engagement, Milestone.engagement_id == Engagement.id)
        .where(
            DateQuestion.answered_at.is_(None),
            DateQuestion.closed_at.is_(None),
            Engagement.state == EngagementState.OPEN,
        )
        .order_by(DateQuestion.id)
    )
    if owners is not None:
        wanted = wanted.where(Engagement.owner_id.in_(owners))
    found = [question for question in session.scalars(wanted) if _is_open(session, question)]
    return sorted(found, key=lambda question: (last_day(present(question.milestone)) or date.max, question.id))


def shown(session: Session, owners: Collection[int] | None = None) -> list[Asked]:
    """The same, with the work and the day of each."""
    return [
        Asked(
            question,
            session.get_one(Engagement, question.milestone.engagement_id),
            last_day(present(question.milestone)),
        )
        for question in waiting(session, owners)
    ]


def present(milestone: Milestone) -> Promise:
    """The entry of the ledger that counts."""
    return promises.effective(milestone)[-1]


def answer(session: Session, question: DateQuestion, said: DateAnswered, *, by: User, now: datetime) -> None:
    """Yes confirms the date. Not sure marks it at risk, and it is asked again. No marks it at risk too, until the date
    is moved with its explanation. An answer that was given already stays, and what was moved, done or
    reported since is left alone."""
    locks.hold(session, question.milestone.engagement_id)
    session.refresh(question)
    if not _is_open(session, question):
        return
    question.answer, question.answered_at, question.answered_by_id = said, now, by.id
    question.milestone.is_at_risk = said is not DateAnswered.YES
    audits.note(session, "answered", question, now=now, by=by, answer=said)
    session.flush()


def _is_open(session: Session, question: DateQuestion) -> bool:
    milestone = question.milestone
    is_over = milestone.done_on is not None or milestone.dropped_at is not None
    is_answered = question.answered_at is not None or question.closed_at is not None
    if is_over or is_answered or present(milestone).id != question.promise_id:
        return False
    return not _is_reported(session, question)


def _is_reported(session: Session, question: DateQuestion) -> bool:
    """A report sent since then says of every date how it stands, this one too."""
    since = (
        select(CheckpointRevision.id)
        .join(Checkpoint, CheckpointRevision.checkpoint_id == Checkpoint.id)
        .join(Slot, Checkpoint.slot_id == Slot.id)
        .where(
            Slot.engagement_id == question.milestone.engagement_id,
            CheckpointRevision.submitted_at > question.asked_at,
        )
    )
    return session.scalars(since.limit(1)).first() is not None


def _to_look_at(calendar: WorkingDays, today: date, days: int) -> Select[Engagement, Milestone]:
    """The steps of open work whose date is at most so many working days away or has passed, where it was not asked
    about yet or is to be asked about again; and those with a question that needs no answer any more. Some others may be
    among them."""
    horizon = calendar.add(today, days + 1)
    last = func.coalesce(Promise.ends_on, Promise.starts_on)
    of_step = DateQuestion.milestone_id == Milestone.id
    newer = aliased(Promise)
    is_latest = ~exists().where(newer.milestone_id == DateQuestion.milestone_id, newer.id > DateQuestion.promise_id)
    comes = exists().where(
        Promise.milestone_id == Milestone.id,
        or_(last <= horizon, Promise.next_news_at < datetime.combine(horizon + 2 * ONE_DAY, time(0), UTC)),
    )
    was_asked = exists().where(of_step, DateQuestion.asked_on >= today)
    waits = exists().where(of_step, DateQuestion.closed_at.is_(None), DateQuestion.answered_at.is_(None))
    is_sure = (
        exists()
        .where(of_step, is_latest, Promise.id == DateQuestion.promise_id)
        .where(or_(last >= today, DateQuestion.asked_on > last))
    )
    reported = (
        exists()
        .where(Slot.engagement_id == Milestone.engagement_id, Checkpoint.slot_id == Slot.id)
        .where(CheckpointRevision.checkpoint_id == Checkpoint.id)
        .where(CheckpointRevision.submitted_at > DateQuestion.asked_at)
        .correlate(Milestone, DateQuestion)
    )
    is_over = or_(Milestone.done_on.is_not(None), Milestone.dropped_at.is_not(None))
    needs_none = exists().where(
        of_step,
        DateQuestion.closed_at.is_(None),
        or_(is_over, ~is_latest, DateQuestion.answer.is_(None) & reported),
    )
    is_due = ~is_over & comes & ~was_asked & ~waits & or_(Milestone.is_at_risk, ~is_sure)
    return (
        select(Engagement, Milestone)
        .join(Milestone, Milestone.engagement_id == Engagement.id)
        .where(Engagement.state == EngagementState.OPEN, or_(is_due, needs_none))
        .order_by(Engagement.id, Milestone.position)
    )


class _Look:
    """One look at all dates of open work, with what was asked and reported so far."""

    def __init__(self, session: Session, calendar: WorkingDays, today: date, days: int, now: datetime) -> None:
        self.session, self.calendar, self.today, self.days, self.now = session, calendar, today, days, now
        self.asked: dict[int, list[DateQuestion]] = defaultdict(list)
        self.reported: dict[int, datetime] = {}

    def read(self, milestones: Sequence[Milestone]) -> None:
        """What was asked about these steps, and when their works were last reported on."""
        for some in _some([milestone.id for milestone in milestones]):
            asked = select(DateQuestion).where(DateQuestion.milestone_id.in_(some)).order_by(DateQuestion.id)
            for question in self.session.scalars(asked):
                self.asked[question.milestone_id].append(question)
        for some in _some(sorted({milestone.engagement_id for milestone in milestones})):
            reported = (
                select(Slot.engagement_id, func.max(CheckpointRevision.submitted_at))
                .join(Checkpoint, Checkpoint.slot_id == Slot.id)
                .join(CheckpointRevision, CheckpointRevision.checkpoint_id == Checkpoint.id)
                .where(Slot.engagement_id.in_(some))
                .group_by(Slot.engagement_id)
            )
            self.reported.update((row[0], row[1]) for row in self.session.execute(reported))

    def at(self, engagement: Engagement, milestone: Milestone) -> int:
        """Close what needs no answer any more, and ask where it is time. How many were asked: one or none."""
        entries = promises.effective(milestone)
        on = _awaited(entries[-1], engagement) if entries else None
        is_over = milestone.done_on is not None or milestone.dropped_at is not None or on is None
        asked = self.asked[milestone.id]
        reported_at = self.reported.get(engagement.id)
        for question in asked:
            is_moot = is_over or question.promise_id != entries[-1].id
            is_reported = question.answer is None and reported_at is not None and reported_at > question.asked_at
            if question.closed_at is None and (is_moot or is_reported):
                question.closed_at = self.now
        if is_over or on is None or self.calendar.between(self.today, on) > self.days:
            return 0
        of_date = [question for question in asked if question.promise_id == entries[-1].id]
        if of_date and not _asks_again(of_date[-1], milestone, on, self.today):
            return 0
        made = DateQuestion(
            milestone=milestone,
            promise_id=entries[-1].id,
            number=len(of_date) + 1,
            asked_on=self.today,
            asked_at=self.now,
        )
        self.session.add(made)
        self.session.flush()
        return 1


def _some(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))


def _awaited(entry: Promise, engagement: Engagement) -> date | None:
    """The last day of a date; of one that is not known, the day on which news of it was promised."""
    if entry.starts_on is None and entry.next_news_at is not None:
        return local(entry.next_news_at, engagement.cadence["zone"]).date()
    return last_day(entry)


def _asks_again(last: DateQuestion, milestone: Milestone, on: date, today: date) -> bool:
    """Doubt is asked about again the next day; so is a date that was sure and has passed without the step being
    done."""
    if last.asked_on >= today or (last.answered_at is None and last.closed_at is None):
        return False
    return milestone.is_at_risk or last.asked_on <= on < today
