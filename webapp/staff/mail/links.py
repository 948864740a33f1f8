"""A contact's own link: handed over by messenger, or ended."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from webapp.access import needs, the_user
from webapp.language import t, today
from webapp.models import Role
from webapp.services.core.errors import NotFound
from webapp.services.mail import links
from webapp.services.work import engagements
from webapp.transactions import commit, db, moment, settings

bp = Blueprint("staff_links", __name__)


@bp.post("/engagements/<int:engagement_id>/link/<int:contact_id>")
@needs(Role.STAFF)
def hand_over(engagement_id: int, contact_id: int) -> Any:
    """A contact's own link with a ready sentence, to be sent by phone messenger."""
    engagement = engagements.get_acting(db(), engagement_id, the_user(), on=today())
    part = engagement.part_of(contact_id)
    if part is None:
        raise NotFound
    made = links.page_for(db(), settings().keyring, part.contact, engagement, now=moment())
    commit()
    url = f"{settings().public_url}/u/{links.token(settings().keyring, made)}"
    return render_template("staff/mail/link.html", engagement=engagement, contact=part.contact, url=url)


@bp.post("/engagements/<int:engagement_id>/revoke/<int:contact_id>")
@needs(Role.STAFF)
def revoke(engagement_id: int, contact_id: int) -> Any:
    engagement = engagements.get_acting(db(), engagement_id, the_user(), on=today())
    part = engagement.part_of(contact_id)
    if part is None:
        raise NotFound
    links.revoke_all(part.contact)
    commit()
    flash(t("work.links_revoked", name=part.contact.name), "success")
    return redirect(url_for("staff_engagements.show", engagement_id=engagement_id), 303)
