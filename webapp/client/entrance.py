"""From a token to the contact and the work it is for."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from sqlalchemy import select

from webapp.language import firm, speak
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
    request speaks the contact's language, or the one that was asked for on the page, which changes no mail."""
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
    wished = request.args.get("language", "")
    if wished in firm().languages:
        g.page_language = wished
    speak(g.get("page_language") or link.contact.language)
    return Entrance(link, link.contact, link.engagement, part, token)


def init_app(app: Flask) -> None:
    app.url_defaults(_carry_language)


def _carry_language(endpoint: str, values: dict[str, Any]) -> None:
    """What a client's page leads to speaks the language that was asked for on it."""
    if endpoint.startswith("client_") and "page_language" in g:
        values.setdefault("language", g.page_language)
