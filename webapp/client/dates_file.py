"""The agreed dates as a calendar file, in the client's language: the same dates that mail and page show."""

from datetime import date, timedelta

import icalendar
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from emails.pieces import OVER, DateLine
from webapp.access import by_token
from webapp.client import wording
from webapp.client.entrance import Entrance, enter
from webapp.language import firm, lang, shown
from webapp.services.updates import untold
from webapp.services.updates.snapshot import Snapshot
from webapp.services.updates.status import date_lines, frame
from webapp.transactions import db, moment, settings

bp = Blueprint("client_dates_file", __name__)

ONE_DAY = timedelta(days=1)


@bp.get("/u/<token>/dates.ics")
@by_token
def download(token: str) -> Response:
    """RFC 5545: one all-day event for each agreed date ahead. Its UID stays the same when the date moves, so that a
    calendar that takes the file in again moves the event instead of adding another."""
    entrance = enter(token)
    body = _calendar(db(), entrance).to_ical()
    response = Response(body, mimetype="text/calendar")
    response.headers.set("Content-Disposition", "attachment", filename=f"{entrance.engagement.id}.ics")
    return response


def _calendar(session: Session, entrance: Entrance) -> icalendar.Calendar:
    engagement = entrance.engagement
    waits = untold.untold_entries(session, engagement)
    live = Snapshot(**frame(session, engagement, now=moment()), dates=date_lines(engagement, waits))
    made = icalendar.Calendar()
    made.add("prodid", f"-//{firm().name}//Milepost//{lang().tag.upper()}")
    made.add("version", "2.0")
    made.add("name", engagement.title)
    for line in live.dates:
        if line.now.starts_on is not None and line.standing not in OVER:
            made.add_component(_event(line, line.now.starts_on, engagement.title))
    return made


def _event(line: DateLine, start: date, title: str) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{line.milestone_id}@{settings().public_url.split('://')[-1]}")
    event.add("dtstamp", moment())
    event.add("dtstart", start)
    event.add("dtend", (line.now.ends_on or start) + ONE_DAY)
    event.add("summary", f"{shown(line.labels)} · {title}")
    event.add("description", wording.stands(line))
    event.add("transp", "TRANSPARENT")
    return event
