"""The word: what a contact has in writing about a work, and what is new against it.

Every telling keeps what it states (`Telling.stated`). What was told, and what is on its way, are two sets: new mails
are composed against both, pages show the first.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import OVER, SURE, Again, Agreed, DateLine, Delay, Standing, StepChange
from webapp.models import Telling, TellingState, Update, UpdateKind
from webapp.services.updates.snapshot import Snapshot

Pair = tuple[int, int]
"""A work and a contact, by their numbers."""

EXPLAIN_MOVES = (UpdateKind.REGULAR, UpdateKind.CHANGED, UpdateKind.DELAY_NOTICE, UpdateKind.CORRECTION)
"""Updates that say of a moved date why it moved."""
WITHOUT_DATES = (UpdateKind.CLOSING, UpdateKind.NEWS_MOVED)
"""Updates that list no dates."""


class Stated(BaseModel):
    """One agreed date as a reader has it in writing."""

    model_config = ConfigDict(frozen=True)

    now: Agreed
    standing: Standing
    done_on: date | None = None


class Says(BaseModel):
    """What one telling states, as it is stored: dates by milestone, and who looks after the work."""

    model_config = ConfigDict(frozen=True)

    dates: dict[int, Stated] = {}
    owner: str | None = None

    def dump(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a contact has in writing about a work: dates by milestone, who looks after it, the next news, and when the
    newest of it was released."""

    dates: Mapping[int, Stated] = field(default_factory=dict)
    owner: str | None = None
    next_news_at: datetime | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class InWriting:
    """`told`: a mail with it was sent, or a person told it. `coming`: that, and what is on its way. None: nothing."""

    told: Word | None = None
    coming: Word | None = None


def of(session: Session, pairs: Collection[Pair], *, before: Update | None = None) -> dict[Pair, InWriting]:
    """What each of these contacts has in writing about each of these works: one statement, however many there are.
    With `before`, only what was released earlier than that update."""
    wanted = set(pairs)
    earlier = [Update.id < before.id] if before is not None else []
    rows = session.execute(
        select(
            Update.engagement_id,
            Telling.contact_id,
            Telling.state,
            Telling.stated,
            Telling.next_news_at,
            Update.released_at,
        )
        .join(Update, Telling.update_id == Update.id)
        .where(
            Update.engagement_id.in_({work for work, _ in wanted}),
            Telling.contact_id.in_({contact for _, contact in wanted}),
            Telling.state.in_([TellingState.TOLD, TellingState.DUE]),
            Telling.stated.is_not(None),
            *earlier,
        )
        .order_by(Update.id)
    ).all()
    found = dict.fromkeys(wanted, InWriting())
    for work, contact, state, stated, next_news_at, released_at in rows:
        known = found.get((work, contact))
        if known is None:
            continue
        says = Says.model_validate(stated)
        told = _and(known.told, says, next_news_at, released_at) if state is TellingState.TOLD else known.told
        found[work, contact] = InWriting(told=told, coming=_and(known.coming, says, next_news_at, released_at))
    return found


def _and(before: Word | None, says: Says, next_news_at: datetime | None, released_at: datetime) -> Word:
    """What stands in writing after one more telling: it takes the place of what was said of the same thing before."""
    known = before or Word()
    return Word(
        dates={**known.dates, **says.dates},
        owner=says.owner or known.owner,
        next_news_at=next_news_at or known.next_news_at,
        released_at=released_at,
    )


def account(
    kind: UpdateKind, frozen: Snapshot, before: Word | None, *, explain: Callable[[DateLine, Agreed], Delay]
) -> Snapshot:
    """An update as it is for one reader. Against what they have in writing, a date that differs is named as changed,
    with its reason where the kind of mail gives reasons; what does not differ is not news. Who has nothing in writing
    yet reads the update as it was frozen for everybody."""
    if kind in WITHOUT_DATES:
        return frozen.model_copy(update={"dates": ()})
    if kind is UpdateKind.CORRECTION:
        right = [part.labels for part in frozen.corrected if part.part == "date"]
        return frozen.model_copy(update={"dates": tuple(line for line in frozen.dates if line.labels in right)})
    if before is None or not before.dates or kind is UpdateKind.WELCOME:
        return frozen
    lines = tuple(_as_read(line, before) for line in frozen.dates)
    if kind is UpdateKind.NO_NEWS:
        return frozen.model_copy(update={"dates": tuple(line for line in lines if _is_known(line, before))})
    if kind not in EXPLAIN_MOVES:
        return frozen.model_copy(update={"dates": lines})
    known = [(line, before.dates[line.milestone_id].now) for line in lines if line.milestone_id in before.dates]
    moved = [(line, was) for line, was in known if line.now != was and line.standing not in OVER]
    ready = {delay.milestone_id: delay for delay in frozen.delays}
    delays = []
    for line, was in moved:
        delay = ready.get(line.milestone_id)
        delays.append(delay if delay is not None and delay.was == was else explain(line, was))
    return frozen.model_copy(update={"dates": lines, "delays": tuple(delays)})


def has_nothing_new(kind: UpdateKind, theirs: Snapshot, before: Word | None) -> bool:
    """Whether a mail beside the rhythm is none for a reader: its moved dates are in writing for them, or they never
    read of the step that changed, or as it is now."""
    if kind is UpdateKind.DELAY_NOTICE:
        return not theirs.delays
    if kind is not UpdateKind.CHANGED or theirs.delays or theirs.introduces or theirs.is_resumed:
        return False
    known = before.dates if before is not None else {}
    return all(_is_as_known(change, known.get(number)) for number, change in theirs.changed.items())


def _is_as_known(change: StepChange, known: Stated | None) -> bool:
    if known is None:
        return True
    if change is StepChange.DROPPED:
        return known.standing is Standing.DROPPED
    return known.standing is not (Standing.DROPPED if change is StepChange.BACK else Standing.DONE)


def _is_known(line: DateLine, before: Word) -> bool:
    """Whether a date stands as the reader has it in writing: what nobody reported goes with nothing new."""
    known = before.dates.get(line.milestone_id)
    if known is None or line.again is not None or line.now != known.now:
        return False
    return (line.standing if line.standing in OVER else None) == (known.standing if known.standing in OVER else None)


def _as_read(line: DateLine, before: Word) -> DateLine:
    """How one date stands for who has something else in writing about it."""
    known = before.dates.get(line.milestone_id)
    if known is None:
        return replace(line, again=Again.ADDED, standing=_unless_moved(line, is_moved=False))
    if line.standing is Standing.DROPPED:
        # What fell away is named by the date they know, whatever became of it since.
        return replace(line, now=known.now)
    again = None
    if known.standing is Standing.DROPPED:
        again = Again.BACK
    elif known.standing is Standing.DONE and line.standing is not Standing.DONE:
        again = Again.REOPENED
    elif known.standing is Standing.DONE and known.done_on != line.done_on:
        again = Again.DAY_RIGHT
    return replace(line, again=again, standing=_unless_moved(line, is_moved=_day(line.now) != _day(known.now)))


def _day(when: Agreed) -> Agreed:
    """A date without the hour of the next news about it: another hour is no other date."""
    return replace(when, next_news_at=None)


def _unless_moved(line: DateLine, *, is_moved: bool) -> Standing:
    """A date is new to a reader only in the mail that moves it for them; later it holds."""
    if line.standing not in SURE:
        return line.standing
    if is_moved:
        return Standing.MOVED
    # What has no date holds nothing.
    is_dated = line.now.starts_on is not None or line.now.after_days is not None
    return Standing.HOLDS if is_dated else Standing.NOT_SURE


def said(kind: UpdateKind, account: Snapshot, before: Word | None) -> Says:
    """What a telling states. A date that moved counts as it was before where the mail shows it without a reason, as
    that of a step which is over, or in a kind of mail that gives none: the next that does explains it."""
    known = before.dates if before is not None else {}
    gives_reasons = kind in EXPLAIN_MOVES or kind is UpdateKind.WELCOME
    dates = {}
    for line in account.dates:
        had = known.get(line.milestone_id)
        is_explained = had is None or (gives_reasons and line.standing not in OVER)
        now = line.now if had is None or is_explained else had.now
        dates[line.milestone_id] = Stated(now=now, standing=line.standing, done_on=line.done_on)
    owner = account.owner
    return Says(dates=dates, owner=owner.in_charge if owner else None)
