"""Typed context in, subject, HTML and plain text out.

The MJML of each kind is compiled once with its Jinja intact; a mail is then a Jinja run. So one compile serves every
language and direction, and no word a person typed ever reaches MJML.
"""

import re
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateNotFound
from mjml import mjml2html

from emails import bidi, brand, links
from emails.contexts import Brand, EmailContext, RenderedEmail
from emails.languages import Language, language
from emails.news import headline, preheader
from emails.sentences import Sentences

TEMPLATES = Path(__file__).parent / "templates"
MOST_HTML_BYTES = 90_000
MOST_SUBJECT_CHARACTERS = 200
DARK_BOX = "#26302d"

_INCLUDE = re.compile(r'<mj-include path="([a-z_/]+\.mjml)" ?/>')
_KIND = re.compile(r"(?<!^)(?=[A-Z])")
_Part = TypeVar("_Part")


class TooLarge(ValueError):
    """The HTML would be cut off by large mail programs."""


class UnsafeLink(ValueError):
    """A link of a context is neither http nor https."""


def render(context: EmailContext) -> RenderedEmail:
    """The mail for `context`: a subject on one line, HTML and its plain twin, links still placeholders.

    Words people typed lose control characters, direction overrides and whatever looks like a placeholder. Raises
    UnknownLanguage, UnsafeLink, and TooLarge above 90,000 bytes of HTML.
    """
    context = _cleaned(context)
    kind = kind_of(context)
    spoken = language(context.language)
    plain, rich = Sentences(spoken, is_html=False), Sentences(spoken, is_html=True)
    beside = _one_line(preheader(context, plain))
    values = {"mail": context, "preheader": beside}
    templates = environment()
    subject = _one_line(
        templates.get_template(f"{kind}/subject.txt").render(values, say=plain, headline=headline(context, plain))
    )
    html = templates.get_template(f"{kind}/body.html").render(
        values, say=rich, headline=headline(context, rich), subject=subject, look=look_of(context.brand, spoken)
    )
    size = len(html.encode())
    if size >= MOST_HTML_BYTES:
        raise TooLarge(f"{kind}: {size} bytes of HTML")
    text = templates.get_template(f"{kind}/body.txt").render(values, say=plain, headline=headline(context, plain))
    return RenderedEmail(subject=_shortened(subject), html=html, text=_spaced(text), preheader=beside)


def warm() -> None:
    """Compile every template now, so that no first mail pays for it."""
    for kind in kinds():
        for half in ("subject.txt", "body.html", "body.txt"):
            environment().get_template(f"{kind}/{half}")


def kinds() -> list[str]:
    """The names of all kinds of mail that have templates."""
    return sorted(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir() and folder.name[0] != "_")


def kind_of(context: EmailContext) -> str:
    """The template folder of a context: `ClientUpdate` -> "client_update"."""
    return _KIND.sub("_", type(context).__name__).lower()


def look_of(shown: Brand, spoken: Language) -> dict[str, str]:
    """The few values of the design that depend on the firm's colour and on the language."""
    is_rtl = spoken.direction == "rtl"
    wash = brand.tint(shown.colour, 0.07)
    return {
        "brand": shown.colour,
        "on_brand": brand.text_on(shown.colour),
        "accent": brand.readable(shown.colour, on=wash),
        "accent_dark": brand.readable(brand.tint(shown.colour, 0.45), on=DARK_BOX),
        "wash": wash,
        "start": "right" if is_rtl else "left",
        "end": "left" if is_rtl else "right",
        "size": "17px" if is_rtl else "16px",
        "small": "16px" if is_rtl else "14px",
        "title": "27px" if is_rtl else "26px",
        "leading": "1.75" if is_rtl else "1.55",
    }


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja over the templates, escaping all but plain text."""
    return Environment(
        loader=FunctionLoader(_load),
        autoescape=lambda name: name is None or not name.endswith(".txt"),  # noqa: S701  on for all HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def compile_mjml(kind: str) -> str:
    """The HTML of a kind with its Jinja still in it."""
    source = (TEMPLATES / "_layout.mjml").read_text(encoding="utf-8")
    compiled: str = mjml2html(_included(source, kind), fonts={}, disable_comments=False)
    return compiled


def _included(source: str, kind: str) -> str:
    """MJML with its parts put in as text: MRML's own include allows a single element only."""

    def part(found: re.Match[str]) -> str:
        path = TEMPLATES / (f"{kind}/body.mjml" if found[1] == "body.mjml" else found[1])
        return _included(path.read_text(encoding="utf-8"), kind)

    return _INCLUDE.sub(part, source)


def _load(name: str) -> str:
    kind, _, half = name.partition("/")
    if half == "body.html":
        return compile_mjml(kind)
    path = TEMPLATES / name
    if not path.is_file():
        raise TemplateNotFound(name)
    return path.read_text(encoding="utf-8")


def _cleaned(part: _Part) -> _Part:
    """`part` with every text in it made safe, and every link checked."""
    if isinstance(part, tuple):
        return type(part)(_cleaned(item) for item in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    changes: dict[str, object] = {}
    for each in fields(part):
        value = getattr(part, each.name)
        if type(value) is str and each.name.endswith("url"):
            _check_link(value)
        elif type(value) is str:
            changes[each.name] = links.defuse(bidi.strip_overrides(value))
        elif isinstance(value, tuple) or is_dataclass(value):
            changes[each.name] = _cleaned(value)
    return replace(part, **changes)


def _check_link(url: str) -> None:
    if url and not re.fullmatch(r"https?://[^\s\"'<>]+", url):
        raise UnsafeLink(url[:80])


def _one_line(text: str) -> str:
    return " ".join(bidi.strip_overrides(text).split())


def _shortened(subject: str) -> str:
    if len(subject) <= MOST_SUBJECT_CHARACTERS:
        return subject
    return subject[: MOST_SUBJECT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def _spaced(text: str) -> str:
    """Plain text without trailing blanks, and with one empty line where a template left several."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
