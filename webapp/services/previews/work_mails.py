"""What each mail would say about a piece of work, by the code that composes the real ones. Nothing is written."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from emails.kinds.address_moved import AddressMoved
from emails.kinds.client_update import ClientUpdate
from emails.kinds.fresh_link import FreshLink
from emails.kinds.no_news import SECOND, NoNews
from emails.pieces import StepChange
from webapp.models import Fact, Reply, UpdateKind
from webapp.services.conversation import replies
from webapp.services.dates import ledger
from webapp.services.previews import staff_mails
from webapp.services.previews.shown_work import Missing, Told, Work, latest_reply
from webapp.services.promised import planning
from webapp.services.rhythm import slots
from webapp.services.updates import composing, releases
from webapp.services.updates.answers import Answers
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import date_lines, date_of, delay, frame
from webapp.timezones import local


def of_work(work: Work, name: str) -> Told:
    """The mail of this name in `emails.registry.SAMPLES`, about this work. Raises Missing."""
    context, sent_at = MAILS.get(name, _of_no_work)(work)
    return replace(context, language=work.tag), sent_at


def _news(is_wanted: Callable[[Snapshot], bool]) -> Callable[[Work], Told]:
    def find(work: Work) -> Told:
        for kind, frozen, sent_at in _reports(work):
            if is_wanted(frozen):
                return composing.client_mail(kind, frozen, work.to), sent_at
        raise Missing("news")

    return find


def _reports(work: Work) -> Iterator[tuple[UpdateKind, Snapshot, datetime | None]]:
    """What is filed and waits for its hour, then what went out."""
    slot = slots.current(work.session, work.engagement)
    if slot is not None and slot.checkpoint is not None and slot.checkpoint.revisions:
        answers = Answers.load(slot.checkpoint.revisions[-1].answers)
        upcoming = planning.upcoming(work.session, slot)
        is_late = slot.promised_by < work.now
        yield (
            UpdateKind.REGULAR,
            releases.from_answers(work.session, slot, answers, next_news_at=upcoming, now=work.now, is_late=is_late),
            None,
        )
    for update in work.released(UpdateKind.REGULAR, UpdateKind.CHANGED):
        yield update.kind, Snapshot.load(update.snapshot), update.released_at


def _is_on_track(frozen: Snapshot) -> bool:
    return not (frozen.delays or frozen.waiting or frozen.introduces or frozen.is_late)


def _delay_notice(*, is_on_condition: bool) -> Callable[[Work], Told]:
    def write(work: Work) -> Told:
        told = _as_told(work, UpdateKind.DELAY_NOTICE, lambda frozen: _waits(frozen) or not is_on_condition)
        if told is not None:
            return told
        moved = []
        for milestone in work.engagement.milestones:
            entries = ledger.effective(milestone)
            if len(entries) > 1 and (not is_on_condition or entries[-1].after_days is not None):
                moved.append(delay(milestone, date_of(entries[-2]), entries[-1], work.engagement.playbook))
        if not moved:
            raise Missing("condition" if is_on_condition else "delay")
        frozen = Snapshot(
            **frame(work.session, work.engagement, now=work.now),
            dates=date_lines(work.engagement),
            delays=tuple(moved),
            confirmed_at=work.now,
            next_news_at=work.next_news_at,
        )
        return composing.client_mail(UpdateKind.DELAY_NOTICE, frozen, work.to), None

    return write


def _waits(frozen: Snapshot) -> bool:
    return any(moved.now.after_days is not None for moved in frozen.delays)


def _moved(is_wanted: Callable[[ClientUpdate], bool]) -> Callable[[Work], Told]:
    """An update that told moved dates of the wanted sort."""

    def find(work: Work) -> Told:
        for update in work.released(UpdateKind.DELAY_NOTICE, UpdateKind.REGULAR):
            context = composing.client_update(Snapshot.load(update.snapshot), work.to)
            if is_wanted(context):
                return composing.client_mail(update.kind, Snapshot.load(update.snapshot), work.to), update.released_at
        raise Missing("news")

    return find


def _as_told(work: Work, kind: UpdateKind, is_wanted: Callable[[Snapshot], bool] = lambda _: True) -> Told | None:
    for update in work.released(kind):
        frozen = Snapshot.load(update.snapshot)
        if is_wanted(frozen):
            return composing.client_mail(kind, frozen, work.to), update.released_at
    return None


def _no_news(work: Work) -> Told:
    told = _as_told(work, UpdateKind.NO_NEWS)
    frozen = releases.no_news_snapshot(
        work.session, work.engagement, promised_at=work.now, next_news_at=work.next_news_at, now=work.now
    )
    return told or (composing.client_mail(UpdateKind.NO_NEWS, frozen, work.to), None)


def _silent_again(is_wanted: Callable[[NoNews], bool]) -> Callable[[Work], Told]:
    """A mail that said once more that nothing is confirmed, and what becomes of the call about it."""

    def find(work: Work) -> Told:
        for update in work.released(UpdateKind.NO_NEWS):
            mail = composing.client_mail(update.kind, Snapshot.load(update.snapshot), work.to)
            if isinstance(mail, NoNews) and mail.call is not None and is_wanted(mail):
                return mail, update.released_at
        raise Missing("news")

    return find


def _changed(is_wanted: Callable[[Snapshot], bool]) -> Callable[[Work], Told]:
    """What was told at once, beside the rhythm."""

    def find(work: Work) -> Told:
        told = _as_told(work, UpdateKind.CHANGED, is_wanted)
        if told is None:
            raise Missing("news")
        return told

    return find


def _news_moved(work: Work) -> Told:
    told = _as_told(work, UpdateKind.NEWS_MOVED)
    if told is None:
        raise Missing("news")
    return told


def _welcome(work: Work) -> Told:
    told = _as_told(work, UpdateKind.WELCOME)
    if told is not None:
        return told
    facts = work.session.scalars(
        select(Fact.text).where(Fact.engagement_id == work.engagement.id).order_by(Fact.id)
    ).all()
    today = local(work.now, work.engagement.cadence["zone"]).date()
    (first,) = planning.preview(work.session, work.engagement, after=today, count=1)
    frozen = releases.welcome_snapshot(
        work.session, work.engagement, next_news_at=first.promised_by, facts=tuple(facts), now=work.now
    )
    return composing.client_mail(UpdateKind.WELCOME, frozen, work.to), None


def _correction(*, of_a_date: bool) -> Callable[[Work], Told]:
    def find(work: Work) -> Told:
        told = _as_told(
            work,
            UpdateKind.CORRECTION,
            lambda frozen: any(part.part == "date" for part in frozen.corrected) or not of_a_date,
        )
        if told is None:
            raise Missing("correction")
        return told

    return find


def _closing(*, is_pause: bool, is_still: bool = False) -> Callable[[Work], Told]:
    def write(work: Work) -> Told:
        wanted = (is_pause, is_still)
        told = _as_told(work, UpdateKind.CLOSING, lambda frozen: (frozen.is_pause, frozen.is_still) == wanted)
        frozen = releases.closing_snapshot(work.session, work.engagement, is_pause=is_pause, words="", now=work.now)
        frozen = frozen.model_copy(update={"is_still": is_still})
        return told or (composing.client_mail(UpdateKind.CLOSING, frozen, work.to), None)

    return write


def _address_moved(work: Work) -> Told:
    frozen = Snapshot(**frame(work.session, work.engagement, now=work.now))
    return AddressMoved(**composing.opening(frozen, work.to)), None


def _fresh_link(work: Work) -> Told:
    frozen = Snapshot(**frame(work.session, work.engagement, now=work.now))
    return FreshLink(**composing.opening(frozen, work.to)), None


def _written_to(work: Work, reply: Reply) -> composing.For:
    part = work.engagement.part_of(reply.contact_id)
    if part is None:
        raise Missing("reader")
    return replace(composing.For.contact(work.firm, part, now=work.now), language=work.tag)


def _receipt(work: Work) -> Told:
    reply = latest_reply(work)
    return replies.receipt_context(work.session, reply, _written_to(work, reply)), reply.written_at


def _receipt_stop(work: Work) -> Told:
    return replies.stop_context(work.session, work.engagement, work.to, now=work.now), None


def _answer(work: Work) -> Told:
    reply = latest_reply(work, is_answered=True)
    context = replies.answer_context(work.session, reply, _written_to(work, reply), now=work.now)
    return context, reply.answered_at


def _of_no_work(_work: Work) -> Told:
    raise Missing("work")


MAILS: dict[str, Callable[[Work], Told]] = {
    "on_track": _news(_is_on_track),
    "update_with_delay": _news(lambda frozen: bool(frozen.delays)),
    "nothing_new": _news(lambda frozen: frozen.waiting is not None),
    "introduction": _news(lambda frozen: frozen.introduces is not None),
    "late_update": _news(lambda frozen: frozen.is_late),
    "before_a_season": _news(lambda frozen: frozen.season is not None),
    "step_dropped": _changed(lambda frozen: StepChange.DROPPED in frozen.changed.values()),
    "step_back": _changed(lambda frozen: StepChange.BACK in frozen.changed.values()),
    "step_reopened": _changed(lambda frozen: StepChange.REOPENED in frozen.changed.values()),
    "resumed": _changed(lambda frozen: frozen.is_resumed),
    "delay_notice": _delay_notice(is_on_condition=False),
    "delay_on_condition": _delay_notice(is_on_condition=True),
    "date_earlier": _moved(lambda mail: any(moved.is_earlier for moved in mail.delays)),
    "date_met": _moved(lambda mail: any(moved.is_met for moved in mail.delays)),
    "dates_together": _moved(lambda mail: len(mail.delays) > 1),
    "no_news": _no_news,
    "no_news_again": _silent_again(lambda mail: mail.is_call_ahead),
    "no_news_call_came": _silent_again(lambda mail: mail.call is not None and mail.call.came_on is not None),
    "no_news_call_missed": _silent_again(lambda mail: mail.call is not None and mail.call.is_over),
    "no_news_new_call": _silent_again(lambda mail: mail.is_call_ahead and mail.silent > SECOND),
    "news_moved": _news_moved,
    "welcome": _welcome,
    "correction": _correction(of_a_date=False),
    "correction_of_a_date": _correction(of_a_date=True),
    "closing": _closing(is_pause=False),
    "pause": _closing(is_pause=True),
    "pause_still": _closing(is_pause=True, is_still=True),
    "fresh_link": _fresh_link,
    "address_moved": _address_moved,
    "receipt": _receipt,
    "receipt_stop": _receipt_stop,
    "answer": _answer,
    "day_mail": staff_mails.day_mail,
    "day_mail_missed": staff_mails.day_mail_missed,
    "last_call": staff_mails.last_call(is_passed=False),
    "last_call_passed": staff_mails.last_call(is_passed=True),
    "reply_received": staff_mails.reply_received,
    "trouble": staff_mails.trouble,
}
