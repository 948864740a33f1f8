"""After a mail went out: what was wrong in it is said right, in a mail of its own kind."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emails.pieces import CorrectedPart, Said, Step, Who
from webapp.models import EngagementState, Labels, Milestone, Promise, Update, UpdateKind, User
from webapp.services.core import audits, locks
from webapp.services.core.errors import Refused
from webapp.services.dates import ledger, to_tell, unread
from webapp.services.dates.ledger import When
from webapp.services.rhythm import slots
from webapp.services.updates import releases, renewing, untold
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import (
    date_lines,
    date_of,
    frame,
    introduction,
    last_news,
    open_asks,
    unintroduced,
)

CORRECTABLE = (UpdateKind.REGULAR, UpdateKind.DELAY_NOTICE, UpdateKind.CORRECTION)


@dataclass(frozen=True, kw_only=True)
class Right:
    """What should have been written. None leaves a part as it was; `dates` are right days by milestone;
    `translations` are the words of "done" and "step" in further languages."""

    done: str | None = None
    step: str | None = None
    dates: dict[int, date] | None = None
    language: str | None = None
    translations: dict[str, Labels] = field(default_factory=dict)


def correct(session: Session, wrong: Update, right: Right, *, by: User, now: datetime) -> Update:
    """Send a correction. Refused where it changes nothing. A wrong date is superseded in the ledger, not changed:
    the client is told what was written and what is right. The same correction pressed twice is one. What nobody has
    read yet is written anew, and needs no correction."""
    locks.hold(session, wrong.engagement_id)
    if wrong.kind not in CORRECTABLE:
        raise Refused("correction.not_this_kind")
    if wrong.engagement.state is not EngagementState.OPEN:
        raise Refused("engagement.not_open", field="done")
    old = Snapshot.load(wrong.snapshot)
    if wrong.kind in unread.WITH_DATES and unread.is_unread(session, wrong.id):
        return _write_anew(session, wrong, old, right, by=by, now=now)
    words = _words_parts(old, right)
    parts = [*words, *_date_parts(session, wrong, right, by=by, now=now)]
    last = _last_correction(session, wrong)
    if last is not None and parts == words and _words_of(last) == words:
        return last
    if not parts:
        raise Refused("correction.nothing_changed", field="done")
    number = (session.scalar(select(func.count()).select_from(Update).where(Update.corrects_id == wrong.id)) or 0) + 1
    slot = slots.current(session, wrong.engagement)
    return _release(
        session,
        wrong,
        tuple(parts),
        number=number,
        next_news_at=slot.promised_by if slot else None,
        by=by,
        now=now,
    )


def _write_anew(session: Session, wrong: Update, old: Snapshot, right: Right, *, by: User, now: datetime) -> Update:
    """Put right what waits: its words in its own account, its dates in the ledger."""
    rights = {part.part: part.right for part in _words_parts(old, right)}
    step = old.step
    if "next" in rights:
        said = rights["next"]
        step = replace(step, said=said) if said and step else Step(said=said) if said else None
    days, told = 0, told_as_new(wrong)
    for milestone, entry, day in _other_days(session, wrong, right):
        if milestone.id not in told:
            raise Refused("correction.date_not_told", field="dates")
        made = ledger.correct(session, milestone, entry, When(starts_on=day), by=by, now=now)
        if ledger.is_open(session, entry):
            to_tell.note(session, milestone, made, entry, now=now)
        days += 1
    if not rights and not days:
        raise Refused("correction.nothing_changed", field="done")
    put_right = old.model_copy(update={"done": rights.get("done", old.done), "step": step})
    wrong.snapshot = put_right.dump()
    session.flush()
    renewing.renew(session, wrong.engagement, now=now)
    audits.note(session, "corrected", wrong, now=now, by=by)
    return wrong


def told_as_new(update: Update) -> frozenset[int]:
    """The steps whose present date this update told as a new one. Only there can a date have been written wrongly;
    any other is moved, with its explanation, and the first agreed date stays for ever."""
    present = {line.milestone_id: line.now for line in date_lines(update.engagement)}
    delays = Snapshot.load(update.snapshot).delays
    return frozenset(moved.milestone_id for moved in delays if present.get(moved.milestone_id) == moved.now)


def _last_correction(session: Session, wrong: Update) -> Update | None:
    return session.scalars(
        select(Update).where(Update.corrects_id == wrong.id).order_by(Update.id.desc()).limit(1)
    ).one_or_none()


def _words_of(correction: Update) -> list[CorrectedPart]:
    return [part for part in Snapshot.load(correction.snapshot).corrected if part.part != "date"]


def _words_parts(old: Snapshot, right: Right) -> list[CorrectedPart]:
    made = [
        _words_part("done", old.done, right.done, right, right.translations.get("done", {})),
        _words_part("next", old.step.said if old.step else None, right.step, right, right.translations.get("step", {})),
    ]
    return [part for part in made if part is not None]


def _words_part(
    part: Literal["done", "next"], wrote: Said | None, text: str | None, right: Right, others: Labels
) -> CorrectedPart | None:
    """One part put right, or None where it is as it was. Where the words changed, a translation that did not is still
    the wrong one: its readers get the right words as they were written."""
    if text is None:
        return None
    text, before = text.strip(), wrote or Said(text="")
    if (text, others) == (before.text, before.translations):
        return None
    if text != before.text:
        others = {tag: words for tag, words in others.items() if words != before.translations.get(tag)}
    said = Said(text=text, language=right.language, translations=others) if text else None
    return CorrectedPart(part=part, wrote=wrote, right=said)


def _date_parts(session: Session, wrong: Update, right: Right, *, by: User, now: datetime) -> list[CorrectedPart]:
    parts = []
    for milestone, entry, day in _other_days(session, wrong, right):
        if ledger.is_open(session, entry):
            raise Refused("correction.date_waits", field="dates")
        if milestone.id not in told_as_new(wrong):
            raise Refused("correction.date_not_told", field="dates")
        wrote = date_of(entry)
        made = ledger.correct(session, milestone, entry, When(starts_on=day), by=by, now=now)
        parts.append(CorrectedPart(part="date", labels=milestone.labels, wrote_on=wrote, right_on=date_of(made)))
    return parts


def _other_days(session: Session, wrong: Update, right: Right) -> Iterator[tuple[Milestone, Promise, date]]:
    """Each step of the work whose right day is not the one that counts, with the entry that says the wrong one."""
    for milestone_id, day in (right.dates or {}).items():
        milestone = session.get(Milestone, milestone_id)
        if milestone is None or milestone.engagement_id != wrong.engagement_id:
            continue
        entries = ledger.effective(milestone)
        if entries and (entries[-1].starts_on != day or entries[-1].ends_on is not None):
            yield milestone, entries[-1], day


def _release(
    session: Session,
    wrong: Update,
    parts: tuple[CorrectedPart, ...],
    *,
    number: int,
    next_news_at: datetime | None,
    by: User,
    now: datetime,
) -> Update:
    """A mail of its own kind: we wrote ..., right is ... The old update stays as it was and is marked on the page.
    Where newer news went out since, that stays the news: old words are never told again as new."""
    newest = last_news(session, wrong.engagement) or wrong
    old = Snapshot.load(newest.snapshot)
    rights = {part.part: part.right for part in parts} if newest.id == wrong.id else {}
    step = old.step
    if "next" in rights:
        right = rights["next"]
        step = Step(said=right, who=step.who if step else Who.US, name=step.name if step else None) if right else None
    frozen = old.model_copy(
        update={
            **frame(session, wrong.engagement, now=now),
            "done": rights.get("done", old.done),
            "step": step,
            "dates": date_lines(wrong.engagement, untold.untold_entries(session, wrong.engagement)),
            "delays": (),
            "asks": tuple(releases.ask_line(ask) for ask in open_asks(session, wrong.engagement)),
            "corrected": parts,
            "corrected_released_at": wrong.released_at,
            "confirmed_at": now,
            "next_news_at": next_news_at,
            **introduction(wrong.engagement, unintroduced(session, wrong.engagement)),
            "is_late": False,
        }
    )
    update = releases.release(
        session,
        wrong.engagement,
        UpdateKind.CORRECTION,
        f"correction:{wrong.id}:{number}",
        frozen,
        now=now,
        by=by,
        corrects=wrong,
    )
    audits.note(session, "corrected", wrong, now=now, by=by)
    return update
