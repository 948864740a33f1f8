"""Tells the contacts of an engagement one update: a telling for each, and a mail where they can be mailed."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails import links
from emails.mail import Mail
from emails.pieces import Agreed, DateLine, Delay
from emails.registry import RULES
from webapp.models import (
    Contact,
    Engagement,
    EngagementState,
    MailState,
    OutboxEmail,
    OutboxTelling,
    Participation,
    Telling,
    TellingState,
    Update,
    UpdateKind,
    User,
)
from webapp.models.update import KNOWN, TAKEN_BACK
from webapp.services.core import tasks
from webapp.services.core.firm import the_firm
from webapp.services.dates import ledger
from webapp.services.mail import consequences, outbox, queueing, writing
from webapp.services.mail.eligibility import ADDRESS_CHANGED
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at
from webapp.services.updates import composing, word
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import delay
from webapp.timezones import local

LANGUAGE_CHANGED = "language"
SMALL_PRINT = "\n--\n"
EMPTY_LINES = re.compile(r"\n{3,}")
KIND_OF_MAIL = {
    UpdateKind.REGULAR: "client_update",
    UpdateKind.CHANGED: "client_update",
    UpdateKind.DELAY_NOTICE: "delay_notice",
    UpdateKind.NO_NEWS: "no_news",
    UpdateKind.NEWS_MOVED: "news_moved",
    UpdateKind.WELCOME: "welcome",
    UpdateKind.CORRECTION: "correction",
    UpdateKind.CLOSING: "closing",
}


def tell(session: Session, update: Update, *, now: datetime) -> list[Telling]:
    """Make every telling of an update, once. Who stopped or paused is skipped, with the reason, but a moved date is
    told to them by phone; who has no address that works is a phone call, with a task; contacts who share an address
    get one mail together, as long as it says the same to each of them; a notice of moved dates is not for who has
    those dates in writing."""
    made = []
    for part in update.engagement.participations:
        telling = Telling(update=update, contact=part.contact, state=TellingState.DUE)
        session.add(telling)
        made.append(telling)
    _address(session, update, made, now=now)
    return made


def tell_anew(session: Session, update: Update, *, now: datetime) -> None:
    """An update that nobody has yet was written anew: the mails of it that wait are, too."""
    cancelled = _cancel(session, update, now=now)
    waiting = [telling for telling in update.tellings if telling.skipped_why in (None, KNOWN)]
    for telling in waiting:
        consequences.call_off(session, telling, now=now)
        telling.state, telling.skipped_why = TellingState.DUE, None
    _address(session, update, waiting, now=now, suffix=f":anew{max(cancelled, default=0)}")


def without_its_hour(session: Session, update: Update, *, now: datetime) -> None:
    """The mails of an update that wait beyond the hour of news they print are written anew without it; who was told
    keeps what they read."""
    cancelled = _cancel(session, update, now=now)
    waiting = [telling for telling in update.tellings if telling.state is TellingState.DUE]
    _address(session, update, waiting, now=now, suffix=f":late{max(cancelled, default=0)}")


def take_back(session: Session, update: Update, *, now: datetime) -> None:
    """Nobody has an update yet, and nobody is to have it any more."""
    _cancel(session, update, now=now)
    for telling in update.tellings:
        consequences.call_off(session, telling, now=now)
        telling.state, telling.skipped_why = TellingState.SKIPPED, TAKEN_BACK


def _cancel(session: Session, update: Update, *, now: datetime) -> list[int]:
    """Take the mails of an update that wait out of the outbox; their numbers."""
    carrying = (
        select(OutboxEmail)
        .where(
            OutboxEmail.state.in_([MailState.QUEUED, MailState.HELD]),
            OutboxEmail.id.in_(
                select(OutboxTelling.outbox_email_id)
                .join(Telling, OutboxTelling.telling_id == Telling.id)
                .where(Telling.update_id == update.id)
            ),
        )
        .with_for_update()
    )
    mails = session.scalars(carrying).all()
    for mail in mails:
        mail.state, mail.finished_at = MailState.CANCELLED, now
        tasks.done_for_mail(session, mail, now=now)
    return [mail.id for mail in mails]


def _address(session: Session, update: Update, tellings: Sequence[Telling], *, now: datetime, suffix: str = "") -> None:
    """Keep in each telling what is its reader's own and what it states, settle how they hear, and write the mails."""
    engagement = update.engagement
    pairs = [(engagement.id, telling.contact_id or telling.contact.id) for telling in tellings]
    written = word.of(session, pairs, before=update)
    frozen, firm = Snapshot.load(update.snapshot), the_firm(session)
    everybody = frozen.dump()
    together: dict[str, list[tuple[Participation, Telling]]] = defaultdict(list)
    for telling in tellings:
        part = engagement.part_of(telling.contact.id)
        if part is None:
            continue
        before = written[engagement.id, part.contact_id]
        theirs = account(session, update.kind, frozen, part, before)
        comes_at = deliver_at(update.next_news_at, reader(part, firm)) if firm and update.next_news_at else None
        if comes_at is not None and comes_at <= now:
            # Nobody reads of an hour that is over.
            theirs, comes_at = theirs.model_copy(update={"next_news_at": None}), None
        own = theirs.dump()
        telling.own = {name: own[name] for name in own if own[name] != everybody[name]} or None
        telling.stated = word.said(update.kind, theirs, before.coming).dump()
        telling.next_news_at = comes_at
        why = _no_mail(part, now=now)
        if word.has_nothing_new(update.kind, theirs, before.coming):
            telling.state, telling.skipped_why = TellingState.SKIPPED, KNOWN
        elif why is not None and theirs.delays:
            telling.state = TellingState.BY_PHONE
        elif why is not None:
            telling.state, telling.skipped_why = TellingState.SKIPPED, why
        elif part.contact.address is not None and part.contact.can_be_mailed:
            together[_mail_for(part, telling)].append((part, telling))
        else:
            telling.state = TellingState.BY_PHONE
    session.flush()
    for telling in tellings:
        if telling.state is TellingState.BY_PHONE:
            consequences.phone(session, telling, now=now)
    for group in together.values():
        _mail(session, update, group, now=now, suffix=suffix)


def is_nothing_new(session: Session, engagement: Engagement, kind: UpdateKind, frozen: Snapshot) -> bool:
    """Whether a mail beside the rhythm would be none for each of its readers."""
    written = word.of(session, [(engagement.id, part.contact_id) for part in engagement.participations])
    parts = [(part, written[engagement.id, part.contact_id]) for part in engagement.participations]
    return all(
        word.has_nothing_new(kind, account(session, kind, frozen, part, before), before.coming)
        for part, before in parts
    )


def account(
    session: Session, kind: UpdateKind, frozen: Snapshot, part: Participation, before: word.InWriting | None = None
) -> Snapshot:
    """An update as it is for one reader, by what they have in writing or will have: the mail and its preview."""
    engagement = part.engagement
    if before is None:
        pair = (engagement.id, part.contact_id)
        before = word.of(session, [pair])[pair]
    steps = {step.id: step for step in engagement.milestones}

    def explain(line: DateLine, was: Agreed) -> Delay:
        step = steps[line.milestone_id]
        return delay(step, was, ledger.effective(step)[-1], engagement.playbook)

    theirs = word.account(kind, frozen, before.coming, explain=explain)
    if theirs.call is None:
        return theirs
    # What became of a call is told to who has its promise in writing; for others it is a new one, or none.
    is_known = _has_promise_of(session, part, theirs.call.number)
    is_news = is_known or not theirs.call.is_over
    return theirs.model_copy(update={"is_call_known": is_known, "call": theirs.call if is_news else None})


def _has_promise_of(session: Session, part: Participation, number: int) -> bool:
    """Whether a reader was told of a promised call, or is about to be."""
    said = session.execute(
        select(Update.snapshot, Telling.own)
        .join(Telling, Telling.update_id == Update.id)
        .where(
            Update.engagement_id == part.engagement_id,
            Update.kind == UpdateKind.NO_NEWS,
            Telling.contact_id == part.contact_id,
            Telling.state.in_([TellingState.TOLD, TellingState.DUE]),
            Telling.stated.is_not(None),
        )
    )
    return any(({**snapshot, **(own or {})}.get("call") or {}).get("number") == number for snapshot, own in said)


def _mail_for(part: Participation, telling: Telling) -> str:
    """What makes two contacts one mail: the same address, and the same words."""
    return json.dumps([part.contact.address, telling.own], sort_keys=True)


def _no_mail(part: Participation, *, now: datetime) -> str | None:
    """Why a reader wants no mail, or None where they do."""
    if part.stopped_at is not None:
        return "stopped"
    if part.paused_until is not None and part.paused_until > local(now, part.contact.zone).date():
        return "paused"
    return None


def mails(engagement: Engagement, *, now: datetime) -> list[list[Participation]]:
    """Who would get a mail of an update at this moment, one list for each mail: contacts who share an address get one
    together. Who is in none hears by phone, or wants no news."""
    together: dict[str, list[Participation]] = defaultdict(list)
    for part in engagement.participations:
        if _no_mail(part, now=now) is None and part.contact.address is not None and part.contact.can_be_mailed:
            together[part.contact.address].append(part)
    return list(together.values())


def by_phone(session: Session, telling: Telling, *, by: User, now: datetime) -> None:
    """A person told the contact by phone: that counts, and the task is done; the task about a mail that failed too,
    once everybody that mail was for has been told."""
    telling.state, telling.told_at, telling.told_by_id = TellingState.TOLD, now, by.id
    consequences.call_off(session, telling, now=now, by=by)
    carrying = select(OutboxEmail).join(OutboxTelling).where(OutboxTelling.telling_id == telling.id)
    for mail in session.scalars(carrying).all():
        if all(told.state in (TellingState.TOLD, TellingState.SKIPPED) for told in consequences.carried(session, mail)):
            tasks.done_for_mail(session, mail, now=now, by=by)


def again(session: Session, telling: Telling, *, now: datetime, suffix: str) -> None:
    """Mail a telling once more, because a person asked for it or the address changed. `suffix` makes the key new."""
    update, contact = telling.update, telling.contact
    part = update.engagement.part_of(contact.id)
    telling.state, telling.skipped_why = TellingState.DUE, None
    if part is None or not contact.can_be_mailed:
        consequences.phone(session, telling, now=now)
        return
    consequences.call_off(session, telling, now=now)
    _mail(session, update, [(part, telling)], now=now, suffix=suffix)


def address_changed(session: Session, contact: Contact, *, now: datetime) -> None:
    """What was on its way to the old address never gets there, and goes to the new one, or becomes a phone call. Who
    shared that mail gets one of their own."""
    for mail in outbox.cancel_for(session, contact=contact, engagement=None, why=ADDRESS_CHANGED, now=now):
        for telling in consequences.carried(session, mail):
            update = telling.update
            if update.engagement.state is EngagementState.OPEN or RULES[mail.kind].ends_work:
                again(session, telling, now=now, suffix=f":address{mail.id}")


def language_changed(session: Session, contact: Contact, *, now: datetime) -> None:
    """What waits to leave is written in the language the contact chose."""
    for mail in outbox.cancel_for(session, contact=contact, engagement=None, why=LANGUAGE_CHANGED, now=now):
        for telling in consequences.carried(session, mail):
            if telling.update.engagement.state is EngagementState.OPEN or RULES[mail.kind].ends_work:
                again(session, telling, now=now, suffix=f":language{mail.id}")


def started_again(session: Session, part: Participation, *, stopped_at: datetime, now: datetime) -> None:
    """What a stop kept from a reader while it was under way goes out after all, as long as its next news is ahead."""
    kept = (
        select(Telling)
        .join(Update, Telling.update_id == Update.id)
        .where(
            Update.engagement_id == part.engagement_id,
            Update.next_news_at > now,
            Telling.contact_id == part.contact_id,
            Telling.state == TellingState.SKIPPED,
            Telling.skipped_why == "stopped",
        )
    )
    newest = session.scalars(kept.order_by(Update.id.desc()).limit(1)).one_or_none()
    if newest is not None and not _has_newer(session, newest):
        again(session, newest, now=now, suffix=f":start{int(stopped_at.timestamp())}")


def _has_newer(session: Session, telling: Telling) -> bool:
    newer = select(Update.id).where(Update.engagement_id == telling.update.engagement_id, Update.id > telling.update_id)
    return session.scalar(newer.limit(1)) is not None


def stopped(session: Session, part: Participation, *, now: datetime) -> None:
    """Cancel what was on its way to a reader who stopped or paused; who shared the mail gets one of their own."""
    contact, why = part.contact, _no_mail(part, now=now) or "stopped"
    for mail in outbox.cancel_for(session, contact=contact, engagement=part.engagement, why=why, now=now):
        for telling in consequences.carried(session, mail):
            if telling.contact_id != contact.id and telling.state is TellingState.DUE:
                again(session, telling, now=now, suffix=f":shared{mail.id}")


def words_to_read_out(telling: Telling, to: composing.For) -> str:
    """The update as text, to be read out on the phone or shared by messenger: nobody reads out a link, what leads to
    one, or the small print."""
    context = composing.client_mail(telling.update.kind, Snapshot.told(telling.update, telling), to)
    body = writing.preview(context).text.partition(SMALL_PRINT)[0]
    small = {to.spoken.text("mail.just_reply"), to.spoken.text("mail.page_note")}
    lines = [line for line in body.splitlines() if links.HOST not in line and line.strip() not in small]
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _mail(
    session: Session,
    update: Update,
    group: list[tuple[Participation, Telling]],
    *,
    now: datetime,
    suffix: str = "",
) -> None:
    firm = the_firm(session)
    engagement: Engagement = update.engagement
    first = group[0][0]
    if firm is None:
        return

    goes_at = deliver_at(now, reader(first, firm))

    def compose() -> Mail:
        # Written for the day on which it arrives: after quiet hours "today" is the next one.
        to = composing.For.contact(firm, first, now=goes_at, others=tuple(part.contact for part, _ in group[1:]))
        return composing.client_mail(update.kind, Snapshot.told(update, group[0][1]), to)

    queueing.to_contact(
        session,
        KIND_OF_MAIL[update.kind],
        f"update:{update.id}:{first.contact_id}{suffix}",
        compose,
        first.contact,
        engagement,
        now=now,
        not_before=goes_at,
        tellings=[telling for _, telling in group],
    )
