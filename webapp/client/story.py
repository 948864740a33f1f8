"""What one contact's page says: the newest confirmed news with its age, live replies, and everything before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.kinds.client_update import ClientUpdate
from emails.mail import Mail
from emails.pieces import SURE, DateLine, Person, Standing, Work, standing_on
from webapp.client import road
from webapp.client.entrance import Entrance
from webapp.client.road import Mark
from webapp.models import Ask, EngagementState, Firm, Participation, Reply, Update, UpdateKind
from webapp.services.calendar import phone_hours
from webapp.services.core.errors import LinkInvalid
from webapp.services.core.firm import the_firm
from webapp.services.dates import staleness
from webapp.services.rhythm import slots
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at
from webapp.services.updates import composing, diary
from webapp.services.updates.composing import For
from webapp.services.updates.diary import Entry
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import NEWS, frame, open_asks
from webapp.services.work import timeline
from webapp.timezones import local

REPORTS = (UpdateKind.REGULAR, UpdateKind.CORRECTION)
OF_A_REPORT = ("since", "done", "last_step", "last_step_done", "step")


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
    """Everything the page shows: what this reader was told, with its age, and nothing that was not told yet. Answers to
    what we asked, and who stands in for somebody, are as they are now."""
    engagement, part = entrance.engagement, entrance.part
    firm = the_firm(session)
    if firm is None:
        raise LinkInvalid
    to = For.contact(firm, part, now=now)
    told = diary.of(session, entrance.contact, timeline.updates(session, engagement))
    newest = next((entry for entry in told if _is_news(entry)), None)
    stands = _as_it_stands(told)
    live = Snapshot(**frame(session, engagement, now=now))
    corrected = {entry.update.corrects_id for entry in told if entry.update.corrects_id}
    stale_since = staleness.stale_since(session, engagement, firm, now=now)
    known = _as_sure_as_their_age(stands.dates if stands else (), stale_since)
    dates = standing_on(_while_it_rests(known, told), to.today)
    confirmed = newest.snapshot.confirmed_at if newest else None
    confirmed_at = local(confirmed, to.zone) if confirmed else None
    next_at = _next_news_at(session, told, part, firm, now=now)
    return Story(
        news=composing.client_update(_news(newest, told), to) if newest else None,
        confirmed_at=confirmed_at,
        is_stale=_is_stale(told),
        stale_since=stale_since,
        age_days=(to.today - confirmed_at.date()).days if confirmed_at else 0,
        dates=dates,
        road=road.of(dates, to.today),
        asks=_asks(session, told, part),
        owner=replace(
            composing.owner(_with_who_is_known(live, stands), to),
            hours=phone_hours.for_today(firm, to.spoken, local(now, firm.zone).date()),
        ),
        engagement=composing.engagement(stands or live, to),
        next_news_at=local(next_at, to.zone) if next_at else None,
        history=[_told(entry, to, is_corrected=entry.update.id in corrected) for entry in told],
        replies=_replies(session, entrance),
        is_open=engagement.state is EngagementState.OPEN,
    )


def dates(session: Session, entrance: Entrance, *, now: datetime) -> tuple[DateLine, ...]:
    """The agreed dates as this reader was told them, as they stand on the day where they are."""
    told = diary.of(session, entrance.contact, timeline.updates(session, entrance.engagement))
    stands = _as_it_stands(told)
    return standing_on(stands.dates, local(now, entrance.contact.zone).date()) if stands else ()


def _as_it_stands(told: Sequence[Entry]) -> Snapshot | None:
    """The newest account of the work that the reader has, with the newest word about each date."""
    accounts = [entry.snapshot for entry in told if entry.update.kind is not UpdateKind.NEWS_MOVED]
    if not accounts:
        return None
    dates = {line.milestone_id: line for account in reversed(accounts) for line in account.dates}
    return accounts[0].model_copy(update={"dates": tuple(dates.values())})


def _is_news(entry: Entry) -> bool:
    """Whether an update says how the work stands; what was told at once does where a date moved with it."""
    is_move = entry.update.kind is UpdateKind.CHANGED and bool(entry.snapshot.delays)
    return entry.update.kind in NEWS or is_move


def _has_overtaken(entry: Entry) -> bool:
    """Whether an update makes doubtful what a report before it said comes next: a step changed, or the work rests."""
    return entry.update.kind is UpdateKind.CLOSING or bool(entry.snapshot.changed)


def _news(newest: Entry, told: Sequence[Entry]) -> Snapshot:
    """The newest news, without a next step that something newer has overtaken."""
    frozen = _as_reported(newest, told)
    report = next((place for place, entry in enumerate(told) if entry.update.kind in REPORTS), 0)
    return frozen.model_copy(update={"step": None}) if any(map(_has_overtaken, told[:report])) else frozen


def _as_reported(newest: Entry, told: Sequence[Entry]) -> Snapshot:
    """The newest news; a corrected sentence must not make a moved date look as if it had never moved, and a moved date
    says nothing of what got done and what is next: that stays what the last report said."""
    frozen = newest.snapshot
    if newest.update.kind in (UpdateKind.DELAY_NOTICE, UpdateKind.CHANGED):
        report = next((entry.snapshot for entry in told if entry.update.kind in REPORTS), None)
        kept = {name: getattr(report, name) for name in OF_A_REPORT} if report is not None else {}
        return frozen.model_copy(update=kept)
    if newest.update.kind is not UpdateKind.CORRECTION:
        return frozen
    corrected = next((entry for entry in told if entry.update.id == newest.update.corrects_id), None)
    now = {line.milestone_id: line.now for line in frozen.dates}
    moved = corrected.snapshot.delays if corrected else ()
    still = tuple(delay for delay in moved if now.get(delay.milestone_id, delay.now) == delay.now)
    return frozen.model_copy(update={"delays": still})


def _next_news_at(
    session: Session, told: Sequence[Entry], part: Participation, firm: Firm, *, now: datetime
) -> datetime | None:
    """When the reader hears next: the time that was printed for them, while it is ahead, else that of the rhythm."""
    is_open = part.engagement.state is EngagementState.OPEN
    if told and told[0].update.kind is UpdateKind.CLOSING and not is_open:
        return told[0].next_news_at
    printed = next((entry.next_news_at for entry in told if entry.next_news_at is not None), None)
    if printed is not None and printed >= now:
        return printed
    slot = slots.current(session, part.engagement)
    return deliver_at(slot.promised_by, reader(part, firm)) if slot else None


def _asks(session: Session, told: Sequence[Entry], part: Participation) -> list[Ask]:
    """What is still needed from this reader, of what they were asked for."""
    asked = {line.ask_id for entry in told for line in entry.snapshot.asks}
    return [
        ask
        for ask in open_asks(session, part.engagement)
        if ask.id in asked and ask.contact_id in (None, part.contact_id)
    ]


def _with_who_is_known(live: Snapshot, stands: Snapshot | None) -> Snapshot:
    """Who looks after the work now, with who stands in for them; as long as the reader knows another person, that one:
    somebody new is introduced by a mail."""
    known, present = stands.owner if stands else None, live.owner
    if known is None or present is None or known.in_charge == present.in_charge:
        return live
    return live.model_copy(update={"owner": known})


def _is_stale(told: Sequence[Entry]) -> bool:
    """Whether the last promised time brought nothing. That news comes later says nothing about the work."""
    last = next((entry.update for entry in told if entry.update.kind is not UpdateKind.NEWS_MOVED), None)
    return last is not None and last.kind is UpdateKind.NO_NEWS


def _as_sure_as_their_age(lines: tuple[DateLine, ...], stale_since: date | None) -> tuple[DateLine, ...]:
    """Dates that were last reported as holding, or as new, but so long ago that nobody may rely on them."""
    if stale_since is None:
        return lines
    return tuple(
        replace(line, standing=Standing.UNCONFIRMED, confirmed_on=stale_since) if line.standing in SURE else line
        for line in lines
    )


def _while_it_rests(lines: tuple[DateLine, ...], told: Sequence[Entry]) -> tuple[DateLine, ...]:
    """Who was told that the work rests, and its dates with it, reads of none that it holds."""
    newest = next((entry for entry in told if entry.update.kind is not UpdateKind.CORRECTION), None)
    if newest is None or not newest.snapshot.is_pause:
        return lines
    return tuple(replace(line, standing=Standing.NOT_SURE) if line.standing in SURE else line for line in lines)


def _told(entry: Entry, to: For, *, is_corrected: bool) -> Told:
    update = entry.update
    context = composing.client_mail(update.kind, entry.snapshot, replace(to, now=update.released_at))
    return Told(update, context, local(update.released_at, to.zone), is_corrected)


def _replies(session: Session, entrance: Entrance) -> Sequence[Reply]:
    return session.scalars(
        select(Reply)
        .where(Reply.engagement_id == entrance.engagement.id, Reply.contact_id == entrance.contact.id)
        .order_by(Reply.written_at.desc())
        .limit(20)
    ).all()
