"""The way so far and the way to go: the agreed dates in their order, with today among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from emails.pieces import DateLine, Standing, last_day


@dataclass(frozen=True)
class Mark:
    """One step on the day it was done or is agreed for, None where that is not known; or today, which is no step."""

    line: DateLine | None
    on: date | None

    @property
    def state(self) -> str:
        """How the mark looks: past, now, moved, or ahead."""
        if self.line is None:
            return "now"
        if self.line.standing is Standing.DONE:
            return "past"
        return "moved" if self.line.moved else "ahead"


def of(dates: Iterable[DateLine], today: date) -> tuple[Mark, ...]:
    """The marks, the earliest first and unknown days last; today comes after what was done today and before what is
    agreed for it. Steps that fell away are not on the way. Nothing where no step is left."""
    marks = [Mark(line, _day(line)) for line in dates if line.standing is not Standing.DROPPED]
    if not marks:
        return ()
    return tuple(sorted([*marks, Mark(None, today)], key=_place))


def _day(line: DateLine) -> date | None:
    return line.done_on or last_day(line.now)


def _place(mark: Mark) -> tuple[date, int]:
    order = {"past": 0, "now": 1}
    return mark.on or date.max, order.get(mark.state, 2)
