"""`/healthz` (this process lives), `/readyz` (it can work), `/metrics` (how the mails stand)."""

import hmac
from typing import Any

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from webapp import schema
from webapp.access import public
from webapp.config import is_loopback
from webapp.models import MailState, OutboxEmail, Slot, SlotState, Task, Tick
from webapp.services.core.errors import NotFound
from webapp.services.mail import outbox
from webapp.transactions import db, moment, settings, the_database

bp = Blueprint("api_health", __name__)


@bp.get("/healthz")
@public
def healthz() -> Any:
    return jsonify(status="ok")


def _may_measure() -> bool:
    token = settings().metrics_token.get_secret_value()
    given = request.authorization.token if request.authorization and request.authorization.token else ""
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    is_passed_on = any(name in request.headers for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"))
    return not is_passed_on and is_loopback(request.remote_addr or "")


@bp.get("/readyz")
@public
def readyz() -> Any:
    """Ready: the database answers and has the schema this version needs."""
    try:
        fault = schema.fault(the_database())
    except SQLAlchemyError:
        fault = "the database does not answer"
    return (jsonify(status=fault), 503) if fault else jsonify(status="ok")


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Nothing here is for a search engine."""
    return Response("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Counts by state, no names: what is due, sent and in doubt, the oldest queued mail, the clock's last tick. For
    who asks on this machine itself, past any proxy, or knows METRICS_TOKEN; for others there is no such page."""
    if not _may_measure():
        raise NotFound
    registry = CollectorRegistry()
    session, now = db(), moment()
    mails = Gauge("milepost_mails", "Mails by state", ["state"], registry=registry)
    counted = {
        row[0]: row[1] for row in session.execute(select(OutboxEmail.state, func.count()).group_by(OutboxEmail.state))
    }
    for state in MailState:
        mails.labels(state.value).set(counted.get(state, 0))
    Gauge("milepost_mails_due", "Mails that could be sent now", registry=registry).set(
        outbox.due_count(session, now=now)
    )
    oldest = outbox.oldest_due(session, now=now)
    Gauge("milepost_oldest_due_mail_seconds", "Age of the oldest mail that is due", registry=registry).set(
        (now - oldest).total_seconds() if oldest else 0
    )
    Gauge("milepost_slots_planned", "Promised updates that are ahead", registry=registry).set(
        session.scalar(select(func.count()).select_from(Slot).where(Slot.state == SlotState.PLANNED)) or 0
    )
    Gauge("milepost_tasks_open", "Things that wait for a person", registry=registry).set(
        session.scalar(select(func.count()).select_from(Task).where(Task.done_at.is_(None))) or 0
    )
    tick = session.get(Tick, "clock")
    Gauge("milepost_clock_last_tick_seconds", "Time of the clock's last tick", registry=registry).set(
        tick.at.timestamp() if tick else 0
    )
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
