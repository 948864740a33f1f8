"""One mail a working morning to each colleague who has something to do: what is due, asked, or was missed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emails.kinds.day_mail import DayMail
from emails.links import placeholder
from emails.pieces import MissedLine, QuestionLine, last_day
from webapp.models import DateQuestion, Engagement, Firm, OutboxEmail, Reply, Slot, User
from webapp.services.calendar import firm_calendar, stand_ins
from webapp.services.core import tasks
from webapp.services.core.firm import label, the_firm
from webapp.services.dates import questions
from webapp.services.mail import queueing
from webapp.services.reports import escalation, owed
from webapp.services.updates import composing
from webapp.timezones import local


@dataclass
class Load:
    """What one colleague has to do today."""

    due: list[Slot] = field(default_factory=list)
    questions: list[DateQuestion] = field(default_factory=list)
    missed: list[Slot] = field(default_factory=list)


def morning(session: Session, *, now: datetime) -> int:
    """On working days from the firm's hour on: one mail to everybody with something to do, with one link. Their own
    work counts and that of whom they stand in for, and the missed reports that have come to them."""
    firm = the_firm(session)
    if firm is None:
        return 0
    here = local(now, firm.zone)
    if not firm_calendar.of_firm(firm).is_working(here.date()) or here.time() < firm.day_mail_at:
        return 0
    today = here.date().isoformat()
    keys = {f"day_mail:{user.id}:{today}": (user, load) for user, load in loads(session, firm, now=now)}
    sent = set(session.scalars(select(OutboxEmail.dedupe_key).where(OutboxEmail.dedupe_key.in_(list(keys)))))
    fresh = {key: whose for key, whose in keys.items() if key not in sent}
    waiting = len(tasks.waiting(session)) if fresh else 0
    for key, (user, load) in fresh.items():
        context = day_context(session, firm, user, load, tasks_waiting=waiting, now=now)
        queueing.to_user(session, "day_mail", key, context, user, now=now)
    return len(fresh)


def loads(session: Session, firm: Firm, *, now: datetime) -> list[tuple[User, Load]]:
    """Who has what to do today."""
    today = local(now, firm.zone).date()
    found: dict[User, Load] = defaultdict(Load)
    until = owed.before_next_day(firm, today)
    for user, slots in owed.by_duty(owed.unfiled(session, until=until), on=today).items():
        found[user].due = slots
    for question in questions.waiting(session):
        present = stand_ins.in_charge(session.get_one(Engagement, question.milestone.engagement_id).owner, today)
        if present is not None:
            found[present].questions.append(question)
    for slot, hearers in escalation.of_missed(session, firm, on=today):
        for user in hearers:
            found[user].missed.append(slot)
    return list(found.items())


def day_context(session: Session, firm: Firm, user: User, load: Load, *, tasks_waiting: int, now: datetime) -> DayMail:
    today = local(now, firm.zone).date()
    covered = stand_ins.covered(session, user, today)
    return DayMail(
        language=user.language,
        brand=composing.brand(firm),
        recipient=user.name,
        today=today,
        due=owed.lines(session, load.due, firm, user, now=now),
        questions=tuple(_question(session, question, firm, user) for question in load.questions),
        missed=tuple(_missed(slot, user, covered) for slot in load.missed),
        forms_url=placeholder("forms"),
        today_url=placeholder("today"),
        replies_waiting=_replies_waiting(session, covered),
        tasks_waiting=tasks_waiting if user.role.leads else 0,
    )


def _question(session: Session, question: DateQuestion, firm: Firm, user: User) -> QuestionLine:
    milestone = question.milestone
    engagement = session.get_one(Engagement, milestone.engagement_id)
    return QuestionLine(
        engagement=owed.work_line(engagement),
        client=engagement.client.name,
        label=label(milestone.labels, user.language, firm.language),
        on=last_day(questions.present(milestone)),
        owner=owed.owner_for(engagement, user),
    )


def _missed(slot: Slot, user: User, covered: Collection[int]) -> MissedLine:
    return MissedLine(
        engagement=owed.work_line(slot.engagement),
        client=slot.engagement.client.name,
        on=slot.local_on,
        owner=owed.owner_for(slot.engagement, user),
        is_to_write=slot.engagement.owner_id in covered,
    )


def _replies_waiting(session: Session, owners: Collection[int]) -> int:
    wanted = (
        select(func.count())
        .select_from(Reply)
        .join(Engagement, Reply.engagement_id == Engagement.id)
        .where(Engagement.owner_id.in_(owners), Reply.answered_at.is_(None))
    )
    return session.scalar(wanted) or 0
