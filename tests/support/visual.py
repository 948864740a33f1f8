"""What a line shows, from left to right, by UAX 9 (python-bidi's Rust form: isolates and paired brackets), with the
mirroring and the places of marks that it leaves out."""

import unicodedata

from bidi import get_display

INVISIBLE = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2060"))
MIRRORS = dict(zip("()[]{}<>«»≤≥‹›", ")(][}{><»«≥≤›‹", strict=True))
PROBE = "\u034f"  # a mark (NSM): takes the level of the bracket before it, so its side tells that level


def visual(text: str, base: str) -> str:
    # A no-break space stands for a space only after the reordering: its class is CS.
    probed = "".join(c + PROBE if c in MIRRORS else c for c in text)
    # Clusters: marks stay after their letter (L3); Rust turns them round with it.
    shown = get_display(probed, base_dir="R" if base == "rtl" else "L")
    out: list[str] = []
    at = 0
    while at < len(shown):
        character = shown[at]
        if character == PROBE and at + 1 < len(shown) and shown[at + 1] in MIRRORS:
            out.append(MIRRORS[shown[at + 1]])
            at += 2
        elif character in MIRRORS and shown[at + 1 : at + 2] == PROBE:
            out.append(character)
            at += 2
        else:
            out.append(character)
            at += 1
    return _marks_after("".join(out)).translate(INVISIBLE).replace("\u00a0", " ").replace("\u202f", " ")


def _marks_after(shown: str) -> str:
    """Marks stand before their right-to-left letter in the turned line: put them behind it, in the order typed."""
    out: list[str] = []
    waiting: list[str] = []
    for character in shown:
        if unicodedata.category(character) in {"Mn", "Me"}:
            previous = out[-1] if out else ""
            if previous and not waiting and unicodedata.bidirectional(previous) in {"L"}:
                out.append(character)
            else:
                waiting.append(character)
        else:
            out.append(character)
            out.extend(reversed(waiting))
            waiting = []
    return "".join([*out, *reversed(waiting)])
