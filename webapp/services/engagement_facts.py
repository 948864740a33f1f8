"""Questions about one engagement that several rules ask: progress, dates as they stand, who reads it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import (
    Ask,
    AskState,
    Cause,
    Engagement,
    Firm,
    Labels,
    Milestone,
    Participation,
    Promise,
    Service,
    Update,
    UpdateKind,
)
from webapp.services import promises, snapshot
from webapp.services.schedule import Reader

NEWS = (UpdateKind.REGULAR, UpdateKind.DELAY_NOTICE, UpdateKind.CORRECTION, UpdateKind.WELCOME)


def the_firm(session: Session) -> Firm | None:
    """The firm this installation serves, or None before it was set up."""
    return session.get(Firm, 1)


def label(labels: Labels, language: str, fallback: str) -> str:
    """A firm's own label in a language, else in the firm's language, else any there is."""
    return labels.get(language) or labels.get(fallback) or next(iter(labels.values()), "")


def reader(participation: Participation, firm: Firm) -> Reader:
    """When a contact may be written to: the firm's quiet hours by the contact's own clock, and their own pause."""
    return Reader(
        zone=participation.contact.zone,
        quiet_from=firm.quiet_from,
        quiet_until=firm.quiet_until,
        paused_until=participation.paused_until,
    )


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def progress(engagement: Engagement) -> tuple[int, int]:
    """Agreed steps done, and all agreed steps."""
    return sum(1 for step in engagement.milestones if step.done_on), len(engagement.milestones)


def last_news(session: Session, engagement: Engagement) -> Update | None:
    """The newest update that says what staff confirmed (a no-news mail confirms nothing)."""
    return session.scalars(
        select(Update)
        .where(Update.engagement_id == engagement.id, Update.kind.in_(NEWS))
        .order_by(Update.released_at.desc(), Update.id.desc())
        .limit(1)
    ).one_or_none()


def open_asks(session: Session, engagement: Engagement) -> Sequence[Ask]:
    return session.scalars(
        select(Ask)
        .where(Ask.engagement_id == engagement.id, Ask.state == AskState.OPEN)
        .order_by(Ask.due_on.is_(None), Ask.due_on, Ask.id)
    ).all()


def date_of(entry: Promise) -> snapshot.Date:
    """A ledger entry as a snapshot keeps it."""
    language = entry.words.language if entry.words else None
    condition = entry.words.condition if entry.words else None
    return snapshot.Date(
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        is_estimate=entry.is_estimate,
        after_days=entry.after_days,
        condition=snapshot.Said(text=condition, language=language) if condition else None,
        next_news_at=entry.next_news_at,
    )


def date_line(milestone: Milestone) -> snapshot.DateLine | None:
    """How one agreed date stands now; None for a step that never had a date."""
    entries = promises.effective(milestone)
    if not entries:
        return None
    standing = "done" if milestone.done_on else "not_sure" if milestone.is_at_risk else "holds"
    return snapshot.DateLine(
        milestone_id=milestone.id,
        labels=milestone.labels,
        first=date_of(entries[0]),
        now=date_of(entries[-1]),
        moved=len(entries) - 1,
        standing="moved" if standing == "holds" and len(entries) > 1 else standing,  # type: ignore[arg-type]
        done_on=milestone.done_on,
    )


def date_lines(engagement: Engagement) -> tuple[snapshot.DateLine, ...]:
    lines = (date_line(milestone) for milestone in engagement.milestones)
    return tuple(line for line in lines if line is not None)


def delay(milestone: Milestone, entry: Promise, service: Service) -> snapshot.Delay:
    """One move as a client is told it, with the entry before it."""
    entries = promises.effective(milestone)
    place = entries.index(entry)
    words = entry.words
    reasons = {reason["key"]: reason["labels"] for reason in service.reasons}
    language = words.language if words else None

    def said(text: str | None) -> snapshot.Said | None:
        return snapshot.Said(text=text, language=language) if text else None

    return snapshot.Delay(
        milestone_id=milestone.id,
        labels=milestone.labels,
        first=date_of(entries[0]),
        was=date_of(entries[place - 1]),
        now=date_of(entry),
        moved=place,
        cause=entry.cause or Cause.NOBODY,
        reason=reasons.get(entry.reason_key) if entry.reason_key else None,
        why=said(words.why if words else None),
        what_we_do=said(words.what_we_do if words else None),
        other_name=words.other_name if words else None,
    )


def frame(engagement: Engagement) -> dict[str, Any]:
    """What every snapshot of an engagement begins with."""
    done, total = progress(engagement)
    owner = engagement.owner
    return {
        "title": engagement.title,
        "reference": engagement.reference,
        "stage": engagement.stage.labels if engagement.stage else None,
        "steps_done": done,
        "steps_total": total,
        "owner": snapshot.Person(name=owner.name, phone=owner.phone) if owner else None,
    }
