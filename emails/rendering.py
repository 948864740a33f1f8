"""Typed context in, subject, HTML and plain text out.

The MJML of each kind is compiled once with its Jinja intact, and its Jinja once for each look, which is a firm's colour
and a direction; a mail is then a Jinja run. So no word a person typed ever reaches MJML.
"""

import re
from collections.abc import Callable
from dataclasses import is_dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from operator import is_not
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, TemplateNotFound
from jinja2.runtime import Context
from mjml import mjml2html

from emails import bidi, brand, links
from emails.cleaning import one_line
from emails.languages import Direction, language
from emails.mail import Mail, RenderedEmail
from emails.pieces import Brand
from emails.sentences import Sentences

TEMPLATES = Path(__file__).parent / "templates"
MOST_HTML_BYTES = 90_000
MOST_SUBJECT_CHARACTERS = 200
DARK_BOX = "#26302d"

_INCLUDE = re.compile(r'<mj-include path="([a-z_/]+\.mjml)" ?/>')
_TEXT_INCLUDE = re.compile(r'{% include "([a-z_/]+\.txt)" %}\n?')
_LOOK = re.compile(r"{{ look\.([a-z_]+) }}")
_KIND = re.compile(r"(?<!^)(?=[A-Z])")
_WEB_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_WORDLESS = frozenset({type(None), bool, int, date, datetime})
_Part = TypeVar("_Part")


class TooLarge(ValueError):
    """The HTML would be cut off by large mail programs."""


class UnsafeLink(ValueError):
    """A link of a context is neither http nor https."""


def render(context: Mail) -> RenderedEmail:
    """The mail for `context`: a subject on one line, HTML and its plain twin, links still placeholders.

    Words people typed lose control characters, direction overrides and whatever looks like a placeholder. Raises
    UnknownLanguage, UnsafeLink, and TooLarge above 90,000 bytes of HTML.
    """
    context = _cleaned(context)
    kind = kind_of(context)
    spoken = language(context.language).read_in(context.today.year, home=context.brand.zone)
    plain, rich = (Sentences(spoken, is_html=is_html, fallback=context.brand.language) for is_html in (False, True))
    beside = one_line(context.preheader(plain))
    values = {"mail": context, "say": plain, "headline": context.headline(plain)}
    subject = one_line(context.subject(plain))
    text = _text_template(f"{kind}/body.txt").render(values)
    values |= {"say": rich, "headline": context.headline(rich), "subject": subject, "preheader": beside}
    html = _html_template(kind, context.brand.colour, spoken.direction).render(values)
    size = len(html.encode())
    if size >= MOST_HTML_BYTES:
        raise TooLarge(f"{kind}: {size} bytes of HTML")
    return RenderedEmail(subject=_shortened(subject), html=html, text=_spaced(text), preheader=beside)


def warm(colour: str = Brand.colour) -> None:
    """Compile every template now, for both directions in the firm's `colour`, so that no first mail pays for it."""
    for kind in kinds():
        _text_template(f"{kind}/body.txt")
        _html_template(kind, colour, "ltr")
        _html_template(kind, colour, "rtl")


def kinds() -> list[str]:
    """The names of all kinds of mail that have templates."""
    return sorted(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir() and folder.name[0] != "_")


def kind_of(context: Mail) -> str:
    """The template folder of a context: `ClientUpdate` -> "client_update"."""
    return _KIND.sub("_", type(context).__name__).lower()


def look_of(colour: str, direction: Direction) -> dict[str, str]:
    """The few values of the design that depend on the firm's colour and on where its language begins a line.

    Raises BadColour for a colour that is not `#rrggbb`, so that each value is safe in HTML as it is.
    """
    is_rtl = direction == "rtl"
    wash = brand.tint(colour, 0.07)
    return {
        "direction": direction,
        "brand": colour,
        "on_brand": brand.text_on(colour),
        "accent": brand.readable(colour, on=wash),
        "accent_dark": brand.readable(brand.tint(colour, 0.45), on=DARK_BOX),
        "wash": wash,
        "start": "right" if is_rtl else "left",
        "end": "left" if is_rtl else "right",
        "size": "17px" if is_rtl else "16px",
        "small": "16px" if is_rtl else "14px",
        "title": "27px" if is_rtl else "26px",
        "leading": "1.75" if is_rtl else "1.55",
    }


class LeanContext(Context):
    """What templates call are plain methods: none takes Jinja's context, so none is asked whether it would."""

    def call(self, method: Callable[..., Any], /, *args: Any, **values: Any) -> Any:
        values.pop("_loop_vars", None)
        return method(*args, **values)


class LeanEnvironment(Environment):
    """Jinja with the lean context."""

    context_class = LeanContext


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja over the templates, escaping all but plain text."""
    return LeanEnvironment(
        loader=FunctionLoader(_text_source),
        autoescape=lambda name: name is None or not name.endswith(".txt"),  # on for all HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@lru_cache(maxsize=64)
def _text_template(name: str) -> Template:
    return environment().get_template(name)


@lru_cache(maxsize=128)
def _html_template(kind: str, colour: str, direction: Direction) -> Template:
    """More than half of what Jinja has to fill in is the look, and the same in every mail of a firm: so it goes in
    before."""
    look = look_of(colour, direction)
    return environment().from_string(_LOOK.sub(lambda found: look[found[1]], compile_mjml(kind)))


@lru_cache(maxsize=32)
def compile_mjml(kind: str) -> str:
    """The HTML of a kind with its Jinja still in it."""
    compiled: str = mjml2html(mjml_source(kind), fonts={}, disable_comments=False)
    return compiled


def mjml_source(kind: str) -> str:
    """The MJML of a kind, layout and parts in one."""
    return _included((TEMPLATES / "_layout.mjml").read_text(encoding="utf-8"), kind)


def _included(source: str, kind: str) -> str:
    """MJML with its parts put in as text: MRML's own include allows a single element only."""

    def part(found: re.Match[str]) -> str:
        path = TEMPLATES / (f"{kind}/body.mjml" if found[1] == "body.mjml" else found[1])
        return _included(path.read_text(encoding="utf-8"), kind)

    return _INCLUDE.sub(part, source)


def _text_source(name: str) -> str:
    path = TEMPLATES / name
    if not path.is_file():
        raise TemplateNotFound(name)
    # Parts go in as text, as in MJML: an include of Jinja's builds a context of its own for every part of every mail.
    return _TEXT_INCLUDE.sub(lambda found: _text_source(found[1]), path.read_text(encoding="utf-8"))


def _cleaned(part: _Part) -> _Part:
    """`part` with every text in it made safe, and every link checked."""
    if isinstance(part, tuple):
        items = tuple(map(_cleaned, part))
        return type(part)(items) if any(map(is_not, items, part)) else part
    if isinstance(part, dict):
        return type(part)({key: _safe(text) for key, text in part.items()}) if part else part
    if not is_dataclass(part) or isinstance(part, type):
        return part
    changes: dict[str, object] = {}
    for name, value in vars(part).items():
        cleaned = value
        if type(value) is str and name.endswith("url"):
            _check_link(value)
        elif type(value) is str:
            cleaned = _safe(value)
        elif type(value) not in _WORDLESS:
            cleaned = _cleaned(value)
        if cleaned is not value:
            changes[name] = cleaned
    return replace(part, **changes) if changes else part


def _safe(text: str) -> str:
    return links.defuse(bidi.strip_overrides(text))


def _check_link(url: str) -> None:
    if url and not _WEB_ADDRESS.fullmatch(url):
        raise UnsafeLink(url[:80])


def _shortened(subject: str) -> str:
    if len(subject) <= MOST_SUBJECT_CHARACTERS:
        return subject
    return subject[: MOST_SUBJECT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def _spaced(text: str) -> str:
    """Plain text without trailing blanks, and with one empty line where a template left several."""
    lines = "\n".join(map(str.rstrip, text.split("\n")))
    return _EMPTY_LINES.sub("\n\n", lines).strip() + "\n"
