"""A realistic mail of every kind in every language, for previews, pictures and the golden files of the tests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from emails.contexts import (
    Agreed,
    Answer,
    AskLine,
    ClientUpdate,
    Closing,
    CorrectedPart,
    Correction,
    DateLine,
    Delay,
    DelayNotice,
    EmailContext,
    FreshLink,
    NoNews,
    Receipt,
    Standing,
    Waiting,
    Welcome,
    Who,
    Words,
)
from emails.links import placeholder
from emails.sample_story import Story, on
from emails.samples_for_staff import STAFF_SAMPLES


def on_track(tag: str) -> EmailContext:
    story = Story(tag)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 6),
        done=story.said("done"),
        step_done="yes",
        last_step=story.said("last_step"),
        steps=story.steps(),
        dates=story.dates(),
        asks=story.asks(),
    )


def update_with_delay(tag: str) -> EmailContext:
    story = Story(tag)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 13),
        done=story.said("done"),
        step_done="partly",
        last_step=story.said("last_step"),
        steps=story.steps()[:1],
        dates=story.moved_dates(),
        delays=(story.delay(),),
    )


def nothing_new(tag: str) -> EmailContext:
    story = Story(tag)
    shared = story.regular()
    shared["owner"] = story.stand_in
    return ClientUpdate(
        **shared,
        since=date(2027, 4, 13),
        dates=story.dates(),
        waiting=Waiting(who=Who.OTHER, name=story["supplier"], since=date(2027, 4, 8)),
    )


def introduction(tag: str) -> EmailContext:
    story = Story(tag)
    shared = story.regular()
    shared["owner"] = story.colleague
    return ClientUpdate(
        **shared,
        since=date(2027, 4, 13),
        done=story.said("done"),
        steps=story.steps()[:1],
        dates=story.dates(),
        introduces=story.colleague,
        introduction=story.said("introduction"),
    )


def late_update(tag: str) -> EmailContext:
    story = Story(tag)
    overdue = AskLine(text=story.said("ask"), due_on=date(2027, 4, 12), is_overdue=True)
    unsure = DateLine(label=story["last_label"], first=on(23), now=on(23), standing=Standing.NOT_SURE)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 6),
        step_done="no",
        last_step=story.said("last_step"),
        steps=story.steps()[:2],
        dates=(story.dates()[0], unsure),
        asks=(overdue,),
        is_late=True,
    )


def delay_notice(tag: str) -> EmailContext:
    story = Story(tag)
    return DelayNotice(
        **story.regular(), delays=(story.delay(),), dates=story.moved_dates(), reply_url=placeholder("reply")
    )


def delay_on_condition(tag: str) -> EmailContext:
    story = Story(tag)
    waiting = Agreed(days=5, condition=story.said("condition"))
    delay = Delay(
        label=story["last_label"],
        first=on(21),
        was=on(23),
        now=waiting,
        moved=2,
        cause=Who.YOU,
        why=story.said("why_you"),
    )
    date_line = DateLine(label=story["last_label"], first=on(21), now=waiting, moved=2, standing=Standing.MOVED)
    return DelayNotice(**story.regular(), delays=(delay,), dates=(date_line,), asks=story.asks()[:1])


def date_earlier(tag: str) -> EmailContext:
    story = Story(tag)
    delay = Delay(label=story["last_label"], first=on(23), was=on(23), now=on(21), moved=1, cause=Who.NOBODY)
    date_line = DateLine(label=story["last_label"], first=on(23), now=on(21), moved=1, standing=Standing.MOVED)
    return DelayNotice(**story.regular(), delays=(delay,), dates=(story.dates()[0], date_line))


def date_met(tag: str) -> EmailContext:
    story = Story(tag)
    waited = Agreed(days=5, condition=story.said("condition"))
    delay = Delay(label=story["last_label"], first=on(21), was=waited, now=on(26), moved=1, cause=Who.NOBODY)
    date_line = DateLine(label=story["last_label"], first=on(21), now=on(26), moved=1, standing=Standing.MOVED)
    return DelayNotice(**story.regular(), delays=(delay,), dates=(date_line,))


def dates_together(tag: str) -> EmailContext:
    story = Story(tag)
    first = replace(story.delay(), label=story["first_label"], first=on(19), was=on(19), now=on(26))
    dates = (
        DateLine(label=story["first_label"], first=on(19), now=on(26), moved=1, standing=Standing.MOVED),
        DateLine(label=story["last_label"], first=on(21), now=on(28), moved=1, standing=Standing.MOVED),
    )
    return DelayNotice(**story.regular(), delays=(first, story.delay()), dates=dates, reply_url=placeholder("reply"))


def no_news(tag: str) -> EmailContext:
    story = Story(tag)
    return NoNews(**story.regular(), confirmed_on=date(2027, 4, 6), dates=story.dates()[1:])


def welcome(tag: str) -> EmailContext:
    story = Story(tag)
    estimate = Agreed(start=date(2027, 4, 21), end=date(2027, 4, 23), is_estimate=True)
    return Welcome(
        **story.regular(),
        rhythm=story["rhythm"],
        dates=(story.dates()[0], DateLine(label=story["last_label"], first=estimate, now=estimate)),
        facts=(story.said("fact"), story.said("fact_more")),
        asks=story.asks()[:1],
    )


def correction(tag: str) -> EmailContext:
    story = Story(tag)
    part = CorrectedPart(what="next", wrote=story.said("wrote"), right=story.said("right"))
    return Correction(**story.regular(), written_on=date(2027, 4, 13), parts=(part,))


def closing(tag: str) -> EmailContext:
    story = Story(tag)
    shared = story.regular()
    shared["engagement"] = replace(shared["engagement"], stage=None, steps_done=5)
    shared["next_news_at"] = None
    return Closing(**shared, words=story.said("closing_words"))


def pause(tag: str) -> EmailContext:
    story = Story(tag)
    return Closing(**story.regular(), is_pause=True, resumes_on=date(2027, 5, 3))


def fresh_link(tag: str) -> EmailContext:
    return FreshLink(**Story(tag).about())


def receipt(tag: str) -> EmailContext:
    story = Story(tag)
    return Receipt(
        **story.about(), written=story.said("question"), written_at=story.at(13, 9, 5), answer_by=story.at(14, 12)
    )


def receipt_stop(tag: str) -> EmailContext:
    story = Story(tag)
    return Receipt(
        **story.about(),
        written=Words(text=""),
        written_at=story.at(13, 9, 5),
        written_as=story["colleague"],
        is_stop=True,
    )


def answer(tag: str) -> EmailContext:
    story = Story(tag)
    return Answer(**story.regular(), asked=story.said("question"), answer=story.said("answer"))


SAMPLES: dict[str, Callable[[str], EmailContext]] = {
    build.__name__: build
    for build in (
        on_track,
        update_with_delay,
        nothing_new,
        introduction,
        late_update,
        delay_notice,
        delay_on_condition,
        date_earlier,
        date_met,
        dates_together,
        no_news,
        welcome,
        correction,
        closing,
        pause,
        fresh_link,
        receipt,
        receipt_stop,
        answer,
        *STAFF_SAMPLES,
    )
}
