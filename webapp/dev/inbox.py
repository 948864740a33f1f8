"""`/dev/inbox`: by recipient, HTML at two widths, text, headers, raw; and the same as JSON."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request

from webapp.access import public
from webapp.dev import maildir
from webapp.security import MAIL_CSP
from webapp.transactions import settings

bp = Blueprint("dev_inbox", __name__)

BODY_CSP = MAIL_CSP.replace("sandbox;", "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation;")


@bp.get("/dev/inbox")
@public
def index() -> Any:
    mails = list(reversed(maildir.list_mails(settings().inbox_folder)))
    recipients = list(dict.fromkeys(mail.to for mail in mails))
    to = request.args.get("to", "")
    shown = [mail for mail in mails if not to or mail.to == to]
    chosen = next((mail for mail in shown if mail.id == request.args.get("mail")), shown[0] if shown else None)
    view = request.args.get("view", "html")
    return render_template(
        "dev/inbox.html",
        mails=shown,
        recipients=recipients,
        to=to,
        chosen=chosen,
        view=view if view in {"html", "phone", "text", "headers", "raw"} else "html",
    )


@bp.get("/dev/inbox.json")
@public
def as_json() -> Response:
    return jsonify(
        [
            {
                "id": mail.id,
                "to": mail.to,
                "from": mail.from_,
                "subject": mail.subject,
                "sent_at": mail.sent_at.isoformat(),
                "message_id": mail.message_id,
                "headers": dict(mail.headers),
                "text": mail.text,
                "html": mail.html,
            }
            for mail in maildir.list_mails(settings().inbox_folder)
        ]
    )


@bp.get("/dev/inbox/<mail_id>/body")
@public
def body(mail_id: str) -> Response:
    """A mail's HTML from its own address: a sandbox in which links open at the top and nothing else can act."""
    mail = maildir.find_mail(settings().inbox_folder, mail_id)
    if mail is None:
        abort(404)
    html = mail.html.replace("<head>", '<head><base target="_blank">', 1)
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = BODY_CSP
    return response
