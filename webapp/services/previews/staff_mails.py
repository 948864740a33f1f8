"""What each mail to colleagues would say about a piece of work. Nothing is written."""

from collections.abc import Callable

from sqlalchemy import select

from webapp.models import Task
from webapp.services.conversation import replies
from webapp.services.core import tasks
from webapp.services.dates import questions
from webapp.services.previews.shown_work import Missing, Told, Work, latest_reply
from webapp.services.reports import day_mails, last_calls
from webapp.services.today import troubles


def reply_received(work: Work) -> Told:
    reply = latest_reply(work)
    return replies.received_context(work.firm, reply, work.user), reply.written_at


def day_mail(work: Work) -> Told:
    waiting = len(tasks.waiting(work.session))
    context = day_mails.day_context(
        work.session, work.firm, work.user, day_mails.Load(due=[work.slot]), tasks_waiting=waiting, now=work.now
    )
    return context, None


def day_mail_missed(work: Work) -> Told:
    """As if the present update had been missed, with the questions about dates that wait."""
    asked = [one for one in questions.waiting(work.session) if one.milestone.engagement_id == work.engagement.id]
    load = day_mails.Load(questions=asked, missed=[work.slot])
    return day_mails.day_context(work.session, work.firm, work.user, load, tasks_waiting=0, now=work.now), None


def last_call(*, is_passed: bool) -> Callable[[Work], Told]:
    def write(work: Work) -> Told:
        owner = work.engagement.owner
        missing = owner.name if is_passed and owner is not None and owner.id != work.user.id else None
        context = last_calls.call_context(
            work.session, work.firm, work.user, [work.slot], is_passed=is_passed, now=work.now, missing_owner=missing
        )
        return context, None

    return write


def trouble(work: Work) -> Told:
    wanted = select(Task).where(Task.engagement_id == work.engagement.id, Task.kind.in_(list(troubles.TROUBLES)))
    news = work.session.scalars(wanted.order_by(Task.id.desc()).limit(5)).all()
    if not news:
        raise Missing("trouble")
    return troubles.context(work.firm, work.user, news, now=work.now), None
