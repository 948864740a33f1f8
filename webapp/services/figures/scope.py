"""Which work and which days figures are about, and who may see them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from webapp.models import Engagement, EngagementState, HandOver, User
from webapp.services.core.errors import NotFound
from webapp.timezones import instant, local

Wanted = TypeVar("Wanted", bound=Select[*tuple[Any, ...]])


class Period(StrEnum):
    """Whole months by the firm's calendar, each up to today."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"

    @property
    def months(self) -> int | None:
        return {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}.get(self)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """All work of the firm, or that of one playbook, or one piece of work, or what one owner was responsible for."""

    engagement_id: int | None = None
    playbook_id: int | None = None
    owner_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Span:
    """From one day to today, both included, where the firm is; from the start where `since` is None."""

    since: date | None
    today: date
    zone: str

    @classmethod
    def of(cls, period: Period, *, now: datetime, zone: str) -> "Span":
        """This month; or it and the two, or eleven, before; or everything."""
        today = local(now, zone).date()
        count = period.months
        return cls(since=month_before(today, count - 1) if count else None, today=today, zone=zone)

    @property
    def starts_at(self) -> datetime | None:
        return instant(self.since, time(0), self.zone) if self.since else None

    def covers(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and on <= self.today

    def day(self, at: datetime) -> date:
        """The firm's day at a moment."""
        return local(at, self.zone).date()

    def end_of(self, on: date) -> datetime:
        """The moment at which a day of the firm is over."""
        return instant(on + timedelta(days=1), time(0), self.zone)


def month_before(on: date, count: int) -> date:
    """The first day of the month that lies so many months before the day's own."""
    years, month = divmod(on.year * 12 + on.month - 1 - count, 12)
    return date(years, month + 1, 1)


def check(scope: Scope, reader: User) -> None:
    """An owner's own figures are for that owner alone, whoever else asks, managers included: nobody shall learn to say
    "yes, it holds". What the firm and its playbooks reach is for those who look after everybody's work; one piece of
    work shows its figures to whoever may look at it. NotFound for all others."""
    if scope.owner_id is not None:
        if scope.owner_id != reader.id:
            raise NotFound
        return
    if scope.engagement_id is None and reader.role.sees_own_first:
        raise NotFound
    if scope.playbook_id is not None and not reader.role.leads:
        raise NotFound


class Extent:
    """The work and the days of one look at the figures. Work that is not live counts nowhere.

    A fact belongs to whoever was responsible when it happened: after a hand-over the past stays with the past owner.
    """

    def __init__(self, session: Session, scope: Scope, span: Span) -> None:
        self.scope, self.span = scope, span
        self._former: dict[int, list[HandOver]] = {}
        if scope.owner_id is not None:
            for handover in session.scalars(select(HandOver).order_by(HandOver.made_at, HandOver.id)):
                self._former.setdefault(handover.engagement_id, []).append(handover)

    def narrowed(self, wanted: Wanted) -> Wanted:
        """A query that already reads from Engagement, for the work of this look only."""
        scope = self.scope
        wanted = wanted.where(Engagement.state != EngagementState.DRAFT)
        if scope.engagement_id is not None:
            wanted = wanted.where(Engagement.id == scope.engagement_id)
        if scope.playbook_id is not None:
            wanted = wanted.where(Engagement.playbook_id == scope.playbook_id)
        if scope.owner_id is not None:
            gave_away = select(HandOver.engagement_id).where(HandOver.from_user_id == scope.owner_id)
            wanted = wanted.where(or_(Engagement.owner_id == scope.owner_id, Engagement.id.in_(gave_away)))
        return wanted

    def holds(self, engagement: Engagement, at: datetime) -> bool:
        """Whether what happened at a moment is a fact of this look."""
        if not self.span.covers(self.span.day(at)):
            return False
        return self.scope.owner_id is None or self._owner(engagement, at) == self.scope.owner_id

    def holds_day(self, engagement: Engagement, on: date) -> bool:
        """The same for what belongs to a day: its owner is who was responsible at its end."""
        return self.holds(engagement, self.span.end_of(on) - timedelta(seconds=1))

    def _owner(self, engagement: Engagement, at: datetime) -> int | None:
        for handover in self._former.get(engagement.id, ()):
            if at < handover.made_at:
                return handover.from_user_id
        return engagement.owner_id
