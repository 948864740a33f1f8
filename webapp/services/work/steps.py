"""Agreed steps as people change them beside the rhythm, and what clients hear of it: now, or with the next update."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from emails.pieces import StepChange
from webapp.models import Engagement, Milestone, User
from webapp.services.dates import milestones
from webapp.services.updates import releases, renewing


def drop(
    session: Session,
    engagement: Engagement,
    step: Milestone,
    why: str,
    *,
    language: str | None,
    tells: bool = False,
    by: User,
    now: datetime,
) -> None:
    """A step falls away, with a reason that clients see."""
    milestones.drop(session, step, why, language=language, by=by, now=now)
    _then(session, engagement, step, StepChange.DROPPED, tells=tells, by=by, now=now)


def take_up(
    session: Session, engagement: Engagement, step: Milestone, *, tells: bool = False, by: User, now: datetime
) -> None:
    """A step that fell away is planned again."""
    milestones.take_up(session, step, by=by, now=now)
    _then(session, engagement, step, StepChange.BACK, tells=tells, by=by, now=now)


def undo(
    session: Session, engagement: Engagement, step: Milestone, *, tells: bool = False, by: User, now: datetime
) -> None:
    """A step that was said to be done is not."""
    milestones.undo(session, step, by=by, now=now)
    _then(session, engagement, step, StepChange.REOPENED, tells=tells, by=by, now=now)


def done(
    session: Session, engagement: Engagement, step: Milestone, on: date, *, today: date, by: User, now: datetime
) -> None:
    """A step is done. What waits unread says so."""
    milestones.done(session, step, on, today=today, by=by, now=now)
    renewing.renew(session, engagement, now=now)


def _then(
    session: Session,
    engagement: Engagement,
    step: Milestone,
    change: StepChange,
    *,
    tells: bool,
    by: User,
    now: datetime,
) -> None:
    """Tell it at once, or write anew what waits and nobody has: a mail that is not true any more must not leave."""
    session.flush()
    if tells:
        releases.changed(session, engagement, steps={step.id: change}, by=by, now=now)
    else:
        renewing.renew(session, engagement, now=now)
