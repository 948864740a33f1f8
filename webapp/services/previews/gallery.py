"""Every mail as it looks before anybody gets it: with made-up words, or with those of a piece of work."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from emails import rendering
from emails.mail import Mail
from emails.registry import RULES, SAMPLES
from webapp.models import Engagement, Firm, OutboxEmail, User
from webapp.services.core import audits, limits
from webapp.services.core.errors import Refused
from webapp.services.mail import queueing, writing
from webapp.services.previews.shown_work import Missing, Work
from webapp.services.previews.work_mails import of_work
from webapp.services.updates import composing
from webapp.timezones import local

EXAMPLE_ADDRESS = "reader@example.com"
SEND_CAPS = [(10, timedelta(minutes=10))]

Names = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One mail to look at, and whom it would go to. `sent_at` is when a mail of these words went out, where one did."""

    name: str
    context: Mail
    to_name: str
    to_address: str
    reply_to: tuple[str | None, str | None] = (None, None)
    thread_id: str | None = None
    sent_at: datetime | None = None

    @property
    def kind(self) -> str:
        """The key in RULES."""
        return rendering.kind_of(self.context)


def groups() -> tuple[Names, Names]:
    """The names of all mails: to clients, and to us."""
    is_to_client = {name: RULES[rendering.kind_of(make("en"))].to_client for name, make in SAMPLES.items()}
    return (
        tuple(name for name, is_client in is_to_client.items() if is_client),
        tuple(name for name, is_client in is_to_client.items() if not is_client),
    )


def example(firm: Firm, name: str, tag: str) -> Shown:
    """A mail with made-up words, in the firm's own colours."""
    context = SAMPLES[name](tag)
    return Shown(
        name=name,
        context=replace(context, brand=composing.brand(firm)),
        to_name=context.recipient,
        to_address=EXAMPLE_ADDRESS,
    )


def real(
    session: Session, firm: Firm, engagement: Engagement, name: str, tag: str, *, user: User, now: datetime
) -> Shown:
    """The same mail with the words of an engagement: as it last went out, else as it would be written now. Refused
    where the work has nothing to say in such a mail. Nothing is stored."""
    work = Work(session=session, firm=firm, engagement=engagement, tag=tag, user=user, now=now)
    try:
        context, sent_at = of_work(work, name)
    except Missing as missing:
        raise Refused(f"gallery.none.{missing.what}") from missing
    if not RULES[rendering.kind_of(context)].to_client:
        return Shown(name=name, context=context, to_name=user.name, to_address=user.address, sent_at=sent_at)
    contact = work.participation.contact
    return Shown(
        name=name,
        context=context,
        to_name=contact.name,
        to_address=contact.address or EXAMPLE_ADDRESS,
        reply_to=queueing.reply_to(firm, engagement, on=local(now, firm.zone).date()),
        thread_id=engagement.thread_id,
        sent_at=sent_at,
    )


def send(session: Session, shown: Shown, user: User, *, once: str, now: datetime) -> OutboxEmail:
    """Queue a mail as it is shown to the colleague who looks at it, never to anybody else: marked as a test, its links
    leading nowhere. The same press (`once`) twice is one mail; raises TooMany after ten in ten minutes."""
    limits.count(session, f"sample:{user.id}", now=now, caps=SEND_CAPS)
    mail = queueing.to_user(
        session,
        writing.SAMPLE,
        f"sample:{user.id}:{once}",
        shown.context,
        user,
        now=now,
        language=shown.context.language,
    )
    audits.note(session, "sent_sample", mail, now=now, by=user, mail=shown.name)
    return mail
