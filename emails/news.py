"""The news of an update in one line, the most pressing first: a moved date, then how the last agreed date stands."""

from datetime import datetime

from emails.pieces import OVER, AskLine, DateLine, Delay, Standing, Waiting, leading
from emails.sentences import Sentences, is_known

BOTH = 2


def moved(delays: tuple[Delay, ...], say: Sentences) -> str:
    """Which date moved, to when and from when; of several the last, or both of two."""
    delay = delays[-1]
    label, was = say.label(delay.labels), say.agreed(delay.was, is_short=True)
    if delay.now.starts_on is None and delay.now.condition:
        return say.t("news.depends", condition=say.name(say.read(delay.now.condition)), was=was)
    if delay.now.starts_on is None:
        return say.t("news.date_gone", label=label, was=was)
    now = say.agreed(delay.now, is_short=True)
    if len(delays) == 1:
        return _moved(delay, label, now, was, say)
    if len(delays) == BOTH and delays[0].now.starts_on is not None:
        each = [(say.label(moved.labels), say.agreed(moved.now, is_short=True)) for moved in delays]
        both = [say.t(":words.colon", label=label, text=day) for label, day in each]
        return say.t("news.both_dates", first=both[0], second=both[1])
    return say.t("news.new_dates", now=now, was=was, label=label)


def _moved(delay: Delay, label: str, now: str, was: str, say: Sentences) -> str:
    if not is_known(delay.was) or (delay.is_met and delay.first.starts_on is None):
        return say.t("news.met", label=label, now=now)
    if delay.is_met:
        return say.t("news.met_first", label=label, now=now, first=say.agreed(delay.first, is_short=True))
    if delay.is_sooner:
        return say.t("news.earlier", label=label, now=now, was=was)
    return say.t("news.met" if delay.is_earlier else "news.new_date", label=label, now=now, was=was)


def standing(dates: tuple[DateLine, ...], waiting: Waiting | None, asks: tuple[AskLine, ...], say: Sentences) -> str:
    if dates and all(line.standing in OVER for line in dates):
        return say.t("news.all_done")
    line = leading(dates)
    if line is not None and line.standing is Standing.PASSED:
        return say.t("news.passed", label=say.label(line.labels), day=say.agreed(line.now, is_short=True))
    if line is not None and line.standing is Standing.NOT_SURE:
        return say.t("news.not_certain", day=say.agreed(line.now, is_short=True))
    if line is not None and (waiting is None or waiting.plan_stands):
        return say.t("news.on_track", day=say.agreed(line.now))
    if not asks:
        return say.t("news.stands")
    if asks[0].due_on is None:
        return say.t("news.we_need", ask=say.phrase(asks[0].said))
    return say.t("news.we_need_by", ask=say.phrase(asks[0].said), day=say.short_day(asks[0].due_on))


def asked(ask: AskLine, say: Sentences) -> str:
    text = say.phrase(ask.said)
    if ask.due_on is None:
        return say.t("preheader.ask", ask=text)
    if ask.is_overdue:
        return say.t("preheader.ask_overdue", ask=text, day=say.short_day(ask.due_on))
    return say.t("preheader.ask_by", ask=text, day=say.day(ask.due_on))


def next_news(at: datetime | None, say: Sentences) -> str:
    if at is None:
        return say.t("nothing_to_do")
    return say.t("preheader.next_news", by=say.by(at))
