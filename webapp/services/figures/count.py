"""How well promises to clients are kept: figures, each counted from the rows that are shown with it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import Engagement, EngagementState, Firm, User
from webapp.services.calendar import firm_calendar
from webapp.services.figures import of_dates, of_news
from webapp.services.figures.of_dates import MoveRow, StepRow
from webapp.services.figures.of_news import NewsRow, Outcome, UpdateRow
from webapp.services.figures.scope import Extent, Period, Scope, Span, check, month_before

Row = TypeVar("Row")

COMPARED = 10
FEWEST_COMPARED = 3
MOST_MONTHS = 12


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    total: int

    @property
    def percent(self) -> int | None:
        """Rounded, but never to all or nothing where it is neither. None of nothing is no percentage."""
        if not self.total:
            return None
        rounded = round(100 * self.count / self.total)
        return rounded if self.count in (0, self.total) else min(99, max(1, rounded))


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The rows of one look, and what they come to."""

    steps: Sequence[StepRow]
    moves: Sequence[MoveRow]
    updates: Sequence[UpdateRow]
    news: Sequence[NewsRow]

    @property
    def kept(self) -> Share:
        """Dates kept: of the steps that were done, or whose first agreed day went by, those done on or before it."""
        return Share(sum(row.is_kept for row in self.steps), len(self.steps))

    @property
    def kept_as_agreed_now(self) -> Share:
        """Of the same steps, as far as it is decided, those done on or before the day agreed last."""
        known = [row.is_kept_as_agreed_now for row in self.steps if row.is_kept_as_agreed_now is not None]
        return Share(sum(known), len(known))

    @property
    def moved(self) -> Share:
        """Of the same steps, those whose agreed date moved at least once."""
        return Share(sum(row.moved > 0 for row in self.steps), len(self.steps))

    @property
    def told_before(self) -> Share:
        """Of the dates that moved later, those of which every contact heard before the day they knew was over."""
        known = [row.is_told_before for row in self.moves if row.is_told_before is not None]
        return Share(sum(known), len(known))

    @property
    def time_to_tell(self) -> timedelta | None:
        """From the moment we knew to the last contact told: half of the moves were told faster, half slower."""
        return _middle(row.clock for row in self.moves)

    @property
    def working_time_to_tell(self) -> timedelta | None:
        """The same in the firm's working hours."""
        return _middle(row.working for row in self.moves)

    @property
    def on_time(self) -> Share:
        """Of the updates whose promised hour came, those that went out by it."""
        return Share(sum(row.outcome is Outcome.ON_TIME for row in self.updates), len(self.updates))

    @property
    def no_news_mails(self) -> int:
        """How often a client was told that there is no news yet, because nobody had reported."""
        return sum(row.has_no_news_mail for row in self.updates)

    @property
    def next_news(self) -> Share:
        """Of the times announced for the next news, those by which it came."""
        return Share(sum(row.is_kept for row in self.news), len(self.news))

    @property
    def is_empty(self) -> bool:
        return not (self.steps or self.moves or self.updates or self.news)

    def of_clients(self, ids: Collection[int]) -> "Figures":
        """The rows of some clients only."""
        return Figures(
            steps=[row for row in self.steps if row.engagement.client_id in ids],
            moves=[row for row in self.moves if row.engagement.client_id in ids],
            updates=[row for row in self.updates if row.engagement.client_id in ids],
            news=[row for row in self.news if row.engagement.client_id in ids],
        )


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What the first clients got, and what the newest get; so many of each."""

    first: Figures
    newest: Figures
    count: int


def of(session: Session, scope: Scope, period: Period, *, reader: User, firm: Firm, now: datetime) -> Figures:
    """The figures of some work in a period, for somebody who may see them; NotFound where they may not."""
    check(scope, reader)
    extent = Extent(session, scope, Span.of(period, now=now, zone=firm.zone))
    return Figures(
        steps=of_dates.steps(session, extent),
        moves=of_dates.moved(session, extent, firm_calendar.of_firm(firm), now=now),
        updates=of_news.updates(session, extent),
        news=of_news.announced(session, extent),
    )


def compare(session: Session, everything: Figures) -> Compared | None:
    """The first ten clients beside the newest ten, or half of them each where there are fewer than twenty. None where
    there are too few to tell one from the other. `everything` are the firm's figures since the start."""
    since = func.min(Engagement.opened_at)
    ids = session.scalars(
        select(Engagement.client_id)
        .where(Engagement.state != EngagementState.DRAFT, Engagement.opened_at.is_not(None))
        .group_by(Engagement.client_id)
        .order_by(since, Engagement.client_id)
    ).all()
    count = min(COMPARED, len(ids) // 2)
    if count < FEWEST_COMPARED:
        return None
    return Compared(
        first=everything.of_clients(set(ids[:count])), newest=everything.of_clients(set(ids[-count:])), count=count
    )


def by_month(
    rows: Iterable[Row],
    period: Period,
    today: date,
    on: Callable[[Row], date],
    part: Callable[[Row], str],
    parts: Sequence[str],
) -> list[tuple[date, tuple[int, ...]]]:
    """Rows counted by the month of their day and by part, for a chart: each month's first day with one count a part.
    A period without an end shows the last twelve months at most, from the first that has a row."""
    counted = [(on(row), part(row)) for row in rows]
    first = month_before(today, (period.months or MOST_MONTHS) - 1)
    if period is Period.ALL and counted:
        first = max(first, month_before(min(day for day, _ in counted), 0))
    months = []
    while first <= today:
        after = month_before(first, -1)
        counts = tuple(sum(first <= day < after and name == wanted for day, name in counted) for wanted in parts)
        months.append((first, counts))
        first = after
    return months


def _middle(times: Iterable[timedelta | None]) -> timedelta | None:
    known = [passed for passed in times if passed is not None]
    return median(known) if known else None  # type: ignore[type-var]
