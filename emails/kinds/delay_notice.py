"""Moved dates told at once, outside the rhythm."""

from dataclasses import dataclass, replace
from datetime import date

from emails.kinds.client_update import ClientUpdate
from emails.pieces import Agreed, DateLine, Delay, Standing, Who
from emails.sample_story import TODAY, Story, on
from emails.sending import to_client

RULE = to_client(3, priority=15)


@dataclass(frozen=True, kw_only=True)
class DelayNotice(ClientUpdate):
    """Moved dates told at once, outside the rhythm."""


def _delay_notice(tag: str) -> DelayNotice:
    story = Story(tag)
    return DelayNotice(**story.regular(), delays=(story.delay(),), dates=story.moved_dates())


def _delay_on_condition(tag: str) -> DelayNotice:
    story = Story(tag)
    waiting = Agreed(after_days=8, condition=story.said("condition"))
    delay = Delay(
        **story.last,
        first=on(21),
        was=on(23),
        now=waiting,
        moved=2,
        cause=Who.YOU,
        why=story.said("why_you"),
        counted=(TODAY, date(2027, 4, 30)),
    )
    date_line = DateLine(**story.last, first=on(21), now=waiting, moved=2, standing=Standing.MOVED)
    return DelayNotice(**story.regular(), delays=(delay,), dates=(date_line,), asks=story.asks()[:1])


def _date_earlier(tag: str) -> DelayNotice:
    story = Story(tag)
    delay = Delay(**story.last, first=on(23), was=on(23), now=on(21), moved=1, cause=Who.NOBODY)
    date_line = DateLine(**story.last, first=on(23), now=on(21), moved=1, standing=Standing.MOVED)
    return DelayNotice(**story.regular(), delays=(delay,), dates=(story.dates()[0], date_line))


def _date_met(tag: str) -> DelayNotice:
    story = Story(tag)
    waited = Agreed(after_days=8, condition=story.said("condition"))
    delay = Delay(**story.last, first=on(21), was=waited, now=on(26), moved=1, cause=Who.NOBODY)
    date_line = DateLine(**story.last, first=on(21), now=on(26), moved=1, standing=Standing.MOVED)
    return DelayNotice(**story.regular(), delays=(delay,), dates=(date_line,))


def _dates_together(tag: str) -> DelayNotice:
    story = Story(tag)
    first = replace(story.delay(), **story.first, first=on(19), was=on(19), now=on(26))
    dates = (
        DateLine(**story.first, first=on(19), now=on(26), moved=1, standing=Standing.MOVED),
        DateLine(**story.last, first=on(21), now=on(28), moved=1, standing=Standing.MOVED),
    )
    return DelayNotice(**story.regular(), delays=(first, story.delay()), dates=dates)


SAMPLES = {
    "delay_notice": _delay_notice,
    "delay_on_condition": _delay_on_condition,
    "date_earlier": _date_earlier,
    "date_met": _date_met,
    "dates_together": _dates_together,
}
