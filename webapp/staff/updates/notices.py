"""A delay notice that a manager reads first: the exact mail of each reader, and sending it now."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.access import needs, the_user
from webapp.language import firm, t
from webapp.models import Engagement, Participation, Role, UpdateKind
from webapp.numbers import row_number
from webapp.security import mail_body
from webapp.services.core.errors import NotFound
from webapp.services.updates import composing, notices, telling
from webapp.services.work import engagements
from webapp.staff.core import mail_preview
from webapp.timezones import local
from webapp.transactions import commit, db, moment

bp = Blueprint("staff_notices", __name__)


@bp.get("/engagements/<int:engagement_id>/notice")
@needs(Role.MANAGER)
def show(engagement_id: int) -> Any:
    engagement = engagements.get(db(), engagement_id)
    to_read, frozen = notices.to_read(db(), engagement), notices.text_to_read(db(), engagement)
    if to_read is None or frozen is None:
        return _gone(engagement)
    mails = telling.mails(engagement, now=moment())
    wanted = request.args.get("contact", type=row_number)
    shown = next((group[0] for group in mails if group[0].contact_id == wanted), mails[0][0] if mails else None)
    mailed = {part.id for group in mails for part in group}
    return render_template(
        "staff/updates/notice.html",
        engagement=engagement,
        to_read=to_read,
        seen=notices.fingerprint(to_read),
        frozen=frozen,
        mails=mails,
        shown=shown,
        by_phone=[part.contact for part in engagement.participations if part.id not in mailed],
        local=local,
    )


@bp.get("/engagements/<int:engagement_id>/notice/<int:contact_id>")
@needs(Role.MANAGER)
def body(engagement_id: int, contact_id: int) -> Any:
    engagement = engagements.get(db(), engagement_id)
    frozen = notices.text_to_read(db(), engagement)
    group = _mail_of(engagement, contact_id)
    if frozen is None or group is None:
        raise NotFound
    to = composing.For.contact(firm(), group[0], now=moment(), others=tuple(part.contact for part in group[1:]))
    theirs = telling.account(db(), UpdateKind.DELAY_NOTICE, frozen, group[0])
    return mail_body(mail_preview.html(UpdateKind.DELAY_NOTICE, theirs, to))


@bp.post("/engagements/<int:engagement_id>/notice")
@needs(Role.MANAGER)
def send(engagement_id: int) -> Any:
    engagement = engagements.get(db(), engagement_id)
    seen = request.form.get("seen", "")
    sent = notices.send_read(db(), engagement, by=the_user(), now=moment(), seen=seen)
    commit()
    if sent is None and notices.to_read(db(), engagement) is not None:
        flash(t("notice.changed"), "warning")
        return redirect(url_for("staff_notices.show", engagement_id=engagement.id), 303)
    if sent is None:
        return _gone(engagement)
    flash(t("notice.sent"), "success")
    return redirect(url_for("staff_today.show"), 303)


def _mail_of(engagement: Engagement, contact_id: int) -> list[Participation] | None:
    mails = telling.mails(engagement, now=moment())
    return next((group for group in mails if group[0].contact_id == contact_id), None)


def _gone(engagement: Engagement) -> Any:
    """It went out, or was taken back, while the page was open."""
    flash(t("notice.gone"), "info")
    return redirect(url_for("staff_engagements.show", engagement_id=engagement.id), 303)
