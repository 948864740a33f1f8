"""Tells somebody about every task that cannot wait for the morning: a mail in trouble, a client who was not told."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.kinds.trouble import Trouble
from emails.links import placeholder
from emails.pieces import TroubleLine
from webapp.models import Firm, Task, TaskKind, User
from webapp.services.calendar import firm_calendar, stand_ins
from webapp.services.core.firm import the_firm
from webapp.services.mail import consequences, queueing
from webapp.services.updates import composing
from webapp.timezones import local

TROUBLES = {
    TaskKind.MAIL_FAILED: "failed",
    TaskKind.MAIL_UNKNOWN: "unknown",
    TaskKind.MAIL_EXPIRED: "expired",
    TaskKind.MAIL_HELD: "held",
    TaskKind.MAIL_REFUSED_LONG: "refused_long",
    TaskKind.MAIL_CAME_BACK: "look",
    TaskKind.COMPLAINED: "complained",
    TaskKind.CLIENT_STOPPED: "client_stopped",
    TaskKind.ADDRESS_CHANGED: "address_changed",
    TaskKind.SENDING_STOPPED: "refused_all",
    TaskKind.CLOCK_JUMPED: "clock_jumped",
    TaskKind.PROMISE_BROKEN: "promise_broken",
    TaskKind.UNOWNED: "unowned",
    TaskKind.PHONE_TWICE_SILENT: "no_news_twice",
    TaskKind.NOTICE_TO_READ: "notice_to_read",
    TaskKind.NOT_TOLD: "not_told",
    TaskKind.NOT_TOLD_LONG: "not_told_long",
}
OWNER_ONLY = {TaskKind.NOT_TOLD, TaskKind.CLIENT_STOPPED, TaskKind.ADDRESS_CHANGED}
CAN_WAIT = {
    TaskKind.UNOWNED,
    TaskKind.CLIENT_STOPPED,
    TaskKind.ADDRESS_CHANGED,
    TaskKind.COMPLAINED,
    TaskKind.MAIL_CAME_BACK,
}
"""What nobody can mend at night."""
MINUTE = timedelta(minutes=1)
HEADS_ONLY = {TaskKind.NOTICE_TO_READ, TaskKind.NOT_TOLD_LONG}


def tell(session: Session, *, now: datetime) -> int:
    """Each task once: to who looks after the work and to the managers and admins, or to those of them whom it concerns,
    each in one mail for all that is new. What can wait for the working hours does: nobody is mailed at night of what
    they cannot mend before the morning."""
    firm = the_firm(session)
    if firm is None:
        return 0
    kinds = set(TROUBLES) if _is_open(firm, now) else set(TROUBLES) - CAN_WAIT
    fresh = session.scalars(
        select(Task).where(Task.mailed_at.is_(None), Task.done_at.is_(None), Task.kind.in_(kinds))
    ).all()
    if not fresh:
        return 0
    wanted: dict[User, list[Task]] = defaultdict(list)
    for task in fresh:
        task.mailed_at = now
        if task.outbox_email is not None and task.outbox_email.kind == "trouble":
            continue  # trouble about telling of trouble would never end; it waits on the board
        for user in _readers(session, firm, task, now=now):
            wanted[user].append(task)
    for user, news in wanted.items():
        key = f"trouble:{user.id}:{max(task.id for task in news)}:{int(now.timestamp())}"
        queueing.to_user(session, "trouble", key, context(firm, user, news, now=now), user, now=now)
    return len(fresh)


def _is_open(firm: Firm, now: datetime) -> bool:
    """Whether the firm works at a moment."""
    return firm_calendar.of_firm(firm).add_hours(now, MINUTE, firm.zone) <= now + MINUTE


def context(firm: Firm, user: User, news: Sequence[Task], *, now: datetime) -> Trouble:
    lines = tuple(TroubleLine(what=_what(task), about=_about(task), detail=_detail(task)) for task in news)
    return Trouble(
        language=user.language,
        brand=composing.brand(firm),
        recipient=user.name,
        today=local(now, firm.zone).date(),
        lines=lines,
        url=placeholder("today"),
    )


def _readers(session: Session, firm: Firm, task: Task, *, now: datetime) -> list[User]:
    today = local(now, firm.zone).date()
    present = stand_ins.in_charge(task.engagement.owner if task.engagement else None, today)
    if task.kind in OWNER_ONLY and present is not None:
        return [present]
    heads = stand_ins.heads(session, today)
    return heads if task.kind in HEADS_ONLY or present is None else list(dict.fromkeys([present, *heads]))


def _what(task: Task) -> str:
    """A key of the catalogue's `trouble` table, the closest that is known."""
    if task.kind is TaskKind.MAIL_FAILED and task.outbox_email and consequences.is_about_letters(task.outbox_email):
        return "letters"
    if task.details.get("is_full"):
        return "full"
    return "bounced" if task.details.get("came_back") else TROUBLES[task.kind]


def _about(task: Task) -> str:
    if task.outbox_email is not None and task.outbox_email.subject:
        return f"{task.outbox_email.to_name} · {task.outbox_email.subject}"
    return f"{task.engagement.title} ({task.engagement.reference})" if task.engagement else ""


def _detail(task: Task) -> str | None:
    if task.outbox_email is not None:
        return task.outbox_email.answer
    detail = task.details.get("answer")
    return str(detail) if detail else None
