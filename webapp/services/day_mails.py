"""What staff hear by mail: the day's mail, one last call before the sending time, one at it, and trouble."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emails import contexts, links
from webapp.models import (
    Checkpoint,
    CheckpointState,
    Engagement,
    EngagementState,
    Firm,
    Reply,
    Role,
    Slot,
    SlotState,
    Task,
    TaskKind,
    User,
)
from webapp.services import cadences, composing, posting, schedule, tasks
from webapp.services.engagement_facts import local, progress, the_firm

FORMS = links.placeholder("forms")
TODAY = links.placeholder("today")
TROUBLES = {
    TaskKind.MAIL_FAILED: "failed",
    TaskKind.MAIL_UNKNOWN: "unknown",
    TaskKind.MAIL_EXPIRED: "expired",
    TaskKind.MAIL_HELD: "held",
    TaskKind.MAIL_REFUSED_LONG: "refused_long",
    TaskKind.SENDING_STOPPED: "refused_all",
    TaskKind.CLOCK_JUMPED: "clock_jumped",
    TaskKind.PROMISE_BROKEN: "promise_broken",
    TaskKind.UNOWNED: "unowned",
    TaskKind.PHONE_TWICE_SILENT: "no_news_twice",
}


def morning(session: Session, *, now: datetime) -> int:
    """On working days from the firm's hour on: one mail a day to each owner of something due today, with one link."""
    firm = the_firm(session)
    if firm is None:
        return 0
    here = local(now, firm.zone)
    if not cadences.calendar(firm).is_working(here.date()) or here.time() < firm.day_mail_at:
        return 0
    end = schedule.instant(here.date() + timedelta(days=1), time(0), firm.zone)
    waiting = len(tasks.waiting(session))
    sent = 0
    for owner, slots in _by_owner(_unfiled(session, until=end)).items():
        context = contexts.DayMail(
            language=owner.language,
            brand=composing.brand(firm),
            recipient=owner.name,
            today=here.date(),
            due=_lines(session, slots, firm, now=now),
            forms_url=FORMS,
            today_url=TODAY,
            replies_waiting=_replies_waiting(session, owner),
            tasks_waiting=waiting if owner.role.rank >= Role.MANAGER.rank else 0,
        )
        key = f"day_mail:{owner.id}:{here.date().isoformat()}"
        sent += _new(posting.to_user(session, "day_mail", key, context, owner, now=now), now)
    return sent


def last_calls(session: Session, *, now: datetime) -> int:
    """Once before the sending time, to the owner, for what is unfiled; the slots of one hour in one mail."""
    firm = the_firm(session)
    if firm is None:
        return 0
    soon = [
        slot
        for slot in _unfiled(session, until=now + timedelta(minutes=firm.last_call_minutes))
        if slot.last_call_at is None and slot.send_at > now and _was_told_before(slot, firm, now=now)
    ]
    for owner, slots in _by_owner(soon).items():
        _call(
            session,
            firm,
            owner,
            slots,
            _key("last_call", owner, slots),
            is_passed=False,
            now=now,
        )
    for slot in soon:
        slot.last_call_at = now
    return len(soon)


def ask_for_two_lines(session: Session, *, now: datetime) -> int:
    """At the sending time of an unfiled slot: the owner and the managers (the admins where there is none) are asked
    for two lines, once."""
    firm = the_firm(session)
    if firm is None:
        return 0
    passed = [slot for slot in _unfiled(session, until=now) if slot.asked_at is None and slot.promised_by > now]
    managers = _heads(session, Role.MANAGER) or _heads(session, Role.ADMIN)
    for owner, slots in _by_owner(passed).items():
        _call(
            session,
            firm,
            owner,
            slots,
            _key("two_lines", owner, slots),
            is_passed=True,
            now=now,
        )
        for manager in managers:
            if manager.id != owner.id:
                key = _key("two_lines", manager, slots)
                _call(session, firm, manager, slots, key, is_passed=True, now=now, missing_owner=owner.name)
    for slot in passed:
        slot.asked_at = now
    return len(passed)


def trouble(session: Session, *, now: datetime) -> int:
    """Tell somebody about every task that came from a mail in trouble, once: the owner of the work and the managers
    and admins, each in one mail for all that is new."""
    firm = the_firm(session)
    fresh = session.scalars(
        select(Task).where(Task.mailed_at.is_(None), Task.done_at.is_(None), Task.kind.in_(list(TROUBLES)))
    ).all()
    if firm is None or not fresh:
        return 0
    heads = session.scalars(select(User).where(User.role.in_([Role.MANAGER, Role.ADMIN]), User.is_active)).all()
    wanted: dict[User, list[Task]] = defaultdict(list)
    for task in fresh:
        task.mailed_at = now
        if task.outbox_email is not None and task.outbox_email.kind == "trouble":
            continue  # trouble about telling of trouble would never end; it waits on the board
        owner = task.engagement.owner if task.engagement else None
        for user in {owner, *heads} - {None}:
            if user is not None and user.is_active:
                wanted[user].append(task)
    for user, news in wanted.items():
        lines = tuple(
            contexts.TroubleLine(what=TROUBLES[task.kind], about=_about(task), detail=_detail(task)) for task in news
        )
        context = contexts.Trouble(
            language=user.language, brand=composing.brand(firm), recipient=user.name, lines=lines, url=TODAY
        )
        key = f"trouble:{user.id}:{max(task.id for task in news)}:{int(now.timestamp())}"
        posting.to_user(session, "trouble", key, context, user, now=now)
    return len(fresh)


def _heads(session: Session, role: Role) -> Sequence[User]:
    return session.scalars(select(User).where(User.role == role, User.is_active).order_by(User.id)).all()


def _call(
    session: Session,
    firm: Firm,
    user: User,
    slots: Sequence[Slot],
    key: str,
    *,
    is_passed: bool,
    now: datetime,
    missing_owner: str | None = None,
) -> None:
    context = contexts.LastCall(
        language=user.language,
        brand=composing.brand(firm),
        recipient=user.name,
        due=_lines(session, slots, firm, now=now),
        forms_url=TODAY if missing_owner else FORMS,
        is_passed=is_passed,
        missing_owner=missing_owner,
    )
    posting.to_user(session, "last_call", key, context, user, now=now)


def _key(kind: str, user: User, slots: Sequence[Slot]) -> str:
    """One call for one sending time: a slot that was re-dated is called again."""
    return f"{kind}:{user.id}:{slots[0].id}:{int(slots[0].send_at.timestamp())}"


def _was_told_before(slot: Slot, firm: Firm, *, now: datetime) -> bool:
    """A last call makes sense only after the day's mail had its chance: on days when there was one."""
    here = local(now, firm.zone)
    return here.time() >= firm.day_mail_at and slot.send_at - now > timedelta(minutes=2)


def _unfiled(session: Session, *, until: datetime) -> Sequence[Slot]:
    return session.scalars(
        select(Slot)
        .join(Engagement, Slot.engagement_id == Engagement.id)
        .join(Checkpoint, Checkpoint.slot_id == Slot.id)
        .where(
            Slot.state == SlotState.PLANNED,
            Slot.send_at <= until,
            Engagement.state == EngagementState.OPEN,
            Engagement.owner_id.is_not(None),
            Checkpoint.state == CheckpointState.DUE,
        )
        .order_by(Slot.send_at, Slot.id)
    ).all()


def _by_owner(slots: Iterable[Slot]) -> dict[User, list[Slot]]:
    owned: dict[User, list[Slot]] = defaultdict(list)
    for slot in slots:
        owner = slot.engagement.owner
        if owner is not None and owner.is_active:
            owned[owner].append(slot)
    return owned


def _lines(session: Session, slots: Sequence[Slot], firm: Firm, *, now: datetime) -> tuple[contexts.DueLine, ...]:
    lines = []
    for slot in slots:
        engagement = slot.engagement
        done, total = progress(engagement)
        lines.append(
            contexts.DueLine(
                engagement=contexts.Engagement(
                    title=engagement.title, reference=engagement.reference, steps_done=done, steps_total=total
                ),
                client=engagement.client.name,
                send_at=local(slot.send_at, firm.zone),
                promised_by=local(slot.promised_by, firm.zone),
                waiting_questions=_questions(session, engagement),
                is_late=slot.send_at <= now,
            )
        )
    return tuple(lines)


def _questions(session: Session, engagement: Engagement) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Reply)
            .where(Reply.engagement_id == engagement.id, Reply.answered_at.is_(None))
        )
        or 0
    )


def _replies_waiting(session: Session, owner: User) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Reply)
            .join(Engagement, Reply.engagement_id == Engagement.id)
            .where(Engagement.owner_id == owner.id, Reply.answered_at.is_(None))
        )
        or 0
    )


def _about(task: Task) -> str:
    if task.outbox_email is not None:
        return f"{task.outbox_email.to_name} · {task.outbox_email.subject}"
    return f"{task.engagement.title} ({task.engagement.reference})" if task.engagement else ""


def _detail(task: Task) -> str | None:
    if task.outbox_email is not None:
        return task.outbox_email.answer
    detail = task.details.get("answer")
    return str(detail) if detail else None


def _new(mail: object, now: datetime) -> int:
    return int(getattr(mail, "queued_at", None) == now)
