"""What clients write on their page, and our answers."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails import links
from emails.kinds.answer import Answer
from emails.kinds.receipt import Receipt
from emails.kinds.reply_received import ReplyReceived
from emails.links import placeholder
from emails.pieces import Said, Work
from webapp.models import (
    Ask,
    AskState,
    Engagement,
    Firm,
    Link,
    OutboxEmail,
    Participation,
    Reply,
    ReplyKind,
    User,
)
from webapp.services.calendar import firm_calendar, stand_ins
from webapp.services.core import audits, limits
from webapp.services.core.errors import NotFound, Refused
from webapp.services.core.firm import the_firm
from webapp.services.mail import outbox, queueing
from webapp.services.rhythm import slots
from webapp.services.rhythm.readers import reader
from webapp.services.rhythm.schedule import deliver_at
from webapp.services.updates import composing, snapshot
from webapp.services.updates.status import asked, frame
from webapp.timezones import local

REPLY_CAPS = [(10, timedelta(minutes=10)), (60, timedelta(days=1))]


def submit(
    session: Session,
    link: Link,
    kind: ReplyKind,
    text: str,
    *,
    once: str,
    now: datetime,
    ask_id: int | None = None,
    written_as: str | None = None,
    browser: str | None = None,
) -> Reply:
    """Keep what a client wrote, tell the owner, and send the client a receipt to the address on file, so that a
    forwarded link cannot speak for them unnoticed. An answer is promised after `answer_hours` of the firm's working
    time. The same form pressed twice (`once`) is one reply."""
    known = _known(session, once)
    if known is not None:
        return known
    contact, engagement, firm = link.contact, link.engagement, the_firm(session)
    if contact is None or engagement is None or firm is None:
        raise NotFound
    limits.count(session, f"reply:{contact.id}:{engagement.id}", now=now, caps=REPLY_CAPS)
    # The other press may have been waited for in that line.
    known = _known(session, once)
    if known is not None:
        return known
    ask = session.get(Ask, ask_id) if ask_id else None
    if ask is not None and (ask.engagement_id != engagement.id or ask.contact_id not in (None, contact.id)):
        raise NotFound
    if ask is not None and ask.state is AskState.OPEN:
        ask.state, ask.settled_at = AskState.ANSWERED, now
    reply = Reply(
        engagement=engagement,
        contact=contact,
        link_id=link.id,
        ask=ask,
        once=once,
        kind=ReplyKind.ANSWER if ask else kind,
        text=text,
        language=contact.language,
        written_as=written_as,
        browser=browser,
        written_at=now,
        answer_by=firm_calendar.of_firm(firm).add_hours(now, timedelta(hours=firm.answer_hours), firm.zone),
    )
    session.add(reply)
    session.flush()
    prove_arrival(session, link, now=now)
    _tell_staff(session, firm, reply, now=now)
    _receipt(session, firm, reply, now=now)
    audits.note(session, "replied", reply, now=now, actor=f"link:{link.id}", kind=reply.kind)
    return reply


def answer(session: Session, reply: Reply, text: str, *, how: str, by: User, now: datetime) -> OutboxEmail | None:
    """Answer a client: by mail (`how` is "mail"), or note that somebody phoned ("phone"). The first answer counts: who
    was a moment later changes nothing. Refused where mail does not reach them."""
    session.refresh(reply, with_for_update=True)
    if reply.answered_at is not None:
        return None
    if how == "mail" and not reply.contact.can_be_mailed:
        raise Refused("outbox.no_address")
    reply.answered_at, reply.answered_by_id, reply.answered_how = now, by.id, how
    reply.answer = text or None
    audits.note(session, "answered", reply, now=now, by=by, how=how)
    return post_answer(session, reply, now=now) if how == "mail" else None


def _known(session: Session, once: str) -> Reply | None:
    return session.scalars(select(Reply).where(Reply.once == once)).one_or_none()


def post_answer(session: Session, reply: Reply, *, now: datetime, suffix: str = "") -> OutboxEmail | None:
    """Mail the answer that stands on a reply; `suffix` makes the key new where a person sends it again."""
    firm, engagement, contact = the_firm(session), reply.engagement, reply.contact
    part = engagement.part_of(contact.id)
    if firm is None or part is None:
        return None
    return queueing.to_contact(
        session,
        "answer",
        f"answer:{reply.id}{suffix}",
        answer_context(session, reply, composing.For.contact(firm, part, now=now), now=now),
        contact,
        engagement,
        now=now,
        not_before=deliver_at(now, reader(part, firm)),
    )


def answer_context(session: Session, reply: Reply, to: composing.For, *, now: datetime) -> Answer:
    slot = slots.current(session, reply.engagement)
    frozen = snapshot.Snapshot(
        **frame(session, reply.engagement, now=now), next_news_at=slot.promised_by if slot else None
    )
    return Answer(
        **composing.common(frozen, to),
        asked=Said(text=reply.text, language=reply.language),
        answer=Said(text=reply.answer or ""),
    )


def receipt_context(session: Session, reply: Reply, to: composing.For) -> Receipt:
    return Receipt(
        **composing.opening(snapshot.Snapshot(**frame(session, reply.engagement, now=reply.written_at)), to),
        # Sent from the firm's address to somebody who may not have written it: no link of theirs may work.
        written=Said(text=links.unlink(reply.text), language=reply.language),
        written_at=local(reply.written_at, to.zone),
        written_as=links.unlink(reply.written_as) if reply.written_as else None,
        answer_by=local(reply.answer_by, to.zone) if reply.answer_by else None,
    )


def received_context(firm: Firm, reply: Reply, user: User) -> ReplyReceived:
    return ReplyReceived(
        language=user.language,
        brand=composing.brand(firm),
        recipient=user.name,
        today=local(reply.written_at, firm.zone).date(),
        engagement=Work(title=reply.engagement.title, reference=reply.engagement.reference),
        client=reply.engagement.client.name,
        writer=reply.written_as or reply.contact.name,
        kind=reply.kind.value,
        written=Said(text=reply.text, language=reply.language),
        written_at=local(reply.written_at, firm.zone),
        answer_by=local(reply.answer_by, firm.zone) if reply.answer_by else None,
        asked=asked(reply.ask) if reply.ask else None,
        url=placeholder("engagement"),
    )


def waiting(session: Session, *, owners: Collection[int] | None = None) -> Sequence[Reply]:
    """What clients wrote and nobody answered, oldest first; of these owners' work, or all."""
    wanted = select(Reply).where(Reply.answered_at.is_(None)).order_by(Reply.written_at, Reply.id)
    if owners is not None:
        wanted = wanted.join(Engagement, Reply.engagement_id == Engagement.id).where(Engagement.owner_id.in_(owners))
    return session.scalars(wanted).all()


def prove_arrival(session: Session, link: Link, *, now: datetime) -> None:
    """Whoever acts through a mail's link has that mail."""
    mail = session.get(OutboxEmail, link.outbox_email_id) if link.outbox_email_id else None
    if mail is not None:
        outbox.arrived(session, mail, now=now, by=None)


def _tell_staff(session: Session, firm: Firm, reply: Reply, *, now: datetime) -> None:
    """The owner, or who stands in for them, hears at once; where there is none, the managers and admins do."""
    engagement, today = reply.engagement, local(now, firm.zone).date()
    present = stand_ins.in_charge(engagement.owner, today)
    for user in [present] if present is not None else stand_ins.heads(session, today):
        context = received_context(firm, reply, user)
        key = f"reply_received:{reply.id}:{user.id}"
        queueing.to_user(session, "reply_received", key, context, user, now=now, engagement=engagement)


def receipt_of_stop(session: Session, part: Participation, *, now: datetime) -> None:
    """Tell somebody that their mails about a work are stopped, and where they start again."""
    firm = the_firm(session)
    if firm is None or not part.contact.can_be_mailed:
        return
    to = composing.For.contact(firm, part, now=now)
    context = stop_context(session, part.engagement, to, now=now)
    key = f"receipt:stop:{part.id}:{int(now.timestamp())}"
    queueing.to_contact(session, "receipt", key, context, part.contact, part.engagement, now=now)


def stop_context(session: Session, engagement: Engagement, to: composing.For, *, now: datetime) -> Receipt:
    return Receipt(
        **composing.opening(snapshot.Snapshot(**frame(session, engagement, now=now)), to),
        written=Said(text=""),
        written_at=local(now, to.zone),
        is_stop=True,
    )


def _receipt(session: Session, firm: Firm, reply: Reply, *, now: datetime) -> None:
    engagement, contact = reply.engagement, reply.contact
    part = engagement.part_of(contact.id)
    if part is None:
        return
    context = receipt_context(session, reply, composing.For.contact(firm, part, now=now))
    queueing.to_contact(session, "receipt", f"receipt:{reply.id}", context, contact, engagement, now=now)
