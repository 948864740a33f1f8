"""A firm picks its own colour; these rules keep what stands on it and beside it readable (WCAG 2.2, 1.4.3)."""

import re

ENOUGH = 4.5
WHITE = "#ffffff"
INK = "#1d2523"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class BadColour(ValueError):
    """Not a colour written as `#rrggbb`."""


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two `#rrggbb` colours, 1.0 to 21.0."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_on(colour: str) -> str:
    """White where it reads at 4.5:1 on `colour`, else the darker of ink and black that does."""
    if contrast(WHITE, colour) >= ENOUGH:
        return WHITE
    return INK if contrast(INK, colour) >= ENOUGH else "#000000"


def readable(colour: str, *, on: str = WHITE) -> str:
    """`colour` itself where it reads at 4.5:1 on `on`, else the nearest shade or tint of it that does."""
    if contrast(colour, on) >= ENOUGH:
        return colour.lower()
    towards = 0 if contrast("#000000", on) > contrast(WHITE, on) else 255
    shades = (_mix(colour, towards, step / 100) for step in range(1, 101))
    return next(shade for shade in shades if contrast(shade, on) >= ENOUGH)


def tint(colour: str, share: float) -> str:
    """`colour` thinned with white: `share` 0.08 keeps eight hundredths of it."""
    return _mix(colour, 255, 1 - share)


def _mix(colour: str, towards: int, share: float) -> str:
    return "#" + "".join(f"{round(part + (towards - part) * share):02x}" for part in _parts(colour))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _parts(colour: str) -> tuple[int, int, int]:
    if not _HEX.fullmatch(colour):
        raise BadColour(colour)
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
