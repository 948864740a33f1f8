"""What staff hear by mail while a report is missing: one last call before the sending time, and one at it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from emails.kinds.last_call import LastCall
from emails.links import placeholder
from webapp.models import Firm, Slot, User
from webapp.services.calendar import stand_ins
from webapp.services.core.firm import the_firm
from webapp.services.mail import queueing
from webapp.services.reports import owed
from webapp.services.updates import composing
from webapp.timezones import local


def last_calls(session: Session, *, now: datetime) -> int:
    """Once before the sending time, to who looks after it, for what is unfiled; the slots of one hour in one mail."""
    firm = the_firm(session)
    if firm is None:
        return 0
    soon = [
        slot
        for slot in owed.unfiled(session, until=now + timedelta(minutes=firm.last_call_minutes))
        if slot.last_call_at is None and slot.send_at > now and _was_told_before(slot, firm, now=now)
    ]
    for user, slots in owed.by_duty(soon, on=local(now, firm.zone).date()).items():
        context = call_context(session, firm, user, slots, is_passed=False, now=now)
        queueing.to_user(session, "last_call", _key("last_call", user, slots), context, user, now=now)
    for slot in soon:
        slot.last_call_at = now
    return len(soon)


def ask_for_two_lines(session: Session, *, now: datetime) -> int:
    """At the sending time of an unfiled slot: who looks after it and the managers (the admins where there is none) are
    asked for two lines, once."""
    firm = the_firm(session)
    if firm is None:
        return 0
    passed = [slot for slot in owed.unfiled(session, until=now) if slot.asked_at is None and slot.promised_by > now]
    today = local(now, firm.zone).date()
    for user, slots in owed.by_duty(passed, on=today).items():
        for reader in dict.fromkeys((user, *stand_ins.managers(session, today))):
            missing = user.name if reader.id != user.id else None
            context = call_context(session, firm, reader, slots, is_passed=True, now=now, missing_owner=missing)
            queueing.to_user(session, "last_call", _key("two_lines", reader, slots), context, reader, now=now)
    for slot in passed:
        slot.asked_at = now
    return len(passed)


def call_context(
    session: Session,
    firm: Firm,
    user: User,
    slots: Sequence[Slot],
    *,
    is_passed: bool,
    now: datetime,
    missing_owner: str | None = None,
) -> LastCall:
    return LastCall(
        language=user.language,
        brand=composing.brand(firm),
        today=local(now, firm.zone).date(),
        recipient=user.name,
        due=owed.lines(session, slots, firm, user, now=now),
        forms_url=placeholder("today" if missing_owner else "forms"),
        is_passed=is_passed,
        missing_owner=missing_owner,
    )


def _key(kind: str, user: User, slots: Sequence[Slot]) -> str:
    """One call for one sending time: a slot that was re-dated is called again."""
    return f"{kind}:{user.id}:{slots[0].id}:{int(slots[0].send_at.timestamp())}"


def _was_told_before(slot: Slot, firm: Firm, *, now: datetime) -> bool:
    """A last call makes sense only after the day's mail had its chance: on days when there was one."""
    here = local(now, firm.zone)
    return here.time() >= firm.day_mail_at and slot.send_at - now > timedelta(minutes=2)
