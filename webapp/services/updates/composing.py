"""The only way from the domain to an e-mail context: a frozen snapshot and one reader in, a typed context out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emails import links
from emails.kinds.client_update import ClientUpdate
from emails.kinds.closing import Closing
from emails.kinds.correction import Correction
from emails.kinds.delay_notice import DelayNotice
from emails.kinds.no_news import NoNews
from emails.kinds.welcome import Welcome
from emails.languages import Language, language
from emails.mail import Mail
from emails.pieces import (
    Agreed,
    AskLine,
    Brand,
    CorrectedPart,
    DateLine,
    Delay,
    Person,
    Standing,
    Step,
    Waiting,
    Who,
    Words,
    Work,
)
from webapp.models import Contact, Firm, Participation, UpdateKind
from webapp.services.core import phones
from webapp.services.core.firm import label
from webapp.services.rhythm import cadences
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at
from webapp.services.updates import snapshot
from webapp.services.updates.snapshot import Snapshot
from webapp.timezones import local

PAGE = links.placeholder("page")
PREFERENCES = links.placeholder("preferences")
UNSUBSCRIBE = links.placeholder("unsubscribe")


@dataclass(frozen=True, kw_only=True)
class For:
    """Who reads: a contact in an engagement, in a language that may be another than theirs for a preview."""

    firm: Firm
    participation: Participation
    language: str
    name: str

    @classmethod
    def contact(cls, firm: Firm, participation: Participation, *, others: tuple[Contact, ...] = ()) -> "For":
        """The reader as the contact; `others` share the address and are greeted with them."""
        contact = participation.contact
        people = [contact, *others]
        spoken = language(contact.language)
        return cls(
            firm=firm,
            participation=participation,
            language=contact.language,
            name=spoken.listing([person.greeting or person.name for person in people]),
        )

    @property
    def zone(self) -> str:
        return self.participation.contact.zone

    @property
    def spoken(self) -> Language:
        return language(self.language)

    def label(self, labels: dict[str, str]) -> str:
        return label(labels, self.language, self.firm.language)


def brand(firm: Firm) -> Brand:
    return Brand(
        name=firm.name,
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
    """Somebody to phone, by name; the firm itself where nobody owns the work."""
    if frozen.owner is None:
        return Person(name=to.firm.name, phone=_phone(to.firm.phone), hours=to.firm.hours)
    person = frozen.owner
    return Person(
        name=person.name,
        phone=_phone(person.phone or to.firm.phone),
        hours=to.firm.hours,
        instead_of=person.instead_of,
        until=person.until,
    )


def client_mail(kind: UpdateKind, frozen: Snapshot, to: For) -> Mail:
    """The context of one update for one reader."""
    if kind is UpdateKind.NO_NEWS:
        return _no_news(frozen, to)
    if kind is UpdateKind.WELCOME:
        return _welcome(frozen, to)
    if kind is UpdateKind.CORRECTION:
        return _correction(frozen, to)
    if kind is UpdateKind.CLOSING:
        return Closing(**common(frozen, to), is_pause=frozen.is_pause, words=_words(frozen.closing_words, to))
    return client_update(frozen, to, is_notice=kind is UpdateKind.DELAY_NOTICE)


def client_update(frozen: Snapshot, to: For, *, is_notice: bool = False) -> ClientUpdate:
    make = DelayNotice if is_notice else ClientUpdate
    return make(
        **common(frozen, to),
        since=frozen.since,
        done=_words(frozen.done, to),
        step_done=frozen.last_step_done.value if frozen.last_step_done else None,
        last_step=_words(frozen.last_step, to),
        steps=_steps(frozen, to),
        dates=dates(frozen, to),
        delays=tuple(_delay(moved, to) for moved in frozen.delays),
        asks=asks(frozen, to),
        waiting=_waiting(frozen),
        is_late=frozen.is_late,
        introduces=_person(frozen.introduces, to),
        introduction=_words(frozen.introduction, to),
        reply_url=PAGE,
    )


def next_news(frozen: Snapshot, to: For) -> datetime | None:
    """When the reader hears next, by their own clock and inside their allowed hours."""
    if frozen.next_news_at is None:
        return None
    return local(deliver_at(frozen.next_news_at, reader(to.participation, to.firm)), to.zone)


def dates(frozen: Snapshot, to: For) -> tuple[DateLine, ...]:
    return tuple(
        DateLine(
            label=to.label(line.labels),
            first=_agreed(line.first, to),
            now=_agreed(line.now, to),
            moved=line.moved,
            standing=Standing(line.standing),
            done_on=line.done_on,
            dropped_why=_words(line.dropped_why, to),
        )
        for line in frozen.dates
    )


def read(said: snapshot.Said, language: str) -> Words:
    """Free words for a reader: in their own language where they were given in it, else as written, and marked."""
    own = said.read_in(language)
    return Words(text=own.text, language=own.language)


def asks(frozen: Snapshot, to: For) -> tuple[AskLine, ...]:
    """What is needed from this reader: what was asked of them, and what was asked of nobody in particular."""
    mine = (line for line in frozen.asks if line.contact_id in (None, to.participation.contact_id))
    told_on = local(frozen.confirmed_at, to.zone).date() if frozen.confirmed_at else None
    return tuple(
        AskLine(
            text=read(line.said, to.language),
            due_on=line.due_on,
            is_overdue=bool(told_on and line.due_on and line.due_on < told_on),
        )
        for line in mine
    )


def opening(frozen: Snapshot, to: For) -> dict[str, Any]:
    """What every mail to a client begins with, those without a rhythm included."""
    return {
        "language": to.language,
        "brand": brand(to.firm),
        "recipient": to.name,
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
    }


def _no_news(frozen: Snapshot, to: For) -> NoNews:
    return NoNews(
        **common(frozen, to),
        confirmed_on=local(frozen.confirmed_at, to.zone).date() if frozen.confirmed_at else None,
        dates=dates(frozen, to),
        asks=asks(frozen, to),
    )


def _welcome(frozen: Snapshot, to: For) -> Welcome:
    rhythm = cadences.in_words(cadences.load(frozen.cadence), to.spoken) if frozen.cadence else ""
    return Welcome(
        **common(frozen, to),
        rhythm=rhythm,
        dates=dates(frozen, to),
        facts=tuple(Words(text=fact) for fact in frozen.facts),
        asks=asks(frozen, to),
    )


def _correction(frozen: Snapshot, to: For) -> Correction:
    written = frozen.corrected_released_at or frozen.confirmed_at
    if written is None:
        raise ValueError("a correction says when the corrected mail was written")
    return Correction(
        **common(frozen, to),
        written_on=local(written, to.zone).date(),
        parts=tuple(_corrected(part, to) for part in frozen.corrected),
        delays=tuple(_delay(moved, to) for moved in frozen.delays),
    )


def _corrected(part: snapshot.CorrectedPart, to: For) -> CorrectedPart:
    what = to.label(part.labels) if part.labels is not None else to.spoken.text(f"part.{part.part}")
    return CorrectedPart(
        what=what,
        wrote=_words(part.wrote, to) or Words(text=_date_text(part.wrote_on, to)),
        right=_words(part.right, to) or Words(text=_date_text(part.right_on, to)),
    )


def _date_text(when: snapshot.Date | None, to: For) -> str:
    if when is None or when.starts_on is None:
        return to.spoken.text("part.nothing")
    if when.ends_on is not None:
        return to.spoken.span(when.starts_on, when.ends_on)
    return to.spoken.day(when.starts_on)


def _words(said: snapshot.Said | None, to: For) -> Words | None:
    return read(said, to.language) if said else None


def _person(person: snapshot.Person | None, to: For) -> Person | None:
    return Person(name=person.name, phone=_phone(person.phone or to.firm.phone)) if person else None


def _agreed(when: snapshot.Date, to: For) -> Agreed:
    return Agreed(
        start=when.starts_on,
        end=when.ends_on,
        is_estimate=when.is_estimate,
        days=when.after_days,
        condition=_words(when.condition, to),
    )


def _delay(moved: snapshot.Delay, to: For) -> Delay:
    return Delay(
        label=to.label(moved.labels),
        first=_agreed(moved.first, to),
        was=_agreed(moved.was, to),
        now=_agreed(moved.now, to),
        moved=moved.moved,
        cause=Who(moved.cause.value),
        reason=to.label(moved.reason) if moved.reason else None,
        why=_words(moved.why, to),
        what_we_do=_words(moved.what_we_do, to),
        other_name=moved.other_name,
    )


def _steps(frozen: Snapshot, to: For) -> tuple[Step, ...]:
    step = frozen.step
    if step is None:
        return ()
    text = read(step.said, to.language)
    return (Step(text=text, who=Who(step.who.value), name=step.name, by=step.by),)


def _waiting(frozen: Snapshot) -> Waiting | None:
    waiting = frozen.waiting
    if waiting is None:
        return None
    return Waiting(who=Who(waiting.who.value), name=waiting.name, since=waiting.since, plan_stands=waiting.plan_stands)


def _phone(number: str | None) -> str | None:
    return phones.shown(number) if number else None
