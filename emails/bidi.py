"""Mixed text in the right order: a phone number inside Arabic, an Arabic name inside English, in HTML and plain text.

`dir=auto` and `<bdi>` are wrong or unknown in the large inboxes, so every run that goes against its surroundings is
wrapped in a span with an explicit direction, and in plain text stands between marks (UAX 9, LRM).
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from markupsafe import Markup, escape

from emails import phones
from emails.cleaning import OVERRIDES, one_line
from emails.languages import Direction

LRM = "\u200e"
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]|[\ud800-\udfff]")
_ARABIC = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_ARABIC_LETTER = re.compile(f"[{_ARABIC}]")
_LETTER = "A-Za-z\u00c0-\u02af\u0370-\u052f\u1e00-\u1eff"
_LEFT_LETTER = re.compile(f"[{_LETTER}]")

_URL = r"https?://[^\s<>\"'،؛؟«»\u200e\u200f]+"
_ADDRESS = r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_LINK = re.compile(f"(?P<url>{_URL})|(?P<address>{_ADDRESS})|(?P<digits>{phones.RUN})")
_UNITS = "%‰€$£₼₽°²³"
# From a Latin letter or a digit to the last one before Arabic goes on: names, hours, sums, measures, codes, whole.
# Never begun inside a number and nothing in it tried twice, so that thousands of digits are looked at once.
_LEFT_RUN = re.compile(
    rf"(?:(?<![0-9{_LETTER}])[+\-−](?=\d)|[#@(€$£+]{{1,2}}(?=[0-9{_LETTER}]))?(?<![0-9])[0-9{_LETTER}]"
    rf"(?:[{_LETTER}0-9 .,:;/@#&+'’()_=?!~*\u00a0\u202f–×−{_UNITS}-]*[{_LETTER}0-9)+#!?{_UNITS}])?|[٠-٩]++[{_UNITS}]"
)
_LONE_NUMBER = re.compile(r"\d++(?:[.,:/]\d++)*+")
"""It stands right by itself (UAX 9, W4)."""
_RIGHT_RUN = re.compile(rf"[{_ARABIC}](?:[{_ARABIC}0-9 .,:'’()\u200c\u200d]*[{_ARABIC}]\)?)?")
_ARABIC_GROUPS = re.compile("(?<=[٠-٩]) (?=[٠-٩])")
"""Groups of digits that only a no-break space holds together in their order."""
_DOMAIN_DOT = re.compile(rf"\.(?<=[{_LETTER}0-9]\.)(?=[{_LETTER}]{{2,}})")
_BULLET = re.compile(r"^\s*[-*•·–]\s+(?=\S)")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+(?=\S)")


def strip_overrides(text: str) -> str:
    """`text` without embeddings, overrides, isolates and control characters; tabs, newlines, LRM, RLM and joiners
    stay."""
    if text.isprintable():
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROLS.sub("", OVERRIDES.sub("", plain))


def direction_of(text: str, base: Direction) -> Direction:
    """The direction of a free text inside a mail that runs in `base`.

    Inside right-to-left: rtl if it has any Arabic letter, else ltr. Inside left-to-right: rtl only if it has an Arabic
    letter and no other letter. A text without letters follows its surroundings.
    """
    has_arabic = not text.isascii() and _ARABIC_LETTER.search(text) is not None
    has_left = _LEFT_LETTER.search(text) is not None
    if not has_arabic and not has_left:
        return base
    if base == "rtl":
        return "rtl" if has_arabic else "ltr"
    return "rtl" if has_arabic and not has_left else "ltr"


@lru_cache(maxsize=512)
def inline_html(text: str, base: Direction) -> Markup:
    """A name, a title, one line: escaped, its contrary runs wrapped, no links made, no bare domain left for a mail
    program to make a link of."""
    plain = _one_line(text)
    own = direction_of(plain, base)
    inner = Markup(_runs_html(plain, own))  # noqa: S704  escaped run by run
    return inner if own == base else _span(inner, own)


def linked_html(text: str, base: Direction) -> Markup:
    """Free words on one line: like `inline_html`, with safe links for URLs, mail addresses and phone numbers."""
    plain = _one_line(text)
    own = direction_of(plain, base)
    inner = Markup(_linked(plain, own))  # noqa: S704  escaped piece by piece
    return inner if own == base else _span(inner, own)


def isolate_html(text: str, base: Direction, *, language: str | None = None) -> Markup:
    """Free words as paragraphs and simple lists in their own direction, safe to put into a page or a mail.

    Everything is escaped; URLs (http and https), mail addresses and phone numbers become links; phones, URLs, codes,
    percents and Latin runs inside right-to-left stand in `<span dir="ltr">`. `language` marks words in a language
    other than their surroundings.
    """
    plain = _held(strip_overrides(text)).strip()
    own = direction_of(plain, base)
    inner = "".join(_blocks(plain, own))
    if own != base or language is not None:
        mark = f' lang="{escape(language)}"' if language else ""
        inner = f'<div dir="{own}"{mark}>{inner}</div>'
    return Markup(inner)  # noqa: S704  escaped piece by piece


def isolate_text(text: str, base: Direction) -> str:
    """Words for plain text and subjects: paragraphs kept, LRM on both sides of every run that goes against `base`."""
    plain = _held(strip_overrides(text)).strip()
    return "\n".join(_line_text(line.rstrip(), base) for line in plain.split("\n"))


@lru_cache(maxsize=512)
def inline_text(text: str, base: Direction) -> str:
    """A name or one line for plain text and subjects; white space collapsed, bare domains broken up."""
    plain = _one_line(text)
    return _DOMAIN_DOT.sub(".\u2060", _line_text(plain, base))


def _one_line(text: str) -> str:
    return _held(one_line(text))


def _held(text: str) -> str:
    return text if text.isascii() else _ARABIC_GROUPS.sub("\u00a0", text)


def _line_text(line: str, base: Direction) -> str:
    if base == "ltr" and line.isascii():
        return line
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


def _blocks(text: str, own: Direction) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        yield from _groups([line for line in paragraph.split("\n") if line.strip()], own)


def _groups(lines: list[str], own: Direction) -> Iterator[str]:
    start = 0
    while start < len(lines):
        kind = _kind(lines[start])
        end = start
        while end < len(lines) and _kind(lines[end]) == kind:
            end += 1
        yield _group(lines[start:end], kind, own)
        start = end


def _group(lines: list[str], kind: str, own: Direction) -> str:
    if kind == "p":
        return "<p>" + "<br>".join(_linked(line.strip(), own) for line in lines) + "</p>"
    marker = _BULLET if kind == "ul" else _NUMBERED
    items = "".join(f"<li>{_linked(marker.sub('', line), own)}</li>" for line in lines)
    return f"<{kind}>{items}</{kind}>"


def _kind(line: str) -> str:
    if _BULLET.match(line):
        return "ul"
    return "ol" if _NUMBERED.match(line) else "p"


def _linked(line: str, own: Direction) -> str:
    return "".join(_link(piece, kind, own) if kind else _runs_html(piece, own) for piece, kind in _split_links(line))


def _link(piece: str, kind: str, own: Direction) -> str:
    if kind == "phone":
        return phone_html(piece, own)
    shown = escape(piece)
    link = Markup(f'<a href="{"mailto:" if kind == "address" else ""}{shown}">{shown}</a>')  # noqa: S704  escaped
    return _span(link, "ltr") if own == "rtl" else link


@lru_cache(maxsize=512)
def phone_html(number: str, base: Direction) -> Markup:
    """A telephone number one can press, always in the order it is dialled."""
    shown = _one_line(number)
    dial = phones.dialled(shown)
    link = Markup('<a href="tel:{}">{}</a>').format(dial, shown) if dial else escape(shown)
    return _span(link, "ltr") if base == "rtl" else link


def _split_links(line: str) -> Iterator[tuple[str, str]]:
    """The line in pieces, each with "url", "address", "phone" or "" for plain words."""
    if not ("@" in line or "://" in line or phones.FEWEST.search(line)):
        yield line, ""
        return
    at = 0
    for found in _LINK.finditer(line):
        kind, place = _place(line, found)
        if place is None:
            continue
        if place[0] > at:
            yield line[at : place[0]], ""
        yield line[slice(*place)], kind
        at = place[1]
    if at < len(line):
        yield line[at:], ""


def _place(line: str, found: re.Match[str]) -> tuple[str, tuple[int, int] | None]:
    """What a find is, and from where to where; None where it is nothing."""
    start, end = found.span()
    if found.lastgroup == "digits":
        return "phone", phones.number_in(line, start, end)
    if found.lastgroup == "address":
        return "address", (start, end)
    piece = found[0].rstrip(".,;:!?)]}'…")
    return "url", (start, start + len(piece)) if len(piece) > len("https://") else None


def _runs_html(text: str, own: Direction) -> str:
    if own == "rtl":
        return _over_runs(text, _LEFT_RUN, lambda run: _span(_plain(run), "ltr"), _plain)
    return _over_runs(text, _RIGHT_RUN, lambda run: _span(_plain(run), "rtl"), _plain)


def _over_runs(text: str, run: re.Pattern[str], wrap: Callable[[str], str], keep: Callable[[str], str]) -> str:
    if run is _RIGHT_RUN and text.isascii():
        return keep(text)
    pieces: list[str] = []
    at = 0
    for found in run.finditer(text):
        end = found.end()
        if found[0].endswith(")") and found[0].count("(") < found[0].count(")"):
            end -= 1
        start = found.start()
        if found[0].startswith("(") and text[start:end].count("(") > text[start:end].count(")"):
            start += 1
        if _LONE_NUMBER.fullmatch(text, start, end):
            continue
        pieces += [keep(text[at:start]), wrap(text[start:end])]
        at = end
    return "".join([*pieces, keep(text[at:])])


def _plain(text: str) -> Markup:
    return Markup(_DOMAIN_DOT.sub("<span>.</span>", escape(text)))  # noqa: S704  escaped; an entity has no dot in it


def _span(inner: Markup, own: Direction) -> Markup:
    return Markup(f'<span dir="{own}">{inner}</span>')  # noqa: S704  `inner` is escaped
