"""The figures as people read them: a table of rows and a chart by month for each, in the reader's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from webapp.language import firm, lang, t
from webapp.models import Engagement, Labels
from webapp.services.core.firm import label
from webapp.services.figures import count as figures
from webapp.services.figures.count import Figures, Share
from webapp.services.figures.of_dates import MoveRow, StepRow
from webapp.services.figures.of_news import NewsRow, Outcome, UpdateRow
from webapp.services.figures.scope import Period
from webapp.services.updates import calls, next_news
from webapp.timezones import local

KEYS = ("moves", "dates", "news", "updates")
MOST_ROWS = 200
FEW_MONTHS = 6
GOOD, FAIR, BAD, OPEN = "good", "fair", "bad", "open"


@dataclass(frozen=True)
class Mark:
    """What a row came to, in a word and a colour."""

    kind: str
    text: str


Cell = str | int | date | datetime | timedelta | Mark | None


@dataclass(frozen=True, kw_only=True)
class Month:
    """One column of a chart: its counts from the bottom up."""

    short: str
    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Counts by month. `parts` are (kind, word) from the bottom up."""

    parts: Sequence[tuple[str, str]]
    months: Sequence[Month]

    @property
    def highest(self) -> int:
        return max((month.total for month in self.months), default=0)

    @property
    def in_words(self) -> str:
        """The same for who does not see it."""
        said = []
        for month in self.months:
            if month.total:
                parts = [f"{word} {count}" for (_, word), count in zip(self.parts, month.counts, strict=True) if count]
                said.append(f"{month.name}: {lang().listing(parts)}")
        return "; ".join(said)


@dataclass(frozen=True, kw_only=True)
class Table:
    """The rows behind one figure, the oldest first. `chart` is None where the period is a single month."""

    key: str
    title: str
    headers: Sequence[str]
    rows: Sequence[tuple[Engagement, Sequence[Cell]]]
    chart: Chart | None

    @property
    def newest(self) -> Sequence[tuple[Engagement, Sequence[Cell]]]:
        """As many as a page can show, the newest first."""
        return self.rows[::-1][:MOST_ROWS]


def tables(found: Figures, period: Period, today: date) -> list[Table]:
    """One table for each family of figures, in the order of the page."""

    def charted(rows: Any, on: Callable[[Any], date], kind: Callable[[Any], str], **words: str) -> Chart | None:
        counted = figures.by_month(rows, period, today, on, kind, tuple(words))
        if period is Period.MONTH or len(counted) < 2 or not any(sum(counts) for _, counts in counted):
            return None
        return Chart(
            parts=tuple(words.items()),
            months=[
                Month(
                    short=lang().month(first, "short_" if len(counted) <= FEW_MONTHS else "narrow_"),
                    name=lang().month(first),
                    counts=counts,
                )
                for first, counts in counted
            ],
        )

    decided = [row for row in found.moves if row.is_told_before is not None]
    return [
        Table(
            key="moves",
            title=t("numbers.moves"),
            headers=[
                t("numbers.step"),
                t("numbers.was_on"),
                t("numbers.now_on"),
                t("numbers.known_at"),
                t("numbers.told_at"),
                t("numbers.clock"),
                t("numbers.working"),
                t("numbers.result"),
            ],
            rows=[(row.engagement, _move(row)) for row in found.moves],
            chart=charted(
                decided,
                lambda row: _day(row.known_at),
                lambda row: GOOD if row.is_told_before else BAD,
                good=t("numbers.in_time"),
                bad=t("numbers.too_late"),
            ),
        ),
        Table(
            key="dates",
            title=t("numbers.dates"),
            headers=[
                t("numbers.step"),
                t("ui.date_first"),
                t("numbers.now_on"),
                t("form.done_on"),
                t("numbers.moved_count"),
                t("numbers.result"),
            ],
            rows=[(row.engagement, _step(row)) for row in found.steps],
            chart=charted(
                found.steps,
                lambda row: row.counted_on,
                lambda row: FAIR if _step_mark(row).kind == OPEN else _step_mark(row).kind,
                good=t("numbers.kept"),
                fair=t("numbers.moved"),
                bad=t("numbers.not_kept"),
            ),
        ),
        Table(
            key="news",
            title=t("numbers.news"),
            headers=[t("numbers.promised"), t("numbers.came_at"), t("numbers.result"), t("numbers.cause")],
            rows=[(row.engagement, _announced(row)) for row in found.news],
            chart=charted(
                found.news,
                lambda row: _day(row.promised_at),
                lambda row: GOOD if row.is_kept else BAD,
                good=t("numbers.kept"),
                bad=t("numbers.not_kept"),
            ),
        ),
        Table(
            key="updates",
            title=t("numbers.updates"),
            headers=[t("numbers.promised"), t("numbers.went_out_at"), t("numbers.result")],
            rows=[(row.engagement, _update(row)) for row in found.updates],
            chart=charted(
                found.updates,
                lambda row: _day(row.promised_by),
                lambda row: {Outcome.ON_TIME: GOOD, Outcome.LATE: FAIR}.get(row.outcome, BAD),
                good=t("numbers.on_time"),
                fair=t("numbers.late"),
                bad=t("numbers.not_reported"),
            ),
        ),
    ]


def percent(share: Share) -> str:
    """A percentage, or a dash where nothing was counted yet."""
    return "–" if share.percent is None else t("numbers.percent", percent=share.percent)


def of_all(share: Share) -> str:
    """How many of how many; "nothing yet" where there are none."""
    return t("numbers.share", part=share.count, total=share.total) if share.total else t("numbers.nothing")


def hours(passed: timedelta | None) -> str:
    """Hours and minutes, or a dash."""
    if passed is None:
        return "–"
    minutes = round(passed.total_seconds() / 60)
    return t("numbers.hours", hours=minutes // 60, minutes=minutes % 60)


def label_of(labels: Labels) -> str:
    return label(labels, lang().tag, firm().language)


def _step(row: StepRow) -> list[Cell]:
    return [label_of(row.labels), row.first_on, row.now_on, row.done_on, row.moved, _step_mark(row)]


def _step_mark(row: StepRow) -> Mark:
    if row.is_kept:
        return Mark(GOOD, t("numbers.kept"))
    if row.is_kept_as_agreed_now:
        return Mark(FAIR, t("numbers.kept_as_moved"))
    if row.moved and row.is_kept_as_agreed_now is None:
        return Mark(OPEN, t("numbers.moved_open"))
    return Mark(BAD, t("numbers.not_kept"))


def _move(row: MoveRow) -> list[Cell]:
    if row.is_told_before is not None:
        mark = Mark(GOOD, t("numbers.in_time")) if row.is_told_before else Mark(BAD, t("numbers.too_late"))
    elif row.told_at is None:
        mark = Mark(OPEN, t("numbers.waiting"))
    else:
        mark = Mark(OPEN, t("numbers.no_delay"))
    name = label_of(row.labels)
    return [name, row.was_on, row.now_on, row.known_at, row.told_at, row.clock, row.working, mark]


def _update(row: UpdateRow) -> list[Cell]:
    marks = {
        Outcome.ON_TIME: Mark(GOOD, t("numbers.on_time")),
        Outcome.LATE: Mark(FAIR, t("numbers.late_after_no_news") if row.has_no_news_mail else t("numbers.late")),
        Outcome.NO_NEWS: Mark(BAD, t("numbers.no_news")),
        Outcome.MOVE_TOLD: Mark(OPEN, t("numbers.move_told")),
        Outcome.SILENT: Mark(BAD, t("numbers.silent")),
        Outcome.DOWNTIME: Mark(BAD, t("work.skipped_why.downtime")),
    }
    return [row.promised_by, row.went_out_at, marks[row.outcome]]


def _announced(row: NewsRow) -> list[Cell]:
    causes = {
        next_news.NO_REPORT: t("numbers.cause_no_report"),
        next_news.DOWNTIME: t("work.skipped_why.downtime"),
        next_news.MAIL_TROUBLE: t("numbers.cause_mail"),
        next_news.NOTHING_CAME: t("numbers.cause_nothing"),
        calls.NO_CALL: t("numbers.cause_no_call"),
    }
    mark = Mark(GOOD, t("numbers.kept")) if row.is_kept else Mark(BAD, t("numbers.not_kept"))
    return [row.promised_at, row.came_at, mark, causes.get(row.cause or "")]


def _day(at: datetime) -> date:
    return local(at, firm().zone).date()
