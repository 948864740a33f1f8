"""The agreed dates as a calendar file, in the client's language: the same dates that mail and page show."""

from datetime import date, timedelta

import icalendar
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from emails.pieces import Agreed, DateLine, Standing
from webapp.access import by_token
from webapp.client import story, wording
from webapp.client.entrance import Entrance, enter
from webapp.language import firm, lang, shown, t
from webapp.models import Engagement
from webapp.services.core.errors import NotFound
from webapp.transactions import db, moment

bp = Blueprint("client_dates_file", __name__)

ONE_DAY = timedelta(days=1)


@bp.get("/u/<token>/dates.ics")
@by_token
def download(token: str) -> Response:
    """RFC 5545: one all-day event an agreed date. Its UID stays the same and its SEQUENCE grows, so that a calendar
    that takes the file in again moves the event instead of adding another, and takes out what no longer counts. Not
    found where nothing was ever agreed for a day: a calendar file cannot be empty (RFC 5545 3.6)."""
    entrance = enter(token)
    made = _calendar(db(), entrance)
    if not made.events:
        raise NotFound
    response = Response(made.to_ical(), mimetype="text/calendar")
    response.headers.set("Content-Disposition", "attachment", filename=f"{entrance.engagement.id}.ics")
    return response


def _calendar(session: Session, entrance: Entrance) -> icalendar.Calendar:
    engagement = entrance.engagement
    made = icalendar.Calendar()
    made.add("prodid", f"-//{firm().name}//Milepost//{lang().tag.upper()}")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", engagement.title)
    for line in story.dates(session, entrance, now=moment()):
        when = line.now if line.now.starts_on is not None else line.first
        if when.starts_on is not None:
            made.add_component(_event(engagement, line, when, when.starts_on))
    return made


def _event(engagement: Engagement, line: DateLine, when: Agreed, start: date) -> icalendar.Event:
    """The event of one date. What fell away, or has no day any more, is cancelled on the day it had; what is not sure
    is tentative."""
    is_firm = line.standing not in (Standing.NOT_SURE, Standing.UNCONFIRMED) and not when.is_estimate
    is_off = line.standing is Standing.DROPPED or (when is not line.now and line.standing is not Standing.DONE)
    said = t("words.about", day=wording.day(when)) if when.is_estimate else wording.day(when)
    event = icalendar.Event()
    event.add("uid", f"{line.milestone_id}.{engagement.thread_id.strip('<>')}@milepost")
    event.add("dtstamp", moment())
    event.add("last-modified", moment())
    # Whoever takes the file in a second time gets what stands now, whatever changed or changed back in between.
    event.add("sequence", int((moment() - engagement.created_at).total_seconds() // 60))
    event.add("dtstart", start)
    event.add("dtend", (when.ends_on or start) + ONE_DAY)
    event.add("summary", f"{shown(line.labels)} · {engagement.title}")
    event.add("description", f"{said} · {wording.stands(line)}")
    event.add("status", "CANCELLED" if is_off else "CONFIRMED" if is_firm else "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    return event
