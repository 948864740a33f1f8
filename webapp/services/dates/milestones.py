"""Agreed steps as people use them: added, ordered, done, dropped with a reason, and moved together for one cause."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from emails.pieces import Standing, last_day, punctual
from webapp.models import Engagement, EngagementState, Firm, Labels, Milestone, Promise, User
from webapp.services.calendar import firm_calendar
from webapp.services.core import audits, locks
from webapp.services.core.errors import NotFound, Refused
from webapp.services.dates import ledger, to_tell
from webapp.services.dates.ledger import When, Why


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A later step that would move along: its present last day and the same distance in working days further."""

    milestone: Milestone
    was: date
    to: date


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One step and its new date, in an act that moves several for one cause."""

    milestone: Milestone
    to: When


@dataclass(frozen=True, kw_only=True)
class OpenStep:
    """A step of open work that is to be done by a day."""

    engagement: Engagement
    milestone: Milestone
    on: date


def get(session: Session, engagement: Engagement, milestone_id: int) -> Milestone:
    """A step of this engagement; NotFound for any other."""
    milestone = session.get(Milestone, milestone_id)
    if milestone is None or milestone.engagement_id != engagement.id:
        raise NotFound
    return milestone


def add(session: Session, engagement: Engagement, labels: Labels, first: When, *, by: User, now: datetime) -> Milestone:
    """A new agreed step at the end, with its first promise. The next news shows it."""
    if not any(label.strip() for label in labels.values()):
        raise Refused("milestone.needs_label", field="labels")
    last = max((step.position for step in engagement.milestones), default=0)
    milestone = Milestone(engagement_id=engagement.id, position=last + 1, labels=labels)
    engagement.milestones.append(milestone)
    session.flush()
    ledger.promise(session, milestone, first, by=by, now=now, origin="engagement")
    audits.note(session, "added", milestone, now=now, by=by)
    return milestone


def agree(session: Session, milestone: Milestone, first: When, *, by: User, now: datetime) -> Promise:
    """The first date of a step that had none yet. Refused for one that has: that would be a silent move."""
    if milestone.done_on is not None or milestone.dropped_at is not None:
        raise Refused("milestone.is_done" if milestone.done_on is not None else "milestone.is_dropped", field="new_on")
    return ledger.promise(session, milestone, first, by=by, now=now, origin="engagement")


def drop(session: Session, milestone: Milestone, why: str, *, language: str | None, by: User, now: datetime) -> None:
    """Let a step fall away, with a reason that the client sees. What was promised of it stays in the ledger."""
    if milestone.done_on is not None:
        raise Refused("milestone.is_done", field="why")
    if not why.strip():
        raise Refused("milestone.needs_why", field="why")
    milestone.dropped_at, milestone.dropped_why, milestone.dropped_language = now, why.strip(), language
    milestone.is_at_risk = False
    audits.note(session, "dropped", milestone, now=now, by=by)


def take_up(session: Session, milestone: Milestone, *, by: User, now: datetime) -> None:
    """Take a dropped step up again."""
    milestone.dropped_at = milestone.dropped_why = milestone.dropped_language = None
    _tell_after_all(session, milestone, now=now)
    audits.note(session, "taken_up", milestone, now=now, by=by)


def done(session: Session, milestone: Milestone, on: date, *, today: date, by: User, now: datetime) -> None:
    """A step is done, on the day it was done: early or late, it is shown as it was."""
    if on > today:
        raise Refused("milestone.done_ahead", field="done_on")
    if milestone.dropped_at is not None:
        raise Refused("milestone.is_dropped", field="done_on")
    milestone.done_on, milestone.done_recorded_at, milestone.is_at_risk = on, now, False
    audits.note(session, "done", milestone, now=now, by=by, on=on.isoformat())


def undo(session: Session, milestone: Milestone, *, by: User, now: datetime) -> None:
    """A step marked as done by mistake is open again."""
    milestone.done_on = milestone.done_recorded_at = None
    _tell_after_all(session, milestone, now=now)
    audits.note(session, "undone", milestone, now=now, by=by)


def _tell_after_all(session: Session, milestone: Milestone, *, now: datetime) -> None:
    """A move that nobody had to hear of while the step was over counts again, and so does one that a later move took
    the place of before anybody heard: what clients know is what stood before both."""
    never_told = to_tell.undone(session, milestone.promises)
    to_tell.begin_anew(session, never_told, now=now)


def shift(session: Session, milestone: Milestone, *, up: bool) -> None:
    """Change places with the step before, or after, it. At the end of the list nothing happens."""
    engagement = session.get_one(Engagement, milestone.engagement_id)
    ordered = sorted(engagement.milestones, key=lambda step: (step.position, step.id))
    place = ordered.index(milestone)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(ordered):
        return
    ordered[place], ordered[other] = ordered[other], ordered[place]
    for position, step in enumerate(ordered, start=1):
        step.position = position
    session.flush()
    session.expire(engagement, ["milestones"])


def comes_to(firm: Firm, milestone: Milestone, came_on: date) -> date:
    """The day that a date becomes which waited for something, once that came: so many working days after it."""
    entries = ledger.effective(milestone)
    if not entries or entries[-1].after_days is None:
        raise Refused("promise.waits_for_nothing", field="came_on")
    return firm_calendar.of_firm(firm).add(came_on, entries[-1].after_days)


def came(
    session: Session,
    firm: Firm,
    milestone: Milestone,
    on: date,
    *,
    came_on: date,
    today: date,
    by: User,
    now: datetime,
) -> Promise:
    """What a date waited for has come, and makes it a day that clients hear of. A later day is a move, and refused."""
    if on < today:
        raise Refused("form.fault.new_on_past", field="on")
    if on > comes_to(firm, milestone, came_on):
        raise Refused("promise.later_than_said", field="on")
    if milestone.done_on is not None or milestone.dropped_at is not None:
        raise Refused("promise.waits_for_nothing", field="on")
    entry = ledger.resolve(session, milestone, on, by=by, now=now)
    audits.note(session, "resolved", milestone, now=now, by=by, on=on.isoformat())
    return entry


def open_ones(
    session: Session, *, owners: Collection[int] | None, playbook_id: int | None, until: date | None
) -> list[OpenStep]:
    """The steps of open work with a day by which they are due, the soonest first: of these owners, or everybody; of one
    kind of work, or all; due by a day, or any."""
    wanted = (
        select(Engagement)
        .where(Engagement.state == EngagementState.OPEN)
        .options(selectinload(Engagement.milestones).selectinload(Milestone.promises).selectinload(Promise.words))
        .order_by(Engagement.id)
    )
    if owners is not None:
        wanted = wanted.where(Engagement.owner_id.in_(owners))
    if playbook_id is not None:
        wanted = wanted.where(Engagement.playbook_id == playbook_id)
    found = []
    for engagement in session.scalars(wanted):
        for step in engagement.milestones:
            on = _due_on(step)
            if on is not None and (until is None or on <= until):
                found.append(OpenStep(engagement=engagement, milestone=step, on=on))
    return sorted(found, key=lambda step: (step.on, step.engagement.id, step.milestone.position))


def ending_on(firm: Firm, milestone: Milestone, on: date) -> When:
    """The present date of a step moved so that it ends on a day: a range keeps its length in working days, and an
    estimate stays one."""
    was = ledger.when(_present(milestone))
    if was.starts_on is None or was.ends_on is None:
        return When(starts_on=on, is_estimate=was.is_estimate)
    calendar = firm_calendar.of_firm(firm)
    days = calendar.between(was.starts_on, was.ends_on)
    return replace(was, starts_on=calendar.add(on, -days) if days else on, ends_on=on)


def later_by(firm: Firm, step: OpenStep, days: int) -> date:
    """The last day of a step moved on by so many working days."""
    return firm_calendar.of_firm(firm).add(step.on, days)


def standing(milestone: Milestone, entries: Sequence[Promise]) -> Standing:
    """How a step stands, by these entries of its ledger."""
    if milestone.dropped_at is not None:
        return Standing.DROPPED
    if milestone.done_on is not None:
        return Standing.DONE
    if milestone.is_at_risk:
        return Standing.NOT_SURE
    return Standing.MOVED if ledger.moves(entries) else Standing.HOLDS


def standing_for_staff(milestone: Milestone) -> str:
    """The same in one word for colleagues: a step that is done was done late or early by the date last agreed, and one
    may have no date at all. An estimate cannot be missed."""
    entries = ledger.effective(milestone)
    found = standing(milestone, entries)
    if found is Standing.DONE and milestone.done_on is not None:
        when = punctual(milestone.done_on, entries[-1] if entries else None)
        return "done" if when == "on" else f"done_{when}"
    return "no_date" if found is Standing.HOLDS and not entries else found.value


def later_ones(firm: Firm, milestone: Milestone, to: date, engagement: Engagement) -> list[Shift]:
    """The steps due after this one, each with the same shift in working days, to be offered together with it."""
    was = last_day(_present(milestone))
    if was is None or to <= was:
        return []
    calendar = firm_calendar.of_firm(firm)
    days = calendar.between(was, to)
    if days == 0:
        return []
    found = []
    for step in engagement.milestones:
        if step.id == milestone.id:
            continue
        on = _due_on(step)
        if on is not None and on >= was:
            found.append(Shift(milestone=step, was=on, to=calendar.add(on, days)))
    return found


def move_together(
    session: Session, moved: Sequence[Moved], why: Why, *, by: User, now: datetime, origin: str
) -> list[Promise]:
    """Move several steps for one cause, all or none; each ends in the one service, and refuses what it refuses. The
    engagements are held in the order of their numbers, so that two such acts cannot wait for each other."""
    if not moved:
        raise Refused("delay.nothing_chosen", field="steps")
    for engagement_id in sorted({step.milestone.engagement_id for step in moved}):
        held = locks.hold(session, engagement_id)
        if held is None or held.state is EngagementState.CLOSED:
            raise Refused("engagement.not_open", field="steps")
    for step in moved:
        session.refresh(step.milestone, ["promises", "done_on", "dropped_at"])
    return move_each(session, moved, why, by=by, now=now, origin=origin)


def move_each(
    session: Session, moved: Sequence[Moved], why: Why, *, by: User, now: datetime, origin: str
) -> list[Promise]:
    """The same for work that is held, or where it is only supposed."""
    for step in moved:
        _check_moves(step)
    entries = [ledger.move(session, step.milestone, step.to, why, by=by, now=now, origin=origin) for step in moved]
    for step in moved:
        step.milestone.is_at_risk = False
    return entries


def _check_moves(step: Moved) -> None:
    """What is done, fell away or stays where it was does not move."""
    if step.milestone.done_on is not None:
        raise Refused("milestone.is_done", field="new_on")
    if step.milestone.dropped_at is not None:
        raise Refused("milestone.is_dropped", field="new_on")
    entries = ledger.effective(step.milestone)
    if not entries:
        raise Refused("milestone.no_date", field="new_on")
    if ledger.when(entries[-1]) == step.to:
        raise Refused("delay.same_date", field="new_on")


def _due_on(milestone: Milestone) -> date | None:
    """The last day of a step that is still to be done, where it has one."""
    if milestone.done_on is not None or milestone.dropped_at is not None or not ledger.effective(milestone):
        return None
    return last_day(_present(milestone))


def _present(milestone: Milestone) -> Promise:
    return ledger.effective(milestone)[-1]
