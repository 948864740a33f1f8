"""What one cell of an imported table means: a rhythm, agreed dates with their history, a telephone number, a zone.

Pure: every reader takes the cell's text and returns a value, or raises Unreadable with the sentence to show.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from unicodedata import normalize

import phonenumbers
from babel.core import get_global
from babel.dates import get_day_names

from emails.languages import LANGUAGES
from emails.message import BadAddress, check_address
from emails.pieces import Who
from webapp.services.dates.ledger import WORDS_MAXIMUM
from webapp.services.rhythm.schedule import Cadence, Every
from webapp.timezones import is_zone, zone_names

LABEL_MAXIMUM = 120
STEPS_MAXIMUM = 50

_HOURS = re.compile(r"(?P<rule>.*?)[ ,]*(?P<send>\d{1,2}:\d{2}) ?[-–—] ?(?P<by>\d{1,2}:\d{2})")
_FROM = re.compile(r"(?P<rule>.*?) from (?P<day>\S+)", re.IGNORECASE)
_MONTHLY = re.compile(r"(?:monthly|every month)(?: on)?(?: the)? (?P<which>\w+)(?P<rest>.*)")
_EVERY = re.compile(
    r"(?:every (?P<weeks>second|other|(?:[2-4]|two|three|four) weeks)(?: on)?|(?P<fortnightly>fortnightly)"
    r"|weekly|every|each) "
)
_WEEKS = {"second": 2, "other": 2} | {
    f"{word} weeks": n for n, words in {2: "2 two", 3: "3 three", 4: "4 four"}.items() for word in words.split()
}
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?")
_BETWEEN_DAYS = re.compile(r"\s*(?:[,;&+/]|\band\b)\s*")

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4}|\d{2})")
_STEP = re.compile(r"(?P<label>[^:]+):(?P<rest>.*)", re.DOTALL)
_DONE = re.compile(r"(?P<dates>.*?)\bdone (?P<day>[^\s()>]+)", re.IGNORECASE | re.DOTALL)
_DATED = re.compile(r"(?P<day>[^\s(]+)(?: ?\((?P<reason>.*)\))?", re.DOTALL)
_CAUSE = re.compile(r"(?P<cause>us|you|other|nobody) ?(?::|$)(?P<why>.*)", re.IGNORECASE | re.DOTALL)


class Unreadable(ValueError):
    """The cell does not say what its column asks for. `key` as in `table.fault`; `others` are further faults of the
    same cell."""

    others: "tuple[Unreadable, ...]" = ()

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, kw_only=True)
class Dated:
    """One promised date; a move says whose cause and why, as far as anybody wrote it down."""

    on: date
    cause: Who | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One agreed step: the date as first promised, then each move, in order."""

    label: str
    dates: tuple[Dated, ...]
    done_on: date | None = None


def matching(text: str) -> str:
    """What two spellings of one word have in common, for comparing only. The Azerbaijani and Turkish letters that
    case folding takes apart (İ, ı) count as i."""
    return normalize("NFKC", text).casefold().replace("i\u0307", "i").replace("ı", "i").strip()


def day(text: str) -> date:
    """2026-04-20 or 2026/04/20; 20.04.2026, 20/04/2026, 20-04-2026 or 20/04/26: the day always comes before the
    month."""
    if found := _ISO.fullmatch(text):
        year, _, month, number = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        number, _, month, year = found.groups()
        year = year if len(year) > 2 else f"20{year}"
    else:
        raise Unreadable("date_unread", text=text)
    try:
        made = date(int(year), int(month), int(number))
    except ValueError as error:
        raise Unreadable("date_unread", text=text) from error
    if not 2000 <= made.year <= 2100:
        raise Unreadable("date_unread", text=text)
    return made


def steps(text: str) -> tuple[Step, ...]:
    """`Cupboards: 2026-04-20; Handover: 2026-04-23 > 2026-04-30 (us: wrong order); Tiles: 2026-03-30 done 2026-03-29`:
    the steps in order. After `>` comes the date it moved to, with the reason for the move in parentheses. What is
    raised carries everything that is wrong in the cell."""
    found: dict[str, Step] = {}
    wrong = []
    for part in _outside_parentheses(text, ";\n"):
        words = " ".join(part.split())
        if not words:
            continue
        try:
            step = _step(words)
            if matching(step.label) in found:
                raise Unreadable("step_twice", label=step.label)
            found[matching(step.label)] = step
        except Unreadable as error:
            wrong.append(error)
    if len(found) > STEPS_MAXIMUM:
        wrong.append(Unreadable("too_many_steps", maximum=STEPS_MAXIMUM))
    if wrong:
        wrong[0].others = tuple(wrong[1:])
        raise wrong[0]
    return tuple(found.values())


def rhythm(text: str, *, usual: Cadence, weekdays: Mapping[str, int]) -> Cadence:
    """`Tuesday 16:00-18:00`, `Mon, Thu 9:00-12:00`, `every second Tuesday from 2026-04-14 16:00-18:00`,
    `every 3 weeks on Tuesday`, `monthly 15 16:00-18:00`, `monthly first Tuesday 16:00-18:00`. Hours left out are the
    usual ones; zone and days off are always the usual ones, and so is the first of several weeks where none is
    named."""
    changed: dict[str, object] = {"weekdays": (), "day": None, "nth": None}
    rule = text
    if hours := _HOURS.fullmatch(rule):
        rule = hours["rule"]
        changed |= {"send_at": _wall(hours["send"], text), "promised_by": _wall(hours["by"], text)}
    if start := _FROM.fullmatch(rule):
        rule = start["rule"]
        changed["anchor"] = day(start["day"])
    rule = matching(rule)
    if monthly := _MONTHLY.fullmatch(rule):
        changed |= _monthly(monthly["which"], monthly["rest"].strip(), weekdays, text)
    else:
        every = _EVERY.match(rule)
        changed |= {"every": Every.WEEKLY, "weeks": _weeks(every)}
        changed["weekdays"] = _weekdays(rule[every.end() :] if every else rule, weekdays, text)
    try:
        return replace(usual, **changed)  # type: ignore[arg-type]
    except ValueError as error:
        is_backwards = bool(hours) and _wall(hours["by"], text) <= _wall(hours["send"], text)  # type: ignore[index]
        raise Unreadable("rhythm_hours" if is_backwards else "rhythm_unread", text=text) from error


def _weeks(every: re.Match[str] | None) -> int:
    if every is None or not (every["weeks"] or every["fortnightly"]):
        return 1
    return 2 if every["fortnightly"] else _WEEKS[every["weeks"]]


def weekday_names(tags: tuple[str, ...]) -> dict[str, int]:
    """Every name of a weekday, long and short, in English and these languages, as `matching` writes it."""
    names: dict[str, int] = {}
    for spoken in LANGUAGES.values():
        if spoken.tag not in (*tags, "en"):
            continue
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_day_names(width, context, spoken.locale).items():
                    names |= {matching(name): number, matching(name).rstrip("."): number}
                    if spoken.tag == "en" and width == "wide":
                        names[matching(name) + "s"] = number
    return names


def language_names(tags: tuple[str, ...]) -> dict[str, str]:
    """Tag, own name and English name of each of these languages, as `matching` writes them, to the tag."""
    names: dict[str, str] = {}
    for spoken in LANGUAGES.values():
        if spoken.tag in tags:
            names |= {matching(name): spoken.tag for name in (spoken.tag, spoken.native_name, spoken.english_name)}
    return names


def zone(text: str) -> str:
    """A zone by its IANA name, in any case."""
    if is_zone(text):
        return text
    known = {name.lower(): name for name in zone_names()}
    if text.lower() not in known:
        raise Unreadable("zone_unknown", text=text)
    return known[text.lower()]


def address(text: str) -> str:
    """One mail address, in lower case."""
    try:
        return check_address(text).lower()
    except BadAddress as error:
        raise Unreadable("address_bad", text=text) from error


def phone(text: str, *, zone: str, firm_phone: str | None) -> str:
    """A telephone number in E.164. One without a country is of the zone's country, else of the firm's."""
    region = get_global("zone_territories").get(zone) or _region(firm_phone)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise Unreadable("phone_bad", text=text) from error
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise Unreadable("phone_bad", text=text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _region(firm_phone: str | None) -> str | None:
    if not firm_phone:
        return None
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(firm_phone))
    except phonenumbers.NumberParseException:
        return None


def _step(text: str) -> Step:
    found = _STEP.fullmatch(text)
    if not found or not found["label"].strip():
        raise Unreadable("step_unread", text=text)
    label, rest, done_on = found["label"].strip(), found["rest"].strip(), None
    if len(label) > LABEL_MAXIMUM:
        raise Unreadable("too_long", maximum=LABEL_MAXIMUM, length=len(label))
    if done := _DONE.fullmatch(rest):
        rest, done_on = done["dates"].strip(), day(done["day"])
    parts = [part.strip() for part in _outside_parentheses(rest.replace("->", ">").replace("→", ">"), ">")]
    if done_on and parts == [""]:
        return Step(label=label, dates=(), done_on=done_on)
    dates: list[Dated] = []
    for part in parts:
        made = _dated(part, label, is_first=not dates)
        if dates and dates[-1].on == made.on:
            raise Unreadable("step_not_moved", label=label, text=part)
        dates.append(made)
    return Step(label=label, dates=tuple(dates), done_on=done_on)


def _dated(text: str, label: str, *, is_first: bool) -> Dated:
    found = _DATED.fullmatch(text)
    if not found:
        raise Unreadable("date_unread" if text else "step_unread", text=text or f"{label}:")
    on, reason = day(found["day"]), (found["reason"] or "").strip()
    if is_first:
        if reason:
            raise Unreadable("reason_on_first", label=label, text=reason)
        return Dated(on=on)
    if len(reason) > WORDS_MAXIMUM:
        raise Unreadable("too_long", maximum=WORDS_MAXIMUM, length=len(reason))
    if told := _CAUSE.fullmatch(reason):
        return Dated(on=on, cause=Who(told["cause"].lower()), why=told["why"].strip())
    return Dated(on=on, cause=Who.NOBODY, why=reason)


def _outside_parentheses(text: str, marks: str) -> Iterator[str]:
    """The parts between `marks`, where a mark inside parentheses does not count."""
    depth, start = 0, 0
    for at, letter in enumerate(text):
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth = max(depth - 1, 0)
        elif letter in marks and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _wall(text: str, whole: str) -> time:
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise Unreadable("rhythm_hours", text=whole)
    return time(hour, minute)


def _monthly(which: str, rest: str, weekdays: Mapping[str, int], text: str) -> dict[str, object]:
    if (number := _DAY.fullmatch(which)) and not rest:
        return {"every": Every.MONTHLY_DAY, "day": int(number[1])}
    if which in _NTH and rest:
        return {"every": Every.MONTHLY_WEEKDAY, "nth": _NTH[which], "weekdays": _weekdays(rest, weekdays, text)}
    raise Unreadable("rhythm_unread", text=text)


def _weekdays(rule: str, names: Mapping[str, int], text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in filter(None, _BETWEEN_DAYS.split(rule.strip())):
        words = [part] if part in names else part.split()
        if any(word not in names for word in words):
            raise Unreadable("rhythm_unread", text=text)
        found |= {names[word] for word in words}
    if not found:
        raise Unreadable("rhythm_unread", text=text)
    return tuple(sorted(found))
