"""How one engagement stands, as an update states it: progress, agreed dates, what is needed, whom to phone."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Agreed, DateLine, Delay, Person, Said, SeasonHours, Who
from webapp.models import (
    Ask,
    AskState,
    Engagement,
    HandOver,
    Milestone,
    Playbook,
    Promise,
    PromiseWords,
    Update,
    UpdateKind,
    User,
)
from webapp.services.calendar import firm_calendar, stand_ins
from webapp.services.core.firm import the_firm
from webapp.services.core.supposing import found
from webapp.services.dates import ledger, milestones
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import slot_times
from webapp.timezones import local

NEWS = (UpdateKind.REGULAR, UpdateKind.DELAY_NOTICE, UpdateKind.CORRECTION, UpdateKind.WELCOME)


def progress(engagement: Engagement) -> tuple[int, int]:
    """Agreed steps done, and all agreed steps; those that fell away count as neither."""
    agreed = [step for step in engagement.milestones if step.dropped_at is None]
    return sum(1 for step in agreed if step.done_on), len(agreed)


def last_news(session: Session, engagement: Engagement) -> Update | None:
    """The newest update that says what staff confirmed (a no-news mail confirms nothing)."""
    return session.scalars(
        select(Update)
        .where(Update.engagement_id == engagement.id, Update.kind.in_(NEWS))
        .order_by(Update.released_at.desc(), Update.id.desc())
        .limit(1)
    ).one_or_none()


def open_asks(session: Session, engagement: Engagement) -> Sequence[Ask]:
    asks = found(
        session,
        select(Ask).where(Ask.engagement_id == engagement.id).order_by(Ask.id),
        Ask,
        lambda ask: ask.engagement_id == engagement.id and ask.state is AskState.OPEN,
    )
    return sorted(asks, key=lambda ask: ask.due_on or date.max)


def asked(ask: Ask) -> Said:
    """What is needed, in all the languages it was given in."""
    return Said(text=ask.text, language=ask.language, translations=ask.translations or {})


def date_of(entry: Promise) -> Agreed:
    """A ledger entry as a snapshot keeps it."""
    return Agreed(
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        is_estimate=entry.is_estimate,
        after_days=entry.after_days,
        condition=_said(entry.words, "condition"),
        next_news_at=entry.next_news_at,
    )


def _said(words: PromiseWords | None, part: str) -> Said | None:
    """One part of a person's words about an entry, in all the languages it was given in."""
    text = getattr(words, part, None)
    if words is None or not text:
        return None
    return Said(text=text, language=words.language, translations=(words.translations or {}).get(part, {}))


def season_ahead(
    session: Session, engagement: Engagement, next_news_at: datetime | None, *, since: date
) -> SeasonHours | None:
    """The season with hours of its own for updates into which the next news falls, where a day `since` which a reader
    counts lies before it: told once, before it begins."""
    firm = the_firm(session)
    if firm is None or next_news_at is None:
        return None
    on = local(next_news_at, engagement.cadence["zone"]).date()
    calendar = firm_calendar.of_firm(firm)
    season = calendar.season_on(on)
    if season is None or season.promised_by is None or season.covers(since):
        return None
    # News that comes at an hour of its own says nothing of the hours of the season.
    if slot_times(cadences.load(engagement.cadence), on, calendar=calendar).promised_by != next_news_at:
        return None
    return SeasonHours(name=season.name, starts_on=season.starts_on, ends_on=season.ends_on)


def date_line(milestone: Milestone, untold: Collection[int] = ()) -> DateLine | None:
    """How one agreed date stands now; None for a step that never had a date. `untold` are entries of the ledger to be
    left out, because the reader has not been told them yet."""
    entries = ledger.effective_of([entry for entry in milestone.promises if entry.id not in untold])
    if not entries:
        return None
    return DateLine(
        milestone_id=milestone.id,
        labels=milestone.labels,
        first=date_of(entries[0]),
        now=date_of(entries[-1]),
        moved=ledger.moves(entries),
        standing=milestones.standing(milestone, entries),
        done_on=milestone.done_on,
        dropped_why=_dropped_why(milestone),
    )


def _dropped_why(milestone: Milestone) -> Said | None:
    if not milestone.dropped_why:
        return None
    return Said(text=milestone.dropped_why, language=milestone.dropped_language)


def date_lines(engagement: Engagement, untold: Collection[int] = ()) -> tuple[DateLine, ...]:
    lines = (date_line(milestone, untold) for milestone in engagement.milestones)
    return tuple(line for line in lines if line is not None)


def delay(milestone: Milestone, was: Agreed, entry: Promise, playbook: Playbook) -> Delay:
    """One move as a client is told it, from the date they knew to the present one."""
    entries = ledger.effective(milestone)
    reasons = {reason["key"]: reason["labels"] for reason in playbook.reasons}
    return Delay(
        milestone_id=milestone.id,
        labels=milestone.labels,
        first=date_of(entries[0]),
        was=was,
        now=date_of(entry),
        moved=ledger.moves(entries[: entries.index(entry) + 1]),
        cause=entry.cause or Who.NOBODY,
        reason=reasons.get(entry.reason_key) if entry.reason_key else None,
        why=_said(entry.words, "why"),
        what_we_do=_said(entry.words, "what_we_do"),
        other_name=entry.words.other_name if entry.words else None,
    )


def frame(session: Session, engagement: Engagement, *, now: datetime) -> dict[str, Any]:
    """What every snapshot of an engagement begins with. The person to phone is who looks after the work on that day, so
    that no client rings somebody who is away."""
    done, total = progress(engagement)
    firm = the_firm(session)
    today = local(now, firm.zone if firm else engagement.cadence["zone"]).date()
    return {
        "title": engagement.title,
        "reference": engagement.reference,
        "stage": engagement.stage.labels if engagement.stage else None,
        "steps_done": done,
        "steps_total": total,
        "owner": _to_phone(engagement.owner, today) if engagement.owner else None,
    }


def unintroduced(session: Session, engagement: Engagement) -> Sequence[HandOver]:
    """The hand-overs that no mail has told yet, oldest first."""
    return session.scalars(
        select(HandOver)
        .where(HandOver.engagement_id == engagement.id, HandOver.introduced_at.is_(None))
        .order_by(HandOver.id)
    ).all()


def introduction(engagement: Engagement, handovers: Sequence[HandOver]) -> dict[str, Any]:
    """Who is new, and what is said of them, by the newest of these hand-overs; nobody, where the work went back to
    whom they know. What every mail says that is signed by a person: nobody signs whom the reader was not told of."""
    owner = engagement.owner
    if not handovers or owner is None or owner.id == handovers[0].from_user_id:
        return {"introduces": None, "introduction": None}
    words = handovers[-1].introduction
    return {
        "introduces": Person(name=owner.name, phone=owner.phone),
        "introduction": Said(text=words) if words else None,
    }


def _to_phone(owner: User, on: date) -> Person:
    cover = stand_ins.cover(owner, on)
    if cover is None or cover.stand_in is None:
        return Person(name=owner.name, phone=owner.phone)
    present = cover.stand_in
    return Person(name=present.name, phone=present.phone, instead_of=owner.name, until=cover.until)
