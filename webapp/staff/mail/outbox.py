"""The outbox: every mail with its state, as it was sent, and what to do where nobody knows whether it arrived."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select

from emails import inert
from webapp.access import needs, the_user
from webapp.language import t, today
from webapp.models import MailState, OutboxEmail, Role
from webapp.numbers import row_number
from webapp.security import mail_body
from webapp.services.core.errors import NotFound, Refused
from webapp.services.mail import consequences, writing
from webapp.services.today import resending
from webapp.services.work import engagements
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_outbox", __name__)

PAGE = 40
PRIVATE = ("sign_in", "invitation")


@bp.get("/outbox")
@needs(Role.VIEWER)
def index() -> Any:
    state = request.args.get("state", "")
    number = max(1, request.args.get("page", 1, type=row_number))
    wanted = select(OutboxEmail).order_by(OutboxEmail.id.desc())
    if state in set(MailState):
        wanted = wanted.where(OutboxEmail.state == MailState(state))
    # Mails that open a colleague's account are nobody else's to read.
    wanted = wanted.where(OutboxEmail.kind.not_in(PRIVATE))
    mails = db().scalars(wanted.limit(PAGE + 1).offset((number - 1) * PAGE)).all()
    counted = (
        db()
        .execute(
            select(OutboxEmail.state, func.count()).where(OutboxEmail.kind.not_in(PRIVATE)).group_by(OutboxEmail.state)
        )
        .all()
    )
    return render_template(
        "staff/mail/outbox.html",
        mails=mails[:PAGE],
        subjects={mail.id: writing.read(mail).subject for mail in mails[:PAGE]},
        has_more=len(mails) > PAGE,
        number=number,
        state=state,
        counts={str(row[0]): row[1] for row in counted},
        states=list(MailState),
    )


@bp.get("/outbox/<int:mail_id>")
@needs(Role.VIEWER)
def show(mail_id: int) -> Any:
    mail = _mail(mail_id)
    texts = writing.read(mail)
    is_about_letters = mail.state is MailState.FAILED and consequences.is_about_letters(mail)
    return render_template(
        "staff/mail/mail.html",
        mail=mail,
        subject=texts.subject,
        text=inert.text(texts.text),
        can_act=_can_act(mail),
        trouble="failed_letters" if is_about_letters else mail.state.value,
    )


@bp.get("/outbox/<int:mail_id>/body")
@needs(Role.VIEWER)
def body(mail_id: int) -> Any:
    return mail_body(inert.html(writing.read(_mail(mail_id)).html))


@bp.post("/outbox/<int:mail_id>/arrived")
@needs(Role.STAFF)
def arrived(mail_id: int) -> Any:
    mail = _acting(mail_id)
    if resending.arrived(db(), mail, by=the_user(), now=moment()):
        commit()
        flash(t("outbox.noted_arrived"), "success")
    return redirect(url_for("staff_outbox.show", mail_id=mail_id), 303)


@bp.post("/outbox/<int:mail_id>/again")
@needs(Role.STAFF)
def again(mail_id: int) -> Any:
    mail = _acting(mail_id)
    try:
        resending.again(db(), mail, by=the_user(), now=moment())
    except Refused as refusal:
        let_go()
        flash(t(refusal.key), "error")
    else:
        commit()
        flash(t("outbox.sent_again"), "success")
    return redirect(url_for("staff_outbox.show", mail_id=mail_id), 303)


def _mail(mail_id: int) -> OutboxEmail:
    mail = db().get(OutboxEmail, mail_id)
    if mail is None or mail.kind in PRIVATE:
        raise NotFound
    return mail


def _can_act(mail: OutboxEmail) -> bool:
    if mail.engagement is None:
        return the_user().role.leads
    return engagements.can_act(the_user(), mail.engagement, on=today())


def _acting(mail_id: int) -> OutboxEmail:
    mail = _mail(mail_id)
    if not _can_act(mail):
        raise NotFound
    return mail
