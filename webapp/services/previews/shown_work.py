"""The piece of work whose words a mail is shown with."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.mail import Mail
from webapp.models import Engagement, Firm, Participation, Reply, Slot, Update, UpdateKind, User
from webapp.services.rhythm import slots
from webapp.services.updates import composing

LOOKED_BACK = 60
"""How many updates are gone through for one of the wanted sort."""

Told = tuple[Mail, datetime | None]
"""A mail, and when one of these words went out."""


class Missing(Exception):
    """The work has nothing to say in such a mail; `what` is lacking."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work to speak of, the language to say it in, and who looks."""

    session: Session
    firm: Firm
    engagement: Engagement
    tag: str
    user: User
    now: datetime

    @property
    def participation(self) -> Participation:
        """The first who reads its mails."""
        parts = self.engagement.participations
        found = next((part for part in parts if part.stopped_at is None), parts[0] if parts else None)
        if found is None:
            raise Missing("reader")
        return found

    @property
    def to(self) -> composing.For:
        return replace(composing.For.contact(self.firm, self.participation, now=self.now), language=self.tag)

    @property
    def slot(self) -> Slot:
        found = slots.current(self.session, self.engagement)
        if found is None:
            raise Missing("slot")
        return found

    @property
    def next_news_at(self) -> datetime | None:
        """When its client hears next."""
        found = slots.current(self.session, self.engagement)
        return found.promised_by if found else None

    def released(self, *kinds: UpdateKind) -> Iterator[Update]:
        """What went out, newest first."""
        wanted = select(Update).where(Update.engagement_id == self.engagement.id, Update.kind.in_(kinds))
        return iter(self.session.scalars(wanted.order_by(Update.id.desc()).limit(LOOKED_BACK)).all())


def latest_reply(work: Work, *, is_answered: bool = False) -> Reply:
    wanted = select(Reply).where(Reply.engagement_id == work.engagement.id)
    if is_answered:
        wanted = wanted.where(Reply.answered_how == "mail", Reply.answer.is_not(None))
    found = work.session.scalars(wanted.order_by(Reply.id.desc()).limit(1)).one_or_none()
    if found is None:
        raise Missing("answer" if is_answered else "reply")
    return found
