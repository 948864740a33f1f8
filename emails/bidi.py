"""Mixed text in the right order: a phone number inside Arabic, an Arabic name inside English, in HTML and plain text.

`dir=auto` and `<bdi>` are wrong or unknown in the large inboxes, so every run that goes against its surroundings is
wrapped in a span with an explicit direction, and in plain text stands between marks (UAX 9, LRM).
"""

import re
from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

from emails.languages import Direction

LRM = "\u200e"
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]|[\ud800-\udfff]")
_ARABIC = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_ARABIC_LETTER = re.compile(f"[{_ARABIC}]")
_LETTER = "A-Za-z\u00c0-\u024f\u0370-\u052f\u1e00-\u1eff"
_LEFT_LETTER = re.compile(f"[{_LETTER}]")

_URL = r"https?://[^\s<>\"'،؛؟«»\u200e\u200f]+"
_ADDRESS = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_PHONE = r"(?<![\w#/.,-])(?:\+|00)?\(?\d(?:[ .\u00a0\u202f()-]{0,2}\d){7,14}(?![\w/-])"
_LINK = re.compile(f"(?P<url>{_URL})|(?P<address>{_ADDRESS})|(?P<phone>{_PHONE})")
_NUMBER = r"[+\-−]?\d+(?:[.,:\u202f]\d+)*"
_UNIT = r"(?:[ \u00a0\u202f]?[%‰€$£₼₽°²³])"
_LATIN_RUN = rf"[#@(+]?[{_LETTER}0-9]*[{_LETTER}](?:[{_LETTER}0-9 .,:;/@#&+'’()_%=?!~*\u00a0–-]*[{_LETTER}0-9%)+#!?])?"
_CODE = r"#?\d+(?:[-/_.]\d+)+|#\d+"
_LEFT_RUN = re.compile(rf"{_NUMBER}{_UNIT}|[€$£]{_NUMBER}|{_LATIN_RUN}|{_CODE}|[+\-−]\d+(?:[.,]\d+)*")
_RIGHT_RUN = re.compile(rf"[{_ARABIC}](?:[{_ARABIC}0-9 .,:'’()\u200c\u200d]*[{_ARABIC}])?")
_DOMAIN_DOT = re.compile(rf"(?<=[{_LETTER}0-9])\.(?=[{_LETTER}]{{2,}})")
_BULLET = re.compile(r"^\s*[-*•·–]\s+(?=\S)")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+(?=\S)")


def strip_overrides(text: str) -> str:
    """`text` without embeddings, overrides, isolates and control characters; tabs, newlines, LRM, RLM and joiners
    stay."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROLS.sub("", _OVERRIDES.sub("", plain))


def direction_of(text: str, base: Direction) -> Direction:
    """The direction of a free text inside a mail that runs in `base`.

    Inside right-to-left: rtl if it has any Arabic letter, else ltr. Inside left-to-right: rtl only if it has an Arabic
    letter and no other letter. A text without letters follows its surroundings.
    """
    has_arabic = _ARABIC_LETTER.search(text) is not None
    has_left = _LEFT_LETTER.search(text) is not None
    if not has_arabic and not has_left:
        return base
    if base == "rtl":
        return "rtl" if has_arabic else "ltr"
    return "rtl" if has_arabic and not has_left else "ltr"


def inline_html(text: str, base: Direction) -> Markup:
    """A name, a title, one line: escaped, its contrary runs wrapped, no links made, no bare domain left for a mail
    program to make a link of."""
    own = direction_of(strip_overrides(text), base)
    inner = _runs_html(" ".join(strip_overrides(text).split()), own)
    return inner if own == base else _span(inner, own)


def linked_html(text: str, base: Direction) -> Markup:
    """Free words on one line: like `inline_html`, with safe links for URLs, mail addresses and phone numbers."""
    plain = " ".join(strip_overrides(text).split())
    own = direction_of(plain, base)
    inner = _linked(plain, own)
    return inner if own == base else _span(inner, own)


def isolate_html(text: str, base: Direction, *, language: str | None = None) -> Markup:
    """Free words as paragraphs and simple lists in their own direction, safe to put into a page or a mail.

    Everything is escaped; URLs (http and https), mail addresses and phone numbers become links; phones, URLs, codes,
    percents and Latin runs inside right-to-left stand in `<span dir="ltr">`. `language` marks words in a language
    other than their surroundings.
    """
    plain = strip_overrides(text).strip()
    own = direction_of(plain, base)
    inner = Markup("").join(_blocks(plain, own))
    if own == base and language is None:
        return inner
    mark = Markup(' lang="{}"').format(language) if language else Markup("")
    return Markup('<div dir="{}"{}>{}</div>').format(own, mark, inner)


def isolate_text(text: str, base: Direction) -> str:
    """Words for plain text and subjects: paragraphs kept, LRM on both sides of every run that goes against `base`."""
    plain = strip_overrides(text).strip()
    return "\n".join(_line_text(line.rstrip(), base) for line in plain.split("\n"))


def inline_text(text: str, base: Direction) -> str:
    """A name or one line for plain text and subjects; white space collapsed, bare domains broken up."""
    plain = " ".join(strip_overrides(text).split())
    return _DOMAIN_DOT.sub(".\u2060", _line_text(plain, base))


def _line_text(line: str, base: Direction) -> str:
    run = _LEFT_RUN if base == "rtl" else _RIGHT_RUN
    has_links_marked = base == "rtl" or _ARABIC_LETTER.search(line) is not None
    pieces: list[str] = []
    for piece, kind in _split_links(line):
        if kind:
            pieces.append(_marked(piece) if has_links_marked else piece)
        else:
            pieces.append(_over_runs(piece, run, _marked, str))
    return "".join(pieces)


def _marked(run: str) -> str:
    return f"{LRM}{run}{LRM}"


def _blocks(text: str, own: Direction) -> Iterator[Markup]:
    for paragraph in re.split(r"\n\s*\n", text):
        yield from _groups([line for line in paragraph.split("\n") if line.strip()], own)


def _groups(lines: list[str], own: Direction) -> Iterator[Markup]:
    start = 0
    while start < len(lines):
        kind = _kind(lines[start])
        end = start
        while end < len(lines) and _kind(lines[end]) == kind:
            end += 1
        yield _group(lines[start:end], kind, own)
        start = end


def _group(lines: list[str], kind: str, own: Direction) -> Markup:
    if kind == "p":
        return Markup("<p>{}</p>").format(Markup("<br>").join(_linked(line.strip(), own) for line in lines))
    marker = _BULLET if kind == "ul" else _NUMBERED
    items = Markup("").join(Markup("<li>{}</li>").format(_linked(marker.sub("", line), own)) for line in lines)
    return Markup("<ul>{}</ul>").format(items) if kind == "ul" else Markup("<ol>{}</ol>").format(items)


def _kind(line: str) -> str:
    if _BULLET.match(line):
        return "ul"
    return "ol" if _NUMBERED.match(line) else "p"


def _linked(line: str, own: Direction) -> Markup:
    return Markup("").join(
        _link(piece, kind, own) if kind else _runs_html(piece, own) for piece, kind in _split_links(line)
    )


def _link(piece: str, kind: str, own: Direction) -> Markup:
    if kind == "phone":
        return phone_html(piece, own)
    href = f"mailto:{piece}" if kind == "address" else piece
    link = Markup('<a href="{}">{}</a>').format(href, piece)
    return _span(link, "ltr") if own == "rtl" else link


def phone_html(number: str, base: Direction) -> Markup:
    """A telephone number one can press, always in the order it is dialled."""
    shown = " ".join(strip_overrides(number).split())
    dial = re.sub(r"[^\d+]", "", shown)
    link = Markup('<a href="tel:{}">{}</a>').format(dial, shown) if dial else escape(shown)
    return _span(link, "ltr") if base == "rtl" else link


def _split_links(line: str) -> Iterator[tuple[str, str]]:
    """The line in pieces, each with "url", "address", "phone" or "" for plain words."""
    at = 0
    for found in _LINK.finditer(line):
        kind = found.lastgroup or ""
        piece = found[0].rstrip(".,;:!?)]}'…") if kind == "url" else found[0]
        if kind == "url" and len(piece) <= len("https://"):
            continue
        if found.start() > at:
            yield line[at : found.start()], ""
        yield piece, kind
        at = found.start() + len(piece)
    if at < len(line):
        yield line[at:], ""


def _runs_html(text: str, own: Direction) -> Markup:
    if own == "ltr":
        wrapped = _over_runs(text, _RIGHT_RUN, lambda run: str(_span(_plain(run), "rtl")), lambda s: str(_plain(s)))
    else:
        wrapped = _over_runs(text, _LEFT_RUN, lambda run: str(_span(_plain(run), "ltr")), lambda s: str(_plain(s)))
    return Markup(wrapped)  # noqa: S704  every piece went through _plain, which escapes


def _over_runs(text: str, run: re.Pattern[str], wrap: Callable[[str], str], keep: Callable[[str], str]) -> str:
    pieces: list[str] = []
    at = 0
    for found in run.finditer(text):
        end = found.end()
        if found[0].endswith(")") and found[0].count("(") < found[0].count(")"):
            end -= 1
        start = found.start()
        if found[0].startswith("(") and text[start:end].count("(") > text[start:end].count(")"):
            start += 1
        pieces += [keep(text[at:start]), wrap(text[start:end])]
        at = end
    return "".join([*pieces, keep(text[at:])])


def _plain(text: str) -> Markup:
    return Markup("<span>.</span>").join(escape(piece) for piece in _DOMAIN_DOT.split(text))


def _span(inner: Markup, own: Direction) -> Markup:
    return Markup('<span dir="{}">{}</span>').format(own, inner)
