"""What a person does about one client: answer a reply, tell an update by phone."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp.access import needs, the_user
from webapp.forms.fields import TEXT_MAXIMUM, clean_text
from webapp.language import firm, t, today
from webapp.models import Reply, Role, Telling
from webapp.services import composing, engagements, links, replies, telling
from webapp.services.errors import NotFound, Refused
from webapp.services.snapshot import Snapshot
from webapp.transactions import commit, db, moment, settings

bp = Blueprint("staff_handling", __name__)


@bp.get("/replies/<int:reply_id>")
@needs(Role.VIEWER)
def show_reply(reply_id: int) -> Any:
    reply = db().get(Reply, reply_id)
    if reply is None:
        raise NotFound
    return render_template(
        "staff/reply.html", reply=reply, can_act=engagements.can_act(the_user(), reply.engagement, on=today())
    )


@bp.post("/replies/<int:reply_id>")
@needs(Role.STAFF)
def answer_reply(reply_id: int) -> Any:
    reply = db().get(Reply, reply_id)
    if reply is None or not engagements.can_act(the_user(), reply.engagement, on=today()):
        raise NotFound
    text = clean_text(request.form.get("text", ""))
    how = "phone" if request.form.get("how") == "phone" else "mail"
    fault = "form.fault.needed" if how == "mail" and not text else None
    if len(text) > TEXT_MAXIMUM:
        fault = "form.fault.too_long"
    if fault:
        message = t(fault, length=TEXT_MAXIMUM, now=len(text))
        return render_template("staff/reply.html", reply=reply, can_act=True, text=text, fault=message), 422
    if reply.answered_at is None:
        try:
            replies.answer(db(), reply, text, how=how, by=the_user(), now=moment())
        except Refused as refusal:
            db().rollback()
            return render_template("staff/reply.html", reply=reply, can_act=True, text=text, fault=t(refusal.key)), 422
        commit()
        flash(t("reply.answered"), "success")
    return redirect(url_for("staff_engagements.show", engagement_id=reply.engagement_id), 303)


@bp.get("/tellings/<int:telling_id>")
@needs(Role.STAFF)
def show_telling(telling_id: int) -> Any:
    """The news as words to read out on the phone, or to share by messenger with the contact's link."""
    told = _telling(telling_id)
    part = next(p for p in told.update.engagement.participations if p.contact_id == told.contact_id)
    to = composing.For.contact(firm(), part)
    words = telling.words_to_read_out(told, Snapshot.load(told.update.snapshot), to)
    return render_template("staff/telling.html", telling=told, words=words.split("https://link.invalid")[0].rstrip())


@bp.post("/tellings/<int:telling_id>")
@needs(Role.STAFF)
def told_by_phone(telling_id: int) -> Any:
    told = _telling(telling_id)
    telling.by_phone(db(), told, by=the_user(), now=moment())
    commit()
    flash(t("telling.noted"), "success")
    return redirect(url_for("staff_today.show"), 303)


@bp.post("/engagements/<int:engagement_id>/link/<int:contact_id>")
@needs(Role.STAFF)
def link(engagement_id: int, contact_id: int) -> Any:
    """A contact's own link with a ready sentence, to be sent by phone messenger."""
    engagement = engagements.get_acting(db(), engagement_id, the_user(), on=today())
    part = next((p for p in engagement.participations if p.contact_id == contact_id), None)
    if part is None:
        raise NotFound
    made = links.page_for(db(), settings().keyring, part.contact, engagement, now=moment())
    commit()
    url = f"{settings().public_url}/u/{links.token(settings().keyring, made)}"
    return render_template("staff/link.html", engagement=engagement, contact=part.contact, url=url)


@bp.post("/engagements/<int:engagement_id>/revoke/<int:contact_id>")
@needs(Role.STAFF)
def revoke(engagement_id: int, contact_id: int) -> Any:
    engagement = engagements.get_acting(db(), engagement_id, the_user(), on=today())
    part = next((p for p in engagement.participations if p.contact_id == contact_id), None)
    if part is None:
        raise NotFound
    links.revoke_all(part.contact)
    commit()
    flash(t("work.links_revoked", name=part.contact.name), "success")
    return redirect(url_for("staff_engagements.show", engagement_id=engagement_id), 303)


def _telling(telling_id: int) -> Telling:
    told = db().get(Telling, telling_id)
    if told is None or not engagements.can_act(the_user(), told.update.engagement, on=today()):
        raise NotFound
    return told
