"""Which language a page speaks: the reader's own choice first, the browser's wish only for a stranger."""

from datetime import date
from typing import Any, cast

from flask import Flask, g, request
from markupsafe import Markup, escape

from emails.bidi import direction_of, isolate_html, isolate_text
from emails.languages import LANGUAGES, Language, language
from emails.pieces import Labels
from webapp.access import current_user, may_open
from webapp.models import Engagement, Firm
from webapp.services.core import phones
from webapp.services.core.firm import label, the_firm
from webapp.services.dates import ledger, milestones
from webapp.timezones import local
from webapp.transactions import db, moment


class Lazy(str):
    """A text of the catalogue, looked up when it is shown: for labels that are written once and read by many."""

    values: dict[str, object]

    def __new__(cls, key: str, **values: object) -> "Lazy":
        made = super().__new__(cls, key)
        made.values = values
        return made

    def __str__(self) -> str:
        return t(str.__str__(self), **self.values)

    def __html__(self) -> str:
        return str(escape(str(self)))


def speak(tag: str) -> None:
    """This request speaks a language, because its reader is known."""
    g.lang = language(tag).read_in(today().year, home=firm().zone)


def lang() -> Language:
    """The language of this request."""
    if "lang" not in g:
        speak(_choose())
    return cast(Language, g.lang)


def t(key: str, **values: object) -> str:
    """A text of the catalogue in the language of this request."""
    return lang().text(key, **values)


def rich(text: str, written_in: str | None = None) -> Markup:
    """What a person wrote, as paragraphs, simple lists and safe links in its own direction, with its language marked
    where that is not the page's."""
    spoken = lang()
    return isolate_html(text, spoken.direction, language=written_in if written_in != spoken.tag else None)


def whose(engagement: Engagement) -> str:
    """The client and the work, as a heading names them: each keeps its own direction, and so do numbers in them."""
    direction = lang().direction
    comma = "،" if lang().tag in ("ar", "ary") else ","
    return f"{isolate_text(engagement.client.name, direction)}{comma} {isolate_text(engagement.title, direction)}"


def shown(labels: Labels) -> str:
    """One of the firm's own labels in the language of this request, else in the firm's."""
    return label(labels, lang().tag, firm().language)


def firm() -> Firm:
    """The firm of this installation, or a nameless one before it is set up."""
    if "firm" not in g:
        g.firm = the_firm(db()) or Firm(
            id=1,
            name="Milepost",
            colour="#1f5f5b",
            languages=["en"],
            language="en",
            zone="UTC",
            working_days=[0, 1, 2, 3, 4],
            days_off=[],
        )
    return cast(Firm, g.firm)


def today() -> date:
    """The day it is where the firm is."""
    return local(moment(), firm().zone).date()


def init_app(app: Flask) -> None:
    app.context_processor(_context)
    app.jinja_env.filters["phone"] = phones.shown
    app.jinja_env.filters["effective"] = ledger.effective_of
    app.jinja_env.filters["moves"] = ledger.moves
    app.jinja_env.filters["standing"] = milestones.standing_for_staff
    app.jinja_env.filters["label"] = shown
    app.jinja_env.filters["whose"] = whose
    app.jinja_env.filters["read"] = lambda said: said.read_in(lang().tag)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _context() -> dict[str, Any]:
    return {
        "t": t,
        "lang": lang(),
        "firm": firm(),
        "user": current_user(),
        "may_open": may_open,
        "label": lambda labels: shown(labels or {}),
        "names": {tag: spoken.native_name for tag, spoken in LANGUAGES.items()},
        "directions": {tag: spoken.direction for tag, spoken in LANGUAGES.items()},
        "direction": direction_of,
        "moment": moment,
        "rich": rich,
        "contact_t": lambda tag, key, **values: language(tag).text(key, **values),
        "here": lambda at: local(at, firm().zone),
    }


def _choose() -> str:
    user = current_user()
    if user is not None and user.language in LANGUAGES:
        return user.language
    spoken = [tag for tag in firm().languages if tag in LANGUAGES]
    # No browser asks for Darija by its own tag.
    offered = {tag: tag for tag in spoken} | {LANGUAGES[tag].mail_tag: tag for tag in spoken}
    wished = request.accept_languages.best_match(list(offered))
    return offered[wished] if wished else firm().language
