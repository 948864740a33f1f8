"""Turns what staff reported into what clients are told: one frozen update with its tellings and mails."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emails.pieces import SURE, AskLine, DateLine, Delay, Said, Standing, Step, StepChange
from webapp.models import (
    Ask,
    CheckpointState,
    Commitment,
    Engagement,
    EngagementState,
    Slot,
    SlotState,
    TaskKind,
    Update,
    UpdateKind,
    User,
)
from webapp.services.core import audits, tasks
from webapp.services.rhythm import slots
from webapp.services.updates import calls, next_news, renewing, telling, untold
from webapp.services.updates.answers import Answers
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import (
    asked,
    date_lines,
    frame,
    introduction,
    last_news,
    open_asks,
    season_ahead,
    unintroduced,
)
from webapp.timezones import local

IN_ORDER = (*SURE, Standing.DONE)


def regular(
    session: Session,
    slot: Slot,
    *,
    next_news_at: datetime | None,
    now: datetime,
    is_late: bool,
    by: User | None = None,
) -> Update:
    """Release the update of a submitted slot. It is built only from what was reported since the last one. `by`, here
    and below, is who made it go out; None is the clock."""
    key = f"slot:{slot.id}"
    known = session.scalars(select(Update).where(Update.key == key)).one_or_none()
    if known is not None:
        return known
    answers = Answers.load(slot.checkpoint.revisions[-1].answers)
    frozen = from_answers(session, slot, answers, next_news_at=next_news_at, now=now, is_late=is_late)
    update = release(session, slot.engagement, UpdateKind.REGULAR, key, frozen, slot=slot, by=by, now=now)
    slot.state, slot.closed_at = SlotState.RELEASED, now
    untold.told(session, slot.engagement, update, now=now)
    return update


def from_answers(
    session: Session,
    slot: Slot,
    answers: Answers,
    *,
    next_news_at: datetime | None,
    now: datetime,
    is_late: bool = False,
) -> Snapshot:
    """The snapshot that these answers make, every move first that clients were not told yet. The preview beside the
    form is drawn by the same lines."""
    engagement = slot.engagement
    last = last_news(session, engagement)
    before = Snapshot.load(last.snapshot) if last else None
    delays = untold.untold(session, engagement)
    return Snapshot(
        **frame(session, engagement, now=now),
        since=local(last.released_at, slot.engagement.cadence["zone"]).date() if last else None,
        done=_reported(answers),
        last_step=before.step.said if before and before.step else None,
        last_step_done=answers.last_step if before and before.step else None,
        step=_next_step(answers),
        dates=_as_sure_as_the_plan(date_lines(engagement), answers),
        delays=delays,
        asks=tuple(ask_line(ask) for ask in open_asks(session, engagement)),
        waiting=answers.waiting,
        is_late=is_late,
        season=season_ahead(session, engagement, next_news_at, since=slot.local_on),
        **introduction(engagement, unintroduced(session, engagement)),
        confirmed_at=now,
        next_news_at=next_news.soonest(next_news_at, delays, now=now),
    )


def changed(
    session: Session,
    engagement: Engagement,
    *,
    steps: Mapping[int, StepChange] | None = None,
    is_resumed: bool = False,
    by: User | None,
    now: datetime,
) -> Update | None:
    """Tell at once, beside the rhythm, what an act changed: steps that fell away or came back, a new person, that the
    work goes on. None for work that is not open, and where an update waits that nobody has: that one says it."""
    if engagement.state is not EngagementState.OPEN:
        return None
    if not is_resumed and renewing.says(session, engagement, dict(steps or {}), now=now):
        return None
    slot, last = slots.current(session, engagement), last_news(session, engagement)
    delays = untold.untold(session, engagement)
    next_news_at = next_news.soonest(slot.promised_by if slot else None, delays, now=now)
    today = local(now, engagement.cadence["zone"]).date()
    frozen = Snapshot(
        **frame(session, engagement, now=now),
        **introduction(engagement, unintroduced(session, engagement)),
        dates=date_lines(engagement),
        delays=delays,
        asks=tuple(ask_line(ask) for ask in open_asks(session, engagement)),
        changed=dict(steps or {}),
        is_resumed=is_resumed,
        season=season_ahead(session, engagement, next_news_at, since=today),
        confirmed_at=now if delays else Snapshot.load(last.snapshot).confirmed_at if last else None,
        next_news_at=next_news_at,
    )
    if telling.is_nothing_new(session, engagement, UpdateKind.CHANGED, frozen):
        return None
    earlier = select(func.count()).where(Update.engagement_id == engagement.id, Update.kind == UpdateKind.CHANGED)
    key = f"changed:{engagement.id}:{(session.scalar(earlier) or 0) + 1}"
    update = release(session, engagement, UpdateKind.CHANGED, key, frozen, by=by, now=now)
    untold.told(session, engagement, update, now=now)
    return update


def no_news(
    session: Session, slot: Slot, *, next_news_at: datetime | None, now: datetime, is_told: bool = False
) -> Update | None:
    """Nobody reported by the promised time: say so plainly, with the last confirmed facts. The second in a row names
    the manager who took it over and the day on which they phone, and is their task; each later one says what came of
    that. Where a manager switched this mail off, or a moved date was told just now (`is_told`), the slot closes without
    one."""
    engagement = slot.engagement
    slot.state, slot.closed_at = SlotState.NO_NEWS, now
    slot.checkpoint.state = CheckpointState.MISSED
    silent = slots.silent_in_a_row(session, [engagement.id]).get(engagement.id, [])
    if len(silent) >= slots.SILENT_IN_A_ROW:
        tasks.raise_once(session, TaskKind.PHONE_TWICE_SILENT, str(engagement.id), now=now, engagement=engagement)
    if engagement.is_no_news_off or is_told:
        return None
    promised = next_news.first_in_writing(session, engagement, since=slot.promised_by)
    is_promised = promised is not None and promised.update.next_news_at == slot.promised_by
    promised_at = slot.promised_by if is_promised else None
    frozen = no_news_snapshot(session, engagement, promised_at=promised_at, next_news_at=next_news_at, now=now)
    call = calls.about(session, engagement, now=now)
    if call is not None:
        frozen = frozen.model_copy(update={"silent": len(silent), "call": calls.told(session, call, now=now)})
    return release(session, engagement, UpdateKind.NO_NEWS, f"no_news:{slot.id}", frozen, slot=slot, now=now)


def news_moved(
    session: Session, promised: Commitment, *, next_news_at: datetime, by: User | None, now: datetime
) -> Update:
    """Say before the hour that a mail promised that the news comes later."""
    engagement, was_at = session.get_one(Engagement, promised.engagement_id), promised.update.next_news_at
    frozen = Snapshot(
        **frame(session, engagement, now=now),
        **introduction(engagement, unintroduced(session, engagement)),
        next_news_at=next_news_at,
        news_was_at=was_at,
        asks=tuple(ask_line(ask) for ask in open_asks(session, engagement)),
        step=_last_step(session, engagement),
        dates_hold=_is_unchanged(session, engagement),
    )
    return release(session, engagement, UpdateKind.NEWS_MOVED, f"news_moved:{promised.id}", frozen, by=by, now=now)


def no_news_snapshot(
    session: Session,
    engagement: Engagement,
    *,
    promised_at: datetime | None = None,
    next_news_at: datetime | None,
    now: datetime,
) -> Snapshot:
    """What can be said where nobody reported: the facts as they were last confirmed."""
    last = last_news(session, engagement)
    return Snapshot(
        **frame(session, engagement, now=now),
        dates=date_lines(engagement, untold.untold_entries(session, engagement)),
        asks=tuple(ask_line(ask) for ask in open_asks(session, engagement)),
        confirmed_at=Snapshot.load(last.snapshot).confirmed_at if last else None,
        promised_at=promised_at,
        next_news_at=next_news_at,
    )


def notice_snapshot(session: Session, engagement: Engagement, delays: tuple[Delay, ...], *, now: datetime) -> Snapshot:
    """What a delay notice says: the moves first, then every date, what we need and when the next news comes, which is
    sooner than the rhythm where a date is not known and news of it was promised."""
    slot = slots.current(session, engagement)
    next_news_at = next_news.soonest(slot.promised_by if slot else None, delays, now=now)
    today = local(now, engagement.cadence["zone"]).date()
    return Snapshot(
        **frame(session, engagement, now=now),
        dates=date_lines(engagement),
        delays=delays,
        asks=tuple(ask_line(ask) for ask in open_asks(session, engagement)),
        season=season_ahead(session, engagement, next_news_at, since=today),
        **introduction(engagement, unintroduced(session, engagement)),
        confirmed_at=now,
        next_news_at=next_news_at,
    )


def notice(
    session: Session, engagement: Engagement, frozen: Snapshot, *, number: int, now: datetime, by: User | None = None
) -> Update:
    """Release a delay notice, of its own and at once. `number` is of the newest move it tells. It is news: where the
    planned slot was not brought forward yet to the hour that a mail without news named, nobody waits for that hour."""
    slot = slots.current(session, engagement)
    if slot is not None and slot.rule_on is not None:
        next_news.settle_silence(session, engagement, now=now)
    return release(session, engagement, UpdateKind.DELAY_NOTICE, f"notice:{number}", frozen, by=by, now=now)


def welcome(
    session: Session,
    engagement: Engagement,
    *,
    next_news_at: datetime,
    facts: tuple[str, ...],
    by: User | None,
    now: datetime,
) -> Update:
    """The first mail of an engagement: what was agreed, the rhythm, whom to phone, what we already know."""
    frozen = welcome_snapshot(session, engagement, next_news_at=next_news_at, facts=facts, now=now)
    return release(session, engagement, UpdateKind.WELCOME, f"welcome:{engagement.id}", frozen, by=by, now=now)


def welcome_snapshot(
    session: Session, engagement: Engagement, *, next_news_at: datetime, facts: tuple[str, ...], now: datetime
) -> Snapshot:
    return Snapshot(
        **frame(session, engagement, now=now),
        dates=date_lines(engagement),
        asks=tuple(ask_line(ask) for ask in open_asks(session, engagement)),
        facts=facts,
        season=season_ahead(session, engagement, next_news_at, since=date.min),
        cadence=engagement.cadence,
        confirmed_at=now,
        next_news_at=next_news_at,
    )


def closing(
    session: Session,
    engagement: Engagement,
    *,
    is_pause: bool,
    is_still: bool = False,
    words: str,
    by: User | None,
    now: datetime,
) -> Update:
    """The last mail of an engagement, or the notice that it rests, or still does: what was promised is settled, not
    forgotten, and work that rests promises when clients hear again."""
    calls.settle(session, engagement, now=now)
    renewing.no_longer_leaves(session, engagement)
    frozen = closing_snapshot(session, engagement, is_pause=is_pause, words=words, now=now)
    told = select(Update).where(Update.engagement_id == engagement.id, Update.kind == UpdateKind.CLOSING)
    earlier = session.scalars(told.order_by(Update.id)).all()
    more: dict[str, Any] = {"is_still": is_still, "next_news_at": engagement.hear_by if is_pause else None}
    if is_still and earlier:
        # Why it rests stands in every mail about it.
        more["closing_words"] = Snapshot.load(earlier[-1].snapshot).closing_words
    frozen = frozen.model_copy(update=more)
    key = f"closing:{engagement.id}:{len(earlier) + 1}"
    return release(session, engagement, UpdateKind.CLOSING, key, frozen, by=by, now=now)


def closing_snapshot(
    session: Session, engagement: Engagement, *, is_pause: bool, words: str, now: datetime
) -> Snapshot:
    return Snapshot(
        **frame(session, engagement, now=now),
        dates=date_lines(engagement, untold.untold_entries(session, engagement)),
        **introduction(engagement, unintroduced(session, engagement)),
        confirmed_at=now,
        is_pause=is_pause,
        closing_words=_said(words, None),
    )


def release(
    session: Session,
    engagement: Engagement,
    kind: UpdateKind,
    key: str,
    frozen: Snapshot,
    *,
    now: datetime,
    slot: Slot | None = None,
    by: User | None = None,
    corrects: Update | None = None,
) -> Update:
    known = session.scalars(select(Update).where(Update.key == key)).one_or_none()
    if known is not None:
        return known
    update = Update(
        key=key,
        engagement=engagement,
        slot_id=slot.id if slot else None,
        kind=kind,
        snapshot=frozen.dump(),
        released_at=now,
        corrects_id=corrects.id if corrects else None,
        next_news_at=frozen.next_news_at,
    )
    session.add(update)
    session.flush()
    telling.tell(session, update, now=now)
    next_news.printed(session, update)
    if kind is not UpdateKind.NO_NEWS:
        for handover in unintroduced(session, engagement):
            handover.introduced_at = now
    audits.note(session, "released", update, now=now, by=by, actor=None if by else "clock", kind=kind)
    return update


def _is_unchanged(session: Session, engagement: Engagement) -> bool:
    """Whether every agreed date stands as clients know it."""
    lines = date_lines(engagement)
    return bool(lines) and not untold.untold(session, engagement) and all(line.standing in IN_ORDER for line in lines)


def _said(text: str, language: str | None) -> Said | None:
    return Said(text=text, language=language) if text.strip() else None


def ask_line(ask: Ask) -> AskLine:
    return AskLine(ask_id=ask.id, contact_id=ask.contact_id, said=asked(ask), due_on=ask.due_on)


def _as_sure_as_the_plan(lines: tuple[DateLine, ...], answers: Answers) -> tuple[DateLine, ...]:
    """Where the plan may not stand, no date of it is said to hold."""
    if answers.waiting is None or answers.waiting.plan_stands:
        return lines
    return tuple(replace(line, standing=Standing.NOT_SURE) if line.standing in SURE else line for line in lines)


def _reported(answers: Answers) -> Said | None:
    """What got done; where nothing is new, the sentence about it."""
    part = "done" if answers.done else "sentence"
    text = answers.done or answers.sentence
    if not text.strip():
        return None
    return Said(text=text, language=answers.language, translations=answers.in_others(part))


def _last_step(session: Session, engagement: Engagement) -> Step | None:
    """The next step as the newest news named it."""
    last = last_news(session, engagement)
    return Snapshot.load(last.snapshot).step if last else None


def _next_step(answers: Answers) -> Step | None:
    named = answers.step
    if named is None:
        return None
    said = Said(text=named.text, language=answers.language, translations=named.in_others("text"))
    return Step(said=said, who=named.who, name=named.name, by=named.by)
