"""What clients have in writing about a work now: looked at before an act that would make it untrue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from emails.pieces import OVER, Agreed
from webapp.models import Contact, Engagement
from webapp.services.updates import word


@dataclass(frozen=True, kw_only=True)
class Given:
    """The word one contact has: the hour of the next news, where it is ahead, each date that is not over, and each step
    that they read is over, both by the milestone."""

    contact: Contact
    next_news_at: datetime | None
    dates: Mapping[int, Agreed]
    over: frozenset[int] = frozenset()


def of(session: Session, engagement: Engagement, *, now: datetime) -> list[Given]:
    """Whom an act of that sort breaks a word to, by what was told to them; who has nothing in writing is left out."""
    people = [part.contact for part in engagement.participations]
    written = word.of(session, [(engagement.id, contact.id) for contact in people])
    found = []
    for contact in people:
        told = written[engagement.id, contact.id].told
        if told is None:
            continue
        is_ahead = told.next_news_at is not None and told.next_news_at > now
        found.append(
            Given(
                contact=contact,
                next_news_at=told.next_news_at if is_ahead else None,
                dates={number: known.now for number, known in told.dates.items() if known.standing not in OVER},
                over=frozenset(number for number, known in told.dates.items() if known.standing in OVER),
            )
        )
    return found
