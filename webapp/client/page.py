"""The client's page: where things stand, drawn from the same snapshot as the mail, and one box to write in."""

import hashlib
import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from emails.cleaning import clean_line
from emails.languages import LANGUAGES
from webapp.access import by_token
from webapp.client import story, wording
from webapp.client.entrance import Entrance, enter
from webapp.extensions import csrf
from webapp.forms.conversation.replies import ReplyForm
from webapp.language import firm, lang, shown
from webapp.models import ReplyKind
from webapp.numbers import row_number
from webapp.services.conversation import replies
from webapp.services.updates import status
from webapp.timezones import local
from webapp.transactions import commit, db, moment

bp = Blueprint("client_page", __name__)
csrf.exempt(bp)

KINDS = (ReplyKind.QUESTION, ReplyKind.WRONG, ReplyKind.DATE_UNSUITABLE)


@bp.get("/u/<token>")
@by_token
def show(token: str) -> Any:
    return _page(enter(token))


@bp.post("/u/<token>")
@by_token
def reply(token: str) -> Any:
    """Keep what the client wrote. The same form pressed twice is one reply."""
    entrance = enter(token)
    form = ReplyForm(request.form)
    ask_id = request.form.get("ask", type=row_number)
    if not form.validate():
        return _page(entrance, typed=form.text.data, fault=form.text.errors[0], fault_at=ask_id or 0), 422
    kind = request.form.get("kind", "")
    replies.submit(
        db(),
        entrance.link,
        ReplyKind(kind) if kind in KINDS else ReplyKind.QUESTION,
        _with_the_date(entrance, form.text.data),
        once=_once(entrance, form.text.data),
        ask_id=ask_id,
        written_as=clean_line(request.form.get("written_as", ""))[:80] or None,
        browser=(request.headers.get("User-Agent") or "")[:200] or None,
        now=moment(),
    )
    commit()
    return redirect(url_for("client_page.show", token=token, said="reply") + "#said", 303)


def _with_the_date(entrance: Entrance, text: str) -> str:
    """What was written about one of several dates names it."""
    about = request.form.get("about", type=row_number)
    lines = story.dates(db(), entrance, now=moment()) if about else ()
    line = next((line for line in lines if line.milestone_id == about), None)
    return f"{shown(line.labels)}: {text}" if line is not None else text


def _once(entrance: Entrance, text: str) -> str:
    """What makes a double press one reply: the form's own number, together with the link and the words. Other words are
    another reply, whatever a browser remembers."""
    number = request.form.get("once", "") or secrets.token_hex(8)
    return hashlib.sha256(f"{entrance.link.id}:{number}:{text}".encode()).hexdigest()


def _page(entrance: Entrance, typed: str = "", fault: str | None = None, fault_at: int = 0) -> str:
    return render_template(
        "client/page.html",
        entrance=entrance,
        story=story.tell(db(), entrance, now=moment()),
        once=secrets.token_hex(8),
        typed=typed,
        fault=fault,
        fault_at=fault_at,
        said=request.args.get("said", ""),
        kinds=KINDS,
        headline=wording.headline,
        waiting=wording.waiting,
        stands=wording.stands,
        title_of=wording.title_of,
        whose=wording.whose,
        asked=lambda ask: status.asked(ask).read_in(lang().tag),
        zoned=lambda at: local(at, entrance.contact.zone),
        languages_of_firm=_languages(),
        address_in=lambda tag: url_for("client_page.show", token=entrance.token, language=tag),
    )


def _languages() -> list[tuple[str, str, str]]:
    """The firm's languages as the switch shows them: tag, own name, direction."""
    return [(tag, LANGUAGES[tag].native_name, LANGUAGES[tag].direction) for tag in firm().languages]
