"""The only way from the domain to an e-mail context: a frozen snapshot and one reader in, a typed context out."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from emails import links
from emails.kinds.client_update import ClientUpdate
from emails.kinds.closing import Closing
from emails.kinds.correction import Correction
from emails.kinds.delay_notice import DelayNotice
from emails.kinds.news_moved import NewsMoved
from emails.kinds.no_news import NoNews
from emails.kinds.welcome import Welcome
from emails.languages import Language, language
from emails.mail import Mail
from emails.pieces import (
    AskLine,
    Brand,
    Call,
    Delay,
    Person,
    Said,
    Who,
    Work,
    standing_on,
)
from webapp.models import Contact, Firm, Participation, UpdateKind
from webapp.services.calendar import firm_calendar, phone_hours
from webapp.services.core import phones
from webapp.services.core.firm import label
from webapp.services.rhythm import cadences
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at, slot_times
from webapp.services.updates.snapshot import Snapshot
from webapp.timezones import local

PAGE = links.placeholder("page")
PREFERENCES = links.placeholder("preferences")
UNSUBSCRIBE = links.placeholder("unsubscribe")


@dataclass(frozen=True, kw_only=True)
class For:
    """Who reads, and when it is written: a contact in an engagement, in a language that may be another than theirs for
    a preview."""

    firm: Firm
    participation: Participation
    language: str
    name: str
    now: datetime

    @classmethod
    def contact(
        cls, firm: Firm, participation: Participation, *, now: datetime, others: tuple[Contact, ...] = ()
    ) -> "For":
        """The reader as the contact; `others` share the address and are greeted with them."""
        contact = participation.contact
        people = [contact, *others]
        spoken = language(contact.language)
        return cls(
            firm=firm,
            participation=participation,
            language=contact.language,
            name=spoken.listing([person.greeting or person.name for person in people]),
            now=now,
        )

    @property
    def zone(self) -> str:
        return self.participation.contact.zone

    @property
    def today(self) -> date:
        """The day it is where they are."""
        return local(self.now, self.zone).date()

    @property
    def spoken(self) -> Language:
        return language(self.language).read_in(self.today.year, home=self.firm.zone)

    def label(self, labels: dict[str, str]) -> str:
        return label(labels, self.language, self.firm.language)


def brand(firm: Firm) -> Brand:
    return Brand(
        name=firm.name,
        zone=firm.zone,
        language=firm.language,
        colour=firm.colour,
        phone=_phone(firm.phone),
        logo_url=firm.logo_url,
        address=firm.postal_address,
    )


def engagement(frozen: Snapshot, to: For) -> Work:
    return Work(
        title=frozen.title,
        reference=frozen.reference,
        stage=to.label(frozen.stage) if frozen.stage else None,
        steps_done=frozen.steps_done,
        steps_total=frozen.steps_total,
    )


def owner(frozen: Snapshot, to: For) -> Person:
    """Somebody to phone, by name, with the hours of the days until the next news; the firm itself where nobody owns the
    work."""
    comes = next_news(frozen, to)
    until = comes.date() if comes else to.today
    hours = phone_hours.for_reader(to.firm, to.spoken, to.zone, since=to.today, until=until)
    if frozen.owner is None:
        return Person(name=to.firm.name, phone=_phone(to.firm.phone), hours=hours)
    person = frozen.owner
    return Person(
        name=person.name,
        phone=_phone(person.phone or to.firm.phone),
        hours=hours,
        instead_of=person.instead_of,
        until=person.until,
    )


def client_mail(kind: UpdateKind, frozen: Snapshot, to: For) -> Mail:
    """The context of one update for one reader."""
    if kind is UpdateKind.NO_NEWS:
        return _no_news(frozen, to)
    if kind is UpdateKind.NEWS_MOVED:
        return _news_moved(frozen, to)
    if kind is UpdateKind.WELCOME:
        return _welcome(frozen, to)
    if kind is UpdateKind.CORRECTION:
        return _correction(frozen, to)
    if kind is UpdateKind.CLOSING:
        return Closing(
            **common(frozen, to), is_pause=frozen.is_pause, is_still=frozen.is_still, words=frozen.closing_words
        )
    return client_update(frozen, to, is_notice=kind is UpdateKind.DELAY_NOTICE)


def client_update(frozen: Snapshot, to: For, *, is_notice: bool = False) -> ClientUpdate:
    make = DelayNotice if is_notice else ClientUpdate
    theirs = {
        **common(frozen, to),
        "step_done": frozen.last_step_done.value if frozen.last_step_done else None,
        "delays": tuple(_counted(delay, to) for delay in frozen.delays),
        "steps": (frozen.step,) if frozen.step else (),
        "dates": standing_on(frozen.dates, to.today),
        "asks": asks(frozen, to),
    }
    return make(**_frozen_for_all(frozen, ClientUpdate, but=theirs.keys()), **theirs)


def _frozen_for_all(frozen: Snapshot, context: type[Mail], *, but: Collection[str]) -> dict[str, Any]:
    """What a context takes from a snapshot under the same name, because it is the same for every reader."""
    names = {field.name for field in fields(context)} & set(Snapshot.model_fields) - set(but)
    return {name: getattr(frozen, name) for name in names}


def next_news(frozen: Snapshot, to: For) -> datetime | None:
    """When the reader hears next, by their own clock and inside their allowed hours."""
    return comes_at(frozen.next_news_at, to) if frozen.next_news_at else None


def comes_at(promised_by: datetime, to: For) -> datetime:
    """When news that is promised by a moment comes to the reader at the latest."""
    return local(deliver_at(promised_by, reader(to.participation, to.firm)), to.zone)


def asks(frozen: Snapshot, to: For) -> tuple[AskLine, ...]:
    """What is needed from this reader: what was asked of them, and what was asked of nobody in particular."""
    mine = (line for line in frozen.asks if line.contact_id in (None, to.participation.contact_id))
    told_on = local(frozen.confirmed_at, to.zone).date() if frozen.confirmed_at else None
    return tuple(replace(line, is_overdue=bool(told_on and line.due_on and line.due_on < told_on)) for line in mine)


def opening(frozen: Snapshot, to: For) -> dict[str, Any]:
    """What every mail to a client begins with, those without a rhythm included."""
    return {
        "language": to.language,
        "brand": brand(to.firm),
        "recipient": to.name,
        "today": to.today,
        "engagement": engagement(frozen, to),
        "owner": owner(frozen, to),
        "page_url": PAGE,
    }


def common(frozen: Snapshot, to: For) -> dict[str, Any]:
    """The same, with when the next news comes and how to stop or change the mails."""
    return {
        **opening(frozen, to),
        "preferences_url": PREFERENCES,
        "unsubscribe_url": UNSUBSCRIBE,
        "next_news_at": next_news(frozen, to),
        "introduces": _person(frozen.introduces, to),
        "introduction": frozen.introduction,
    }


def _no_news(frozen: Snapshot, to: For) -> NoNews:
    return NoNews(
        **common(frozen, to),
        confirmed_on=local(frozen.confirmed_at, to.zone).date() if frozen.confirmed_at else None,
        promised_on=comes_at(frozen.promised_at, to).date() if frozen.promised_at else None,
        dates=standing_on(frozen.dates, to.today),
        asks=asks(frozen, to),
        silent=frozen.silent,
        call=_call(frozen.call, to),
        is_call_known=frozen.is_call_known,
    )


def _call(call: Call | None, to: For) -> Call | None:
    """A call as this reader is told it; none where its day passed since that was written."""
    if call is None or (call.came_on is None and not call.is_over and call.by <= to.now):
        return None
    person = Person(name=call.person.name, phone=_phone(call.person.phone))
    return replace(call, person=person, by=local(call.by, to.zone))


def _news_moved(frozen: Snapshot, to: For) -> NewsMoved:
    if frozen.news_was_at is None:
        raise ValueError("news that comes later was promised for an hour")
    was_at = comes_at(frozen.news_was_at, to)
    return NewsMoved(
        **common(frozen, to),
        was_at=was_at,
        dates_hold=frozen.dates_hold,
        is_closed=not firm_calendar.of_firm(to.firm).is_working(was_at.date()),
        needs_nothing=_needs_nothing(frozen, to),
    )


def _needs_nothing(frozen: Snapshot, to: For) -> bool:
    """Whether nothing is asked of the reader: no question is open, and the next step is not theirs."""
    return not asks(frozen, to) and not (frozen.step is not None and frozen.step.who is Who.YOU)


def _welcome(frozen: Snapshot, to: For) -> Welcome:
    return Welcome(
        **common(frozen, to),
        rhythm=_rhythm(frozen, to),
        dates=standing_on(frozen.dates, to.today),
        facts=tuple(Said(text=fact) for fact in frozen.facts),
        season=frozen.season,
        asks=asks(frozen, to),
    )


def _rhythm(frozen: Snapshot, to: For) -> str:
    """The rhythm in words, by the clocks and outside the quiet hours of the reader, so that it says the hour that is
    printed as that of the next news."""
    if frozen.cadence is None:
        return ""
    cadence = cadences.load(frozen.cadence)
    if frozen.next_news_at is None:
        return cadences.in_words(cadence, to.spoken)
    promised = frozen.next_news_at
    if frozen.season is not None:
        # In the words about the rhythm stands the usual hour; that of the season is said beside the next news.
        promised = slot_times(cadence, local(promised, cadence.zone).date()).promised_by
    usually = replace(reader(to.participation, to.firm), working_days=None, paused_until=None)
    promised_at = local(promised, cadence.zone)
    comes_at = local(deliver_at(promised, usually), to.zone)
    return cadences.in_words(cadence, to.spoken, promised_at=promised_at, comes_at=comes_at)


def _correction(frozen: Snapshot, to: For) -> Correction:
    written = frozen.corrected_released_at or frozen.confirmed_at
    if written is None:
        raise ValueError("a correction says when the corrected mail was written")
    return Correction(
        **common(frozen, to),
        written_on=local(written, to.zone).date(),
        parts=frozen.corrected,
        delays=tuple(_counted(delay, to) for delay in frozen.delays),
        needs_nothing=_needs_nothing(frozen, to),
    )


def _counted(delay: Delay, to: For) -> Delay:
    """A date that is working days after something, with the day it would be if that came today: nobody counts."""
    if delay.now.after_days is None or delay.now.condition is None:
        return delay
    return replace(delay, counted=(to.today, firm_calendar.of_firm(to.firm).add(to.today, delay.now.after_days)))


def _person(person: Person | None, to: For) -> Person | None:
    return replace(person, phone=_phone(person.phone or to.firm.phone)) if person else None


def _phone(number: str | None) -> str | None:
    return phones.shown(number) if number else None
