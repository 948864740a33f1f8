"""The news of a mail in one line, for its subject and its heading, and what a mail program shows beside it.

The most pressing thing first: a moved date, then an overdue ask, then whether the last agreed date holds.
"""

from functools import singledispatch

from emails.contexts import (
    Answer,
    AskLine,
    ClientUpdate,
    Closing,
    Correction,
    DateLine,
    DayMail,
    Delay,
    FreshLink,
    Invitation,
    LastCall,
    NoNews,
    Receipt,
    ReplyReceived,
    SignIn,
    Standing,
    Trouble,
    Waiting,
    Welcome,
)
from emails.sentences import Sentences


@singledispatch
def headline(mail: object, say: Sentences) -> str:
    """The news itself, "On track for Friday 23 April". Raises TypeError for what is no mail."""
    raise TypeError(f"no mail: {type(mail).__name__}")


@singledispatch
def preheader(mail: object, say: Sentences) -> str:
    """The line beside the subject: what we ask for where we ask, else what comes next."""
    raise TypeError(f"no mail: {type(mail).__name__}")


@headline.register
def _(mail: ClientUpdate, say: Sentences) -> str:
    if mail.delays:
        return _moved(mail.delays, say)
    overdue = next((ask for ask in mail.asks if ask.is_overdue), None)
    if overdue:
        return say.t("news.still_need", ask=say.name(overdue.text.text))
    return _standing(mail.dates, mail.waiting, mail.asks, say)


@preheader.register
def _(mail: ClientUpdate, say: Sentences) -> str:
    if mail.asks:
        return _asked(mail.asks[0], say)
    if mail.delays and mail.delays[0].what_we_do:
        return say.name(mail.delays[0].what_we_do.text)
    if mail.steps:
        return say.t("preheader.next_step", step=say.step(mail.steps[0]).text)
    return _next_news(mail, say)


@headline.register
def _(mail: NoNews, say: Sentences) -> str:
    if mail.next_news_at is None:
        return say.t("news.no_news")
    return say.t("news.no_news_next", by=say.by(mail.next_news_at))


@preheader.register
def _(mail: NoNews, say: Sentences) -> str:
    return say.t("preheader.no_news")


@headline.register
def _(mail: Welcome, say: Sentences) -> str:
    return say.t("news.welcome")


@preheader.register
def _(mail: Welcome, say: Sentences) -> str:
    return _asked(mail.asks[0], say) if mail.asks else say.t("preheader.welcome")


@headline.register
def _(mail: Correction, say: Sentences) -> str:
    return _moved(mail.delays, say) if mail.delays else say.t("news.correction", day=say.short_day(mail.written_on))


@preheader.register
def _(mail: Correction, say: Sentences) -> str:
    return say.t("preheader.correction")


@headline.register
def _(mail: Closing, say: Sentences) -> str:
    if not mail.is_pause:
        return say.t("news.closing")
    return say.t("news.pause_until", day=say.day(mail.resumes_on)) if mail.resumes_on else say.t("news.pause")


@preheader.register
def _(mail: Closing, say: Sentences) -> str:
    return _next_news(mail, say) if mail.next_news_at else say.t("preheader.closing")


@headline.register
def _(mail: FreshLink, say: Sentences) -> str:
    return say.t("news.fresh_link")


@preheader.register
def _(mail: FreshLink, say: Sentences) -> str:
    return say.t("preheader.fresh_link")


@headline.register
def _(mail: Receipt, say: Sentences) -> str:
    return say.t("news.receipt_stop" if mail.is_stop else "news.receipt")


@preheader.register
def _(mail: Receipt, say: Sentences) -> str:
    if mail.is_stop:
        return say.t("preheader.receipt_stop")
    if mail.answer_by is None:
        return say.t("preheader.receipt_undated")
    return say.t("preheader.receipt", by=say.by(mail.answer_by))


@headline.register
def _(mail: Answer, say: Sentences) -> str:
    return say.t("news.answer")


@preheader.register
def _(mail: Answer, say: Sentences) -> str:
    return say.name(mail.answer.text)


@headline.register
def _(mail: DayMail, say: Sentences) -> str:
    if not mail.due and mail.missed:
        return say.t("staff.day_missed", count=len(mail.missed))
    if not mail.due and mail.questions:
        return say.t("staff.day_questions", count=len(mail.questions))
    if not mail.due:
        return say.t("staff.day_none")
    soonest = min(line.send_at for line in mail.due)
    return say.t("staff.day_subject", count=len(mail.due), first=say.time(soonest))


@preheader.register
def _(mail: DayMail, say: Sentences) -> str:
    named = [line.engagement.title for line in mail.due] or list(dict.fromkeys(line.client for line in mail.missed))
    named = named or [line.label for line in mail.questions]
    return say.name(say.language.listing(named)) if named else say.ready("")


@headline.register
def _(mail: LastCall, say: Sentences) -> str:
    key = "staff.last_call_passed_subject" if mail.is_passed else "staff.last_call_subject"
    soonest = min(mail.due, key=lambda line: line.send_at)
    at = soonest.promised_by if mail.is_passed else soonest.send_at
    return say.t(key, count=len(mail.due), at=say.time(at), title=soonest.engagement.title)


@preheader.register
def _(mail: LastCall, say: Sentences) -> str:
    return say.t("staff.last_call_passed" if mail.is_passed else "staff.last_call_lead")


@headline.register
def _(mail: SignIn, say: Sentences) -> str:
    return say.t("staff.sign_in_subject", firm=mail.brand.name)


@preheader.register
def _(mail: SignIn, say: Sentences) -> str:
    return say.t("staff.sign_in_preheader")


@headline.register
def _(mail: Invitation, say: Sentences) -> str:
    return say.t("staff.invitation_subject", firm=mail.brand.name)


@preheader.register
def _(mail: Invitation, say: Sentences) -> str:
    return say.t("staff.invitation_ttl", count=mail.ttl_days)


@headline.register
def _(mail: ReplyReceived, say: Sentences) -> str:
    return say.t(f"staff.reply_subject.{mail.kind}", client=mail.client)


@preheader.register
def _(mail: ReplyReceived, say: Sentences) -> str:
    return say.name(mail.written.text)


@headline.register
def _(mail: Trouble, say: Sentences) -> str:
    return say.t("staff.trouble_subject", count=len(mail.lines))


@preheader.register
def _(mail: Trouble, say: Sentences) -> str:
    return say.name(mail.lines[0].about) if mail.lines else say.ready("")


def _moved(delays: tuple[Delay, ...], say: Sentences) -> str:
    delay = delays[-1]
    was = say.agreed(delay.was, is_short=True)
    if delay.now.start is None and delay.now.condition:
        return say.t("news.depends", condition=say.name(delay.now.condition.text), was=was)
    if delay.now.start is None:
        return say.t("news.date_gone", was=was)
    now = say.agreed(delay.now, is_short=True)
    if delay.is_met and len(delays) == 1:
        return say.t("news.met", now=now)
    if delay.is_earlier and len(delays) == 1:
        return say.t("news.earlier", now=now, was=was)
    if len(delays) == 1:
        return say.t("news.new_date", now=now, was=was)
    return say.t("news.new_dates", now=now, was=was, label=delay.label)


def _standing(dates: tuple[DateLine, ...], waiting: Waiting | None, asks: tuple[AskLine, ...], say: Sentences) -> str:
    if dates and all(line.standing in (Standing.DONE, Standing.DROPPED) for line in dates):
        return say.t("news.all_done")
    ahead = [line for line in dates if line.standing not in (Standing.DONE, Standing.DROPPED) and line.now.start]
    unsure = next((line for line in ahead if line.standing is Standing.NOT_SURE), None)
    if unsure:
        return say.t("news.not_certain", day=say.agreed(unsure.now, is_short=True))
    if ahead and (waiting is None or waiting.plan_stands):
        return say.t("news.on_track", day=say.agreed(ahead[-1].now))
    if not asks:
        return say.t("news.stands")
    if asks[0].due_on is None:
        return say.t("news.we_need", ask=say.name(asks[0].text.text))
    return say.t("news.we_need_by", ask=say.name(asks[0].text.text), day=say.short_day(asks[0].due_on))


def _asked(ask: AskLine, say: Sentences) -> str:
    text = say.name(ask.text.text)
    if ask.due_on is None:
        return say.t("preheader.ask", ask=text)
    return say.t("preheader.ask_by", ask=text, day=say.day(ask.due_on))


def _next_news(mail: ClientUpdate | Closing, say: Sentences) -> str:
    if mail.next_news_at is None:
        return say.t("nothing_to_do")
    return say.t("preheader.next_news", by=say.by(mail.next_news_at))
