"""What one contact's page says: the newest confirmed news with its age, live replies, and everything before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.kinds.client_update import ClientUpdate
from emails.mail import Mail
from emails.pieces import DateLine, Delay, Person, Standing, Work, standing_on
from webapp.client import road
from webapp.client.entrance import Entrance
from webapp.client.road import Mark
from webapp.models import Ask, Engagement, EngagementState, Reply, Update, UpdateKind
from webapp.services.core.errors import LinkInvalid
from webapp.services.core.firm import the_firm
from webapp.services.dates import staleness
from webapp.services.rhythm import slots
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at
from webapp.services.updates import composing, untold
from webapp.services.updates.composing import For
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import NEWS, date_lines, frame, open_asks
from webapp.services.work import timeline
from webapp.timezones import local


@dataclass(frozen=True)
class Told:
    """One earlier update as the reader got it."""

    update: Update
    context: Mail
    at: datetime
    is_corrected: bool


@dataclass(frozen=True)
class Story:
    """`news`: the newest confirmed update. `is_stale`: nothing was confirmed at the last promised time. `stale_since`:
    the day of the last word, where it is too old to be shown as sure. `age_days`: how old the news is. `road`: the
    dates in their order, with today among them."""

    news: ClientUpdate | None
    confirmed_at: datetime | None
    is_stale: bool
    stale_since: date | None
    age_days: int
    dates: tuple[DateLine, ...]
    road: tuple[Mark, ...]
    asks: Sequence[Ask]
    owner: Person
    engagement: Work
    next_news_at: datetime | None
    history: list[Told]
    replies: Sequence[Reply]
    is_open: bool

    @property
    def has_days(self) -> bool:
        """Whether a calendar could take anything in."""
        return any(line.now.starts_on or line.first.starts_on for line in self.dates)


def tell(session: Session, entrance: Entrance, *, now: datetime) -> Story:
    """Everything the page shows. Dates, asks and the person to phone are as they are now; the news is the newest
    released snapshot, with its age."""
    engagement, part = entrance.engagement, entrance.part
    firm = the_firm(session)
    if firm is None:
        raise LinkInvalid
    to = For.contact(firm, part, now=now)
    told = timeline.updates(session, engagement)
    newest = next((update for update in told if update.kind in NEWS), None)
    frozen = Snapshot.load(newest.snapshot) if newest else None
    if newest is not None and frozen is not None and newest.kind is UpdateKind.CORRECTION:
        frozen = frozen.model_copy(update={"delays": _still_moved(newest, told, engagement)})
    waits = untold.untold_entries(session, engagement)
    live = Snapshot(**frame(session, engagement, now=now), dates=date_lines(engagement, waits), confirmed_at=now)
    slot = slots.current(session, engagement)
    corrected = {update.corrects_id for update in told if update.corrects_id}
    stale_since = staleness.stale_since(session, engagement, firm, now=now)
    dates = standing_on(_as_sure_as_their_age(live.dates, stale_since), to.today)
    confirmed_at = local(frozen.confirmed_at, to.zone) if frozen and frozen.confirmed_at else None
    next_at = deliver_at(slot.promised_by, reader(part, firm)) if slot else None
    return Story(
        news=composing.client_update(frozen, to) if frozen else None,
        confirmed_at=confirmed_at,
        is_stale=_is_stale(told),
        stale_since=stale_since,
        age_days=(to.today - confirmed_at.date()).days if confirmed_at else 0,
        dates=dates,
        road=road.of(dates, to.today),
        asks=[ask for ask in open_asks(session, engagement) if ask.contact_id in (None, part.contact_id)],
        owner=composing.owner(live, to),
        engagement=composing.engagement(live, to),
        next_news_at=local(next_at, to.zone) if next_at else None,
        history=[_told(update, to, is_corrected=update.id in corrected) for update in told],
        replies=_replies(session, entrance),
        is_open=engagement.state is EngagementState.OPEN,
    )


def _is_stale(told: Sequence[Update]) -> bool:
    """Whether the last promised time brought nothing. That news comes later says nothing about the work."""
    last = next((update for update in told if update.kind is not UpdateKind.NEWS_MOVED), None)
    return last is not None and last.kind is UpdateKind.NO_NEWS


def _as_sure_as_their_age(lines: tuple[DateLine, ...], stale_since: date | None) -> tuple[DateLine, ...]:
    """Dates that were last reported as holding, or as new, but so long ago that nobody may rely on them."""
    if stale_since is None:
        return lines
    sure = (Standing.HOLDS, Standing.MOVED)
    return tuple(
        replace(line, standing=Standing.UNCONFIRMED, confirmed_on=stale_since) if line.standing in sure else line
        for line in lines
    )


def _still_moved(correction: Update, told: Sequence[Update], engagement: Engagement) -> tuple[Delay, ...]:
    """The moves that the corrected news told, unless the correction put them right: a corrected sentence must not make
    a moved date look as if it had never moved."""
    corrected = next((update for update in told if update.id == correction.corrects_id), None)
    if corrected is None:
        return ()
    now = {line.milestone_id: line.now for line in date_lines(engagement)}
    return tuple(
        moved for moved in Snapshot.load(corrected.snapshot).delays if now.get(moved.milestone_id) == moved.now
    )


def _told(update: Update, to: For, *, is_corrected: bool) -> Told:
    context = composing.client_mail(update.kind, Snapshot.load(update.snapshot), replace(to, now=update.released_at))
    return Told(update, context, local(update.released_at, to.zone), is_corrected)


def _replies(session: Session, entrance: Entrance) -> Sequence[Reply]:
    return session.scalars(
        select(Reply)
        .where(Reply.engagement_id == entrance.engagement.id, Reply.contact_id == entrance.contact.id)
        .order_by(Reply.written_at.desc())
        .limit(20)
    ).all()
