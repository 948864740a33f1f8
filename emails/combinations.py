"""The sentences that are built from parts, each with every kind of part: dates, conditions, asks, people and counts. A
sentence can be right with one and wrong with the next, so all of them are read side by side, and kept as they read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

from emails import news
from emails.languages import language
from emails.pieces import (
    Agreed,
    AskLine,
    DateLine,
    Labels,
    Said,
    SeasonHours,
    Standing,
    Step,
    Waiting,
    Who,
    Work,
)
from emails.sample_story import TODAY, Story, on
from emails.sentences import Sentences

COUNTS = (1, 2, 3, 5, 11, 21, 100)
PEOPLE = ((Who.US, None), (Who.YOU, None), (Who.OTHER, None), (Who.OTHER, "supplier"), (Who.NOBODY, None))
BEFORE = date(2027, 4, 8)


def of(tag: str) -> dict[str, list[str]]:
    """The sentences of one language by group, in the same order in every language. Directions are marked."""
    story = Story(tag)
    say = Sentences(language(tag).read_in(TODAY.year), is_html=False, fallback=story.words_tag)
    return {name: list(make(story, say)) for name, make in GROUPS.items()}


def kinds_of_date(story: Story, counts: Sequence[int] = COUNTS[-1:]) -> list[Agreed]:
    """A day, one of another year, ranges, estimates, none yet, and some working days after something."""
    return [
        on(28),
        Agreed(starts_on=date(2028, 1, 10)),
        Agreed(starts_on=date(2027, 4, 26), ends_on=date(2027, 4, 28)),
        Agreed(starts_on=date(2027, 4, 29), ends_on=date(2027, 5, 3)),
        Agreed(starts_on=date(2027, 4, 28), is_estimate=True),
        Agreed(starts_on=date(2027, 4, 26), ends_on=date(2027, 4, 28), is_estimate=True),
        Agreed(),
        *(Agreed(after_days=count, condition=story.said("condition")) for count in counts),
    ]


def _moves(story: Story, say: Sentences) -> Iterator[str]:
    """From each kind of date to a day, and from a day to each."""
    day = on(21)
    kinds = kinds_of_date(story)
    for was, now in [*((kind, day) for kind in kinds), *((day, kind) for kind in kinds_of_date(story, COUNTS))]:
        delay = replace(story.delay(), first=was, was=was, now=now)
        yield str(news.moved((delay,), say))
        yield from (say.labelled(row.label, row.text) for row in say.delay(delay, story.at(20, 18))[:1])
    for kind in kinds[:-2]:
        both = (replace(story.delay(), **story.first, was=day, now=kind), story.delay())
        yield str(news.moved(both, say))


def _stands(story: Story, say: Sentences) -> Iterator[str]:
    """How each kind of date stands, and the headline of it; then each standing of a day."""
    for kind in kinds_of_date(story):
        for standing in (Standing.HOLDS, Standing.NOT_SURE, Standing.PASSED)[: 3 if kind.starts_on else 2]:
            line = DateLine(**story.last, first=kind, now=kind, standing=standing)
            yield str(news.standing((line,), None, (), say))
            yield _row(say, line)
        yield _row(say, DateLine(**story.last, first=kind, now=on(28), moved=2, standing=Standing.MOVED))
    for standing in Standing:
        done = on(28).starts_on if standing is Standing.DONE else None
        line = DateLine(**story.last, first=on(28), now=on(28), standing=standing, done_on=done)
        yield _row(say, replace(line, dropped_why=story.said("why")) if standing is Standing.DROPPED else line)
    for day in (27, 29):
        done_on = date(2027, 4, day)
        yield _row(say, DateLine(**story.last, first=on(28), now=on(28), standing=Standing.DONE, done_on=done_on))


def _row(say: Sentences, line: DateLine) -> str:
    (row,) = say.dates([line], next_news_at=Story(say.language.tag).at(20, 18))
    return " · ".join(filter(None, [say.labelled(row.label, row.now), row.stands, row.history]))


def _asks(story: Story, say: Sentences) -> Iterator[str]:
    for said, due, is_overdue in product(
        (story.said("ask"), story.said("ask_more")), (None, BEFORE, TODAY), (False, True)
    ):
        ask = AskLine(ask_id=1, said=said, due_on=due, is_overdue=is_overdue and due is not None)
        yield from say.asks([ask])
        yield str(news.asked(ask, say))
        yield str(news.standing((), None, (ask,), say))
    yield from (str(say.more_asks((ask,) * (10 + count))) for count in COUNTS)


def _people(story: Story, say: Sentences) -> Iterator[str]:
    """Who causes, does and is waited for: us, the reader, others with and without a name, nobody."""
    reasons: list[tuple[Labels | None, Said | None]] = [
        (story.labels("delay_reason"), story.said("why")),
        (story.labels("delay_reason"), None),
        (None, story.said("why")),
    ]
    for (who, key), (reason, why) in product(PEOPLE, reasons):
        name = story[key] if key else None
        delay = replace(story.delay(), cause=who, other_name=name, reason=reason, why=why)
        yield from (say.labelled(row.label, row.text) for row in say.delay(delay, story.at(20, 18))[:2])
    for (who, key), since, stands in product(PEOPLE, (None, BEFORE), (True, False)):
        name = story[key] if key else None
        yield say.waiting(Waiting(who=who, name=name, since=since, plan_stands=stands))
    for (who, key), by in product(PEOPLE[:4], (None, TODAY)):
        row = say.step(Step(said=story.said("step"), who=who, name=story[key] if key else None, by=by))
        yield say.labelled(row.label, row.text)


def _counts(story: Story, say: Sentences) -> Iterator[str]:
    for count in COUNTS:
        work = Work(title=story["title"], reference=story["reference"], steps_done=count, steps_total=count + 4)
        yield str(say.progress(work))
        yield str(say.progress(replace(work, steps_total=count)))
        yield say.t("delay.moved", count=count)
    season = SeasonHours(name=story["season"], starts_on=date(2027, 4, 24), ends_on=date(2027, 5, 23))
    yield say.season(season, story.at(27, 15))


GROUPS: dict[str, Callable[[Story, Sentences], Iterator[str]]] = {
    "moves": _moves,
    "stands": _stands,
    "asks": _asks,
    "people": _people,
    "counts": _counts,
}
