"""A client's mail as it will be, beside the form that makes it."""

from dataclasses import replace

from flask import abort, request

from emails import inert
from webapp.language import firm, lang
from webapp.models import Engagement, UpdateKind
from webapp.services.mail import writing
from webapp.services.updates import composing
from webapp.services.updates.composing import For
from webapp.services.updates.snapshot import Snapshot
from webapp.transactions import moment


def reader(engagement: Engagement) -> For:
    """Whose mail is shown: the contact that was chosen in the form, else the first who reads; in the contact's language
    or, where asked for, in the writer's own."""
    parts = [part for part in engagement.participations if part.stopped_at is None] or [*engagement.participations]
    if not parts:
        abort(404)
    wanted = request.form.get("preview_for", "")
    part = next((part for part in parts if str(part.contact_id) == wanted), parts[0])
    to = For.contact(firm(), part, now=moment())
    is_own = bool(request.form.get("preview_mine"))
    return replace(to, language=lang().tag) if is_own else to


def html(kind: UpdateKind, frozen: Snapshot, to: For) -> str:
    """The HTML of a mail that says `frozen` to this reader, through which nobody can act."""
    return inert.html(writing.preview(composing.client_mail(kind, frozen, to)).html)
