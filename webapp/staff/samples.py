"""Every mail in every language, from samples: to see how they look before anybody gets one."""

from typing import Any

from flask import Blueprint, Response, abort, render_template

from emails.languages import LANGUAGES
from emails.samples import SAMPLES
from webapp.access import needs
from webapp.models import Role
from webapp.security import mail_body
from webapp.services import inert, posting

bp = Blueprint("staff_samples", __name__)


@bp.get("/settings/mails")
@needs(Role.STAFF)
def index() -> Any:
    return render_template("staff/samples.html", samples=list(SAMPLES), chosen=None, tag=None)


@bp.get("/settings/mails/<tag>/<name>")
@needs(Role.STAFF)
def show(tag: str, name: str) -> Any:
    mail = _mail(tag, name)
    return render_template(
        "staff/samples.html", samples=list(SAMPLES), chosen=name, tag=tag, mail=mail, text=inert.text(mail.text)
    )


@bp.get("/settings/mails/<tag>/<name>/body")
@needs(Role.STAFF)
def body(tag: str, name: str) -> Response:
    return mail_body(inert.html(_mail(tag, name).html))


def _mail(tag: str, name: str) -> Any:
    if tag not in LANGUAGES or name not in SAMPLES:
        abort(404)
    return posting.preview(SAMPLES[name](tag))
