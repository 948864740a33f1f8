"""Which digits in somebody's words are a telephone number, and how it is dialled."""

import re

SPACES = " \u00a0\u202f"
RUN = rf"[+(]?[0-9٠-٩](?:[{SPACES}.()-]{{0,2}}[0-9٠-٩])*+"
"""Digits in a row with what stands between groups of them, taken whole: never a piece of a longer number."""
FEWEST = re.compile(rf"[0-9٠-٩](?:[{SPACES}.()-]{{0,2}}[0-9٠-٩]){{7}}")
"""No telephone number without them."""

_GLUED_BEFORE = re.compile("[A-Za-z\u00c0-\u02af\u0400-\u052f.,/#_-]")
_DATE = re.compile(r"\d{1,2}([ .-])\d{1,2}\1\d{4}(?!\d)|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-[0-3]\d(?!\d)")
_RUSSIAN = re.compile(r"8[ -]?\(?[3489]\d\d\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d")
_UNBROKEN = re.compile(r"\d{15,}")
_TRUNK_ZERO = "(0)"


def number_in(words: str, start: int, end: int) -> tuple[int, int] | None:
    """Where in a run of digits (`RUN`) the telephone number stands; None where it is none: a date, an amount, an
    account, the number of a company. A number begins with + and 8 to 15 digits, or 00 (ITU E.164), or is one as it is
    dialled inside a country: a zero and 9 or 10 digits, in Russia an eight and ten."""
    if words[start] == "(" and ")" not in words[start:end]:
        start += 1
    run = words[start:end]
    if start and _GLUED_BEFORE.match(words[start - 1]):
        return None
    if re.match(r":\d", words[end : end + 2]) or _DATE.match(run):
        return None
    return (start, end) if _is_number(run) else None


def dialled(number: str) -> str:
    """The digits to dial, with the plus if there is one; a zero in brackets is for callers inside the country."""
    if number.lstrip().startswith("+"):
        number = number.replace(_TRUNK_ZERO, "")
    digits = "".join(str(int(each)) for each in number if each.isdecimal())
    return f"+{digits}" if number.lstrip().startswith("+") else digits


def _is_number(run: str) -> bool:
    digits = "".join(str(int(each)) for each in run if each.isdecimal())
    if run.startswith("+"):
        return 8 <= len(digits) <= 15
    if digits.startswith("00"):
        return 11 <= len(digits) <= 17 and not digits.startswith("000") and not _UNBROKEN.fullmatch(run)
    if digits.startswith("0"):
        return 10 <= len(digits) <= 11
    return _RUSSIAN.fullmatch(run) is not None
