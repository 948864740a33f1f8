"""From a token to the contact and the work it is for."""

from dataclasses import dataclass

from sqlalchemy import select

from webapp.language import speak
from webapp.models import Contact, Engagement, Link, Participation, Purpose
from webapp.services.core.errors import LinkInvalid
from webapp.services.mail import links
from webapp.transactions import db, moment, settings


@dataclass(frozen=True)
class Entrance:
    link: Link
    contact: Contact
    engagement: Engagement
    part: Participation
    token: str


def enter(token: str, purpose: Purpose = Purpose.PAGE) -> Entrance:
    """The page's contact, work and participation; raises LinkInvalid, the same for every reason. From here on the
    request speaks the contact's language."""
    link = links.find(
        db(), settings().keyring, token, purpose, now=moment(), days_after_close=settings().link_days_after_close
    )
    if link.contact is None or link.engagement is None:
        raise LinkInvalid
    part = (
        db()
        .scalars(
            select(Participation).where(
                Participation.contact_id == link.contact_id, Participation.engagement_id == link.engagement_id
            )
        )
        .one_or_none()
    )
    if part is None:
        raise LinkInvalid
    speak(link.contact.language)
    return Entrance(link, link.contact, link.engagement, part, token)
