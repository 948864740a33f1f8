"""The ledger of agreed dates. Every way of moving a date ends here, and none moves one without an explanation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from emails.pieces import Who, is_earlier, last_day
from webapp.models import Act, Labels, Milestone, Promise, PromiseWords, User
from webapp.services.core.errors import Refused
from webapp.services.core.supposing import number
from webapp.services.dates import to_tell

WORDS_MAXIMUM = 1000


@dataclass(frozen=True, kw_only=True)
class When:
    """A promised date: a day, a range, an estimate, some working days after a condition, or not known yet with the
    moment of the next news."""

    starts_on: date | None = None
    ends_on: date | None = None
    is_estimate: bool = False
    after_days: int | None = None
    condition: str | None = None
    next_news_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        return self.starts_on is not None


@dataclass(frozen=True, kw_only=True)
class Why:
    """The explanation that goes with a move: whose cause, why, and what we do about it."""

    cause: Who
    reason_key: str | None = None
    why: str = ""
    what_we_do: str = ""
    other_name: str | None = None
    language: str | None = None
    translations: dict[str, Labels] = field(default_factory=dict)
    """Of why, what we do and the condition of the date, by the name of the part."""


def effective(milestone: Milestone) -> list[Promise]:
    """The entries that count, oldest first: what a later entry superseded, and withdrawals themselves, do not."""
    return effective_of(milestone.promises)


def effective_of(entries: Sequence[Promise]) -> list[Promise]:
    """The same, from the entries of one milestone."""
    superseded = {entry.supersedes_id for entry in entries if entry.supersedes_id is not None}
    return [entry for entry in entries if entry.id not in superseded and entry.act is not Act.WITHDRAW]


def has_passed(milestone: Milestone, today: date) -> bool:
    """Whether the day last agreed is over: the step is done, or it has a new date, but it cannot hold."""
    entries = effective(milestone)
    last = last_day(entries[-1]) if entries else None
    return last is not None and last < today and milestone.dropped_at is None


def when(entry: Promise) -> When:
    """The date an entry promises."""
    return When(
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        is_estimate=entry.is_estimate,
        after_days=entry.after_days,
        condition=entry.words.condition if entry.words else None,
        next_news_at=entry.next_news_at,
    )


def promise(
    session: Session,
    milestone: Milestone,
    first: When,
    *,
    by: User | None,
    now: datetime,
    origin: str,
    agreed_on: date | None = None,
) -> Promise:
    """Enter the first promise of a milestone. Refused where there is one already: that would be a silent move."""
    if effective(milestone):
        raise Refused("promise.has_first")
    entry = _entry(milestone, first, Act.FIRST, by=by, now=now, origin=origin)
    entry.agreed_on = agreed_on
    return _add(session, milestone, entry, _words(first, None))


def move(
    session: Session,
    milestone: Milestone,
    to: When,
    why: Why,
    *,
    by: User | None,
    now: datetime,
    origin: str,
    checkpoint_id: int | None = None,
    supersedes: Promise | None = None,
    agreed_on: date | None = None,
    is_history: bool = False,
) -> Promise:
    """Move an agreed date. It must say whose cause it is, why (a reason of the playbook or words), what we do about
    it, and the new date or when the next news comes; otherwise Refused, naming the field. A date that comes earlier
    needs no explanation. `supersedes` replaces an entry that was wrong; a move that nobody was told yet is replaced
    by the next one in the same way, and by none where the date goes back to what clients know. History from before
    Milestone (`is_history`) may lack what nobody wrote down then, and is told to nobody."""
    entries = effective(milestone)
    was = entries[-1] if entries else None
    if not is_history:
        check(to, why, when(was) if was else None)
    if not is_history and supersedes is None and was is not None and is_open(session, was):
        if len(entries) > 1 and when(entries[-2]) == to:
            return withdraw(session, milestone, was, by=by, now=now)
        supersedes = was
    entry = _entry(milestone, to, Act.MOVE, by=by, now=now, origin=origin)
    entry.cause = why.cause
    entry.reason_key = why.reason_key
    entry.checkpoint_id = checkpoint_id
    entry.supersedes_id = supersedes.id if supersedes else None
    entry.agreed_on = agreed_on
    _add(session, milestone, entry, _words(to, why))
    if not is_history:
        to_tell.note(session, milestone, entry, was, now=now)
    return entry


def resolve(session: Session, milestone: Milestone, on: date, *, by: User | None, now: datetime) -> Promise:
    """What the date waited for has come: it becomes a day. This is the promise kept, not a move, and clients hear of
    it. Refused where the date waits for nothing."""
    entries = effective(milestone)
    if not entries or entries[-1].after_days is None:
        raise Refused("promise.waits_for_nothing")
    waited = entries[-1]
    entry = _entry(milestone, When(starts_on=on), Act.RESOLVE, by=by, now=now, origin="condition")
    entry.cause = waited.cause
    _add(session, milestone, entry, None)
    to_tell.note(session, milestone, entry, waited, now=now)
    return entry


def withdraw(session: Session, milestone: Milestone, wrong: Promise, *, by: User | None, now: datetime) -> Promise:
    """Take a wrong entry back: the one before it counts again. Nothing is erased. The first promise stays."""
    if wrong.act is Act.FIRST:
        raise Refused("promise.first_stays")
    entry = Promise(
        milestone_id=milestone.id,
        number=len(milestone.promises) + 1,
        act=Act.WITHDRAW,
        origin="correction",
        recorded_at=now,
        recorded_by_id=by.id if by else None,
        supersedes_id=wrong.id,
        checkpoint_id=wrong.checkpoint_id,
    )
    to_tell.taken_back(session, wrong, now=now)
    return _add(session, milestone, entry, None)


def correct(
    session: Session, milestone: Milestone, wrong: Promise, right: When, *, by: User | None, now: datetime
) -> Promise:
    """Put the right date in place of a wrongly typed one, with the explanation of the old entry if it had one."""
    entry = _entry(milestone, right, wrong.act, by=by, now=now, origin="correction")
    entry.cause, entry.reason_key = wrong.cause, wrong.reason_key
    entry.supersedes_id = wrong.id
    old = wrong.words
    words = PromiseWords(condition=right.condition)
    if old is not None:
        words.why, words.what_we_do, words.other_name = old.why, old.what_we_do, old.other_name
        words.language, words.translations = old.language, old.translations
    return _add(session, milestone, entry, words)


def moves(entries: Sequence[Promise]) -> int:
    """How often a date moved: the first promise is none, nor is a condition that was met."""
    return sum(1 for entry in entries if entry.act is Act.MOVE)


def is_open(session: Session, entry: Promise) -> bool:
    """Whether clients have not been told an entry yet, so that it can be replaced as if it had never been."""
    return to_tell.is_untold(session, entry)


def is_explained(to: When, why: Why, was: When | None = None) -> bool:
    """True where a move says everything that a move must say."""
    try:
        check(to, why, was)
    except Refused:
        return False
    return True


def check(to: When, why: Why, was: When | None) -> None:
    """Refuse, naming the field, a date that says nothing or runs backwards, and a delay without its explanation."""
    if to.after_days is not None and not (to.condition or "").strip():
        raise Refused("delay.needs_condition", field="condition")
    if to.starts_on is None and to.after_days is None and to.next_news_at is None:
        raise Refused("delay.needs_date", field="new_on")
    if to.ends_on is not None and (to.starts_on is None or to.ends_on < to.starts_on):
        raise Refused("delay.range_backwards", field="new_until")
    if was is not None and is_earlier(to, was):
        return
    for lacking in unexplained(why):
        raise lacking


def unexplained(why: Why) -> Iterator[Refused]:
    """What an explanation lacks, each naming its field: why (a reason of the playbook, or words), and what we do."""
    if not why.reason_key and not why.why.strip():
        yield Refused("delay.needs_why", field="why")
    if not why.what_we_do.strip():
        yield Refused("delay.needs_action", field="what_we_do")


def _entry(milestone: Milestone, to: When, act: Act, *, by: User | None, now: datetime, origin: str) -> Promise:
    return Promise(
        milestone_id=milestone.id,
        number=len(milestone.promises) + 1,
        act=act,
        starts_on=to.starts_on,
        ends_on=to.ends_on,
        is_estimate=to.is_estimate,
        after_days=to.after_days,
        next_news_at=to.next_news_at,
        origin=origin,
        recorded_at=now,
        recorded_by_id=by.id if by else None,
    )


def _words(to: When, why: Why | None) -> PromiseWords | None:
    if why is None and not to.condition:
        return None
    words = PromiseWords(condition=to.condition)
    if why is not None:
        words.why = why.why or None
        words.what_we_do = why.what_we_do or None
        words.other_name = why.other_name
        words.language = why.language
        words.translations = why.translations or None
    return words


def _add(session: Session, milestone: Milestone, entry: Promise, words: PromiseWords | None) -> Promise:
    entry.words = words
    milestone.promises.append(entry)
    number(session)
    return entry
