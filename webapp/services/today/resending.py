"""What a person decides about a mail in doubt or in trouble: it arrived, or send it again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.registry import RULES
from webapp.models import AddressState, EngagementState, MailState, OutboxEmail, Reply, TellingState, User
from webapp.services.conversation import replies
from webapp.services.core import audits, tasks
from webapp.services.core.errors import Refused
from webapp.services.mail import consequences, outbox
from webapp.services.updates import telling

AGAIN = (MailState.UNKNOWN, MailState.FAILED, MailState.EXPIRED, MailState.HELD)


def arrived(session: Session, mail: OutboxEmail, *, by: User, now: datetime) -> bool:
    """A person knows that an unknown mail arrived."""
    if not outbox.arrived(session, mail, now=now, by=by):
        return False
    audits.note(session, "arrived", mail, now=now, by=by)
    return True


def again(session: Session, mail: OutboxEmail, *, by: User, now: datetime) -> None:
    """Send what a mail carried once more, under a new number: the one way in which a telling may be mailed twice, and
    only because a person asked. Pressing twice makes one."""
    if mail.state not in AGAIN:
        raise Refused("outbox.not_again")
    carried = consequences.carried(session, mail)
    rests = mail.engagement is not None and mail.engagement.state is not EngagementState.OPEN
    if carried and rests and not RULES[mail.kind].ends_work:
        raise Refused("engagement.not_open")
    if mail.kind == "answer":
        _answer_again(session, mail, now=now)
    elif not carried:
        raise Refused("outbox.nothing_carried")
    for told in carried:
        if told.contact.address is None:
            raise Refused("outbox.no_address")
        told.contact.address_state = AddressState.FINE
        suffix = f":again{mail.id}"
        key = f"update:{told.update_id}:{told.contact_id}{suffix}"
        if session.scalar(select(OutboxEmail.id).where(OutboxEmail.dedupe_key == key)) is not None:
            continue
        if told.state is not TellingState.TOLD or mail.state is MailState.UNKNOWN:
            telling.again(session, told, now=now, suffix=suffix)
    if mail.state is MailState.HELD:
        mail.state, mail.finished_at = MailState.CANCELLED, now
    tasks.done_for_mail(session, mail, now=now, by=by)
    audits.note(session, "sent_again", mail, now=now, by=by)


def _answer_again(session: Session, mail: OutboxEmail, *, now: datetime) -> None:
    """An answer to a client once more, as it was written, to the address they have now."""
    reply = session.get(Reply, int(mail.dedupe_key.split(":")[1]))
    if reply is None or reply.contact.address is None:
        raise Refused("outbox.no_address")
    reply.contact.address_state = AddressState.FINE
    replies.post_answer(session, reply, now=now, suffix=f":again{mail.id}")
