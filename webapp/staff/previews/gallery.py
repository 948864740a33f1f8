"""The preview gallery: any mail in any language, made up or of real work, as readers get it, and one to try at home."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from emails import combinations, inert
from emails.languages import LANGUAGES
from webapp.access import needs, the_user
from webapp.language import firm, lang, t
from webapp.models import Engagement, EngagementState, Role
from webapp.numbers import row_number
from webapp.security import mail_body
from webapp.services.core.errors import NotFound, Refused, TooMany
from webapp.services.mail import writing
from webapp.services.previews import gallery, looks
from webapp.services.previews.looks import Scheme
from webapp.services.work import engagements
from webapp.transactions import commit, db, let_go, moment, settings

bp = Blueprint("staff_gallery", __name__)

WIDTHS = ("phone", "desk")
VIEWS = ("mail", "text", "source")
OFFERED = 200
_ONCE = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Choice:
    """What is looked at, and how; all of it stands in the address."""

    mail: str
    language: str
    work: int | None
    width: str
    scheme: Scheme
    view: str

    def fields(self, **changed: Any) -> dict[str, Any]:
        """The address of the same with something changed."""
        return {**vars(self), "scheme": self.scheme.value, **changed}

    def url(self, **changed: Any) -> str:
        return url_for("staff_gallery.index", **self.fields(**changed))

    @property
    def body_url(self) -> str:
        """Where the frame gets the mail from."""
        return url_for(
            "staff_gallery.body", mail=self.mail, language=self.language, work=self.work, scheme=self.scheme.value
        )


@bp.get("/settings/mails")
@needs(Role.STAFF)
def index() -> Any:
    choice = _choice(request.args)
    work = engagements.get(db(), choice.work) if choice.work else None
    to_clients, to_us = gallery.groups()
    shown, mail, why_not = None, None, None
    try:
        shown = _shown(choice)
        mail = writing.preview(shown.context)
    except Refused as refusal:
        why_not = t(refusal.key)
    return render_template(
        "staff/previews/gallery.html",
        choice=choice,
        groups=(("to_clients", to_clients), ("to_us", to_us)),
        works=_works(work),
        work=work,
        why_not=why_not,
        shown=shown,
        mail=mail,
        widths=WIDTHS,
        schemes=list(Scheme),
        text=inert.text(mail.text) if mail else "",
        html=inert.html(mail.html) if mail else "",
        headers=_headers(shown, mail) if shown and mail and choice.view == "source" else "",
        once=secrets.token_hex(8),
    )


@bp.get("/settings/mails/body")
@needs(Role.STAFF)
def body() -> Response:
    choice = _choice(request.args)
    try:
        mail = writing.preview(_shown(choice).context)
    except Refused as refusal:
        raise NotFound from refusal
    return mail_body(looks.in_scheme(inert.html(mail.html), choice.scheme))


@bp.get("/settings/mails/sentences")
@needs(Role.STAFF)
def sentences() -> Any:
    """The sentences that are built from parts, in a language beside the reader's own."""
    tag = request.args.get("language", "")
    other = tag if tag in LANGUAGES else firm().language
    return render_template(
        "staff/previews/sentences.html",
        own=combinations.of(lang().tag),
        theirs=combinations.of(other),
        language=other,
    )


@bp.post("/settings/mails/send")
@needs(Role.STAFF)
def send() -> Any:
    choice = _choice(request.form)
    once = request.form.get("once", "")
    try:
        gallery.send(
            db(),
            _shown(choice),
            the_user(),
            once=once if _ONCE.fullmatch(once) else secrets.token_hex(8),
            now=moment(),
        )
    except Refused as refusal:
        let_go()
        flash(t(refusal.key), "error")
    except TooMany:
        let_go()
        flash(t("gallery.too_many"), "error")
    else:
        commit()
        flash(t("gallery.sent", address=the_user().address), "success")
    return redirect(choice.url(), 303)


def _choice(given: MultiDict[str, str]) -> Choice:
    """What was asked for: an unknown mail or language is nowhere, an unknown way to look at it the usual one."""
    mail = given.get("mail") or gallery.groups()[0][0]
    language = given.get("language") or lang().tag
    if mail not in sum(gallery.groups(), ()) or language not in LANGUAGES:
        abort(404)
    scheme, width, view = given.get("scheme", ""), given.get("width", ""), given.get("view", "")
    return Choice(
        mail=mail,
        language=language,
        work=given.get("work", type=row_number) or None,
        width=width if width in WIDTHS else WIDTHS[0],
        scheme=Scheme(scheme) if scheme in set(Scheme) else Scheme.LIGHT,
        view=view if view in VIEWS else VIEWS[0],
    )


def _shown(choice: Choice) -> gallery.Shown:
    if choice.work is None:
        return gallery.example(firm(), choice.mail, choice.language)
    work = engagements.get(db(), choice.work)
    return gallery.real(db(), firm(), work, choice.mail, choice.language, user=the_user(), now=moment())


def _headers(shown: gallery.Shown, mail: Any) -> str:
    here = settings()
    return looks.headers(shown, mail, firm=firm(), sender=here.sender, public_url=here.public_url, now=moment())


def _works(chosen: Engagement | None) -> list[Engagement]:
    """What can be looked at: running work first, then the newest; the chosen one is always among them."""
    wanted = (
        select(Engagement)
        .options(joinedload(Engagement.client))
        .order_by(Engagement.state != EngagementState.OPEN, Engagement.id.desc())
        .limit(OFFERED)
    )
    found = list(db().scalars(wanted))
    return found if chosen is None or chosen in found else [chosen, *found]
