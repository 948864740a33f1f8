"""A reader who keeps a diary: only from the mails as they arrived and the page as it is shown, and remembers all."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from babel.dates import get_month_names

from tests.support.pages import Page, text_of

DONE = ("mail.standing.done_on", "mail.standing.done_late", "mail.standing.done_early")
ENDS = ("mail.news.pause", "mail.news.closing")
CATALOGUES = Path(__file__).parents[2] / "emails" / "catalogues"
LOCALES = {"en": "en_GB", "ary": "ar_MA"}
MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
HOUR = re.compile(r"\b(\d\d):(\d\d)\b")
LINK = re.compile(r"https?://\S+")
PAGE_LINK = re.compile(r"https?://\S+?(/u/[a-z0-9]+)")
PHONED = re.compile(r"^(?P<name>[^·:-]+) · \+?[\d ]{8,}")
"""The line that says whom to phone."""


class Contradiction(AssertionError):
    """What was told cannot be true together with what was told before."""


@dataclass
class Date:
    """One agreed date as the reader last had it: the days it names, and how it was said to stand."""

    said: str
    days: tuple[str, ...]
    is_dropped: bool
    is_done: bool


@dataclass
class Mail:
    """One mail as its reader sees it."""

    at: datetime
    subject: str
    text: str
    rows: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Reader:
    """`labels`: what the steps are called in their language."""

    language: str
    zone: str
    labels: list[str]
    dates: dict[str, Date] = field(default_factory=dict)
    next_news: list[tuple[int, datetime]] = field(default_factory=list)
    """By the number of the mail that printed it."""
    mails: list[Mail] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    """Whom they were told to turn to, in the welcome or by an introduction."""
    page: str = ""

    def takes(self, data: bytes, at: datetime) -> None:
        """A mail came: is it about this work, does it agree with what was told before?"""
        message = message_from_bytes(data, policy=default)
        body = message.get_body(("plain",))
        assert body is not None
        text = MARKS.sub("", body.get_content())
        mail = Mail(at.astimezone(ZoneInfo(self.zone)), MARKS.sub("", str(message["Subject"])), text)
        mail.rows = self._rows(text)
        if not self.mails and not self._is_welcome(mail):
            raise Contradiction(f"the first mail is no welcome: {mail.subject}")
        self._is_not_said_twice(mail)
        self._is_signed_by_who_is_known(mail)
        had_dates = bool(self.dates)
        for label, (now, stands) in mail.rows.items():
            self._check(mail, label, now, stands, had_dates=had_dates)
            self.dates[label] = Date(
                now,
                self._days(now),
                is_dropped=self._says(stands, "mail.standing.dropped", "mail.standing.dropped_why"),
                is_done=self._says(
                    stands, "mail.standing.done_on", "mail.standing.done_late", "mail.standing.done_early"
                ),
            )
        for label, now in self._put_right(text):
            was = self.dates.get(label)
            self.dates[label] = Date(now, self._days(now), is_dropped=False, is_done=bool(was and was.is_done))
        if any(self.word(key) and mail.subject.startswith(self.word(key)) for key in ENDS):
            self.next_news.clear()
        printed = self._next_news(mail)
        if printed is not None:
            if printed < mail.at:
                raise Contradiction(f"next news {printed} is over when the mail comes, {mail.at}")
            self.next_news.append((len(self.mails), printed))
        self.mails.append(mail)
        link = PAGE_LINK.search(text)
        if link:
            self.page = link[1]

    def looks(self, html: str, at: datetime) -> None:
        """The page agrees with the mails: nothing stands there that was not told."""
        page = Page(html)
        table = page.by_id("dates")
        shown = dict(self._shown(table)) if table is not None else {}
        if set(shown) - set(self.dates):
            raise Contradiction(f"the page has dates nobody told: {set(shown) - set(self.dates)}")
        for label, words in shown.items():
            known = self.dates[label]
            if any(day not in words for day in known.days):
                raise Contradiction(f"the page says {words!r} of {label}, told was {known.said!r}")
            if self._rests() and self.word("client.standing.holds") in words:
                raise Contradiction(f"the work rests, and the page says {words!r} of {label}")
            if known.is_dropped != (self.word("client.standing.dropped") in words):
                raise Contradiction(f"the page says {words!r} of {label}; dropped as told: {known.is_dropped}")
        moment = next((time for time in page.all("time") if _is_in(page.root, time, "next-news")), None)
        ahead = [promised for _, promised in self.next_news[-1:] if promised > at]
        if ahead and moment is not None and datetime.fromisoformat(str(moment.get("datetime"))) != ahead[0]:
            raise Contradiction(f"the page promises {moment.get('datetime')}, the mail {ahead[0]}")

    def heard_by(self, start: datetime, at: datetime) -> None:
        """Every printed time of next news that fell between two moments was followed by a mail by then."""
        for number, promised in self.next_news:
            if not start < promised <= at:
                continue
            if not any(mail.at <= promised for mail in self.mails[number + 1 :]):
                raise Contradiction(f"promised for {promised} on {self.mails[number].at}, and nothing came")

    def _is_not_said_twice(self, mail: Mail) -> None:
        if self.mails and LINK.sub("", self.mails[-1].text) == LINK.sub("", mail.text):
            raise Contradiction(f"the mail of {mail.at} says what the one before it said: {mail.subject}")

    def _is_signed_by_who_is_known(self, mail: Mail) -> None:
        """Who is introduced signs, and nobody signs whom the reader has not been told of."""
        signed = [found["name"].strip() for line in mail.text.splitlines() if (found := PHONED.match(line))]
        lines, heading = mail.text.splitlines(), self.word("mail.heading.introduction")
        if heading in lines:
            named = next(name for name in signed if name in lines[lines.index(heading) + 1])
            if signed[-1] != named:
                raise Contradiction(f"{named} is introduced, and {signed[-1]} signs")
        elif self.mails and signed and signed[-1] not in self.people:
            raise Contradiction(f"{signed[-1]} signs, and nobody said who that is: {mail.subject}")
        self.people.update(signed[-1:])

    def _rests(self) -> bool:
        return bool(self.mails) and self.mails[-1].subject.startswith(self.word("mail.news.pause"))

    def word(self, key: str) -> str:
        """A text of the catalogue up to its first blank to be filled in."""
        found: Any = _catalogue(self.language)
        for part in key.split("."):
            found = found[part]
        return str(found).partition("{")[0].strip()

    def _check(self, mail: Mail, label: str, now: str, stands: str, *, had_dates: bool) -> None:
        known, days = self.dates.get(label), self._days(now)
        if known is None:
            if had_dates and self.word("words.again.added") not in stands:
                raise Contradiction(f"{label} comes from nowhere: {now} · {stands}")
            return
        is_over = self._says(
            stands,
            "mail.standing.dropped",
            "mail.standing.done_on",
            "mail.standing.done_late",
            "mail.standing.done_early",
        )
        if known.is_dropped and not self._says(stands, "mail.standing.dropped", "words.again.back"):
            raise Contradiction(f"{label} was dropped and is back: {now} · {stands}")
        if known.is_done and not is_over and self.word("words.again.reopened") not in stands:
            raise Contradiction(f"{label} was done and is not: {now} · {stands}")
        is_called_new = self.word("mail.standing.moved") in stands
        is_explained = self._explains(mail, label, known)
        if (days != known.days or now != known.said) and not is_over and not (is_called_new or is_explained):
            raise Contradiction(f"{label} moved in silence: {known.said!r}, then {now!r} · {stands!r}")
        if is_called_new and days == known.days and now == known.said:
            raise Contradiction(f"{label} is called new and is not: {now}")

    def _explains(self, mail: Mail, label: str, known: Date) -> bool:
        """Whether the mail says, beside its list, what the date was."""
        rest = [line for line in mail.text.splitlines() if not line.startswith("- ")]
        return label in rest and all(any(day in line for line in rest) for day in known.days)

    def _rows(self, text: str) -> dict[str, tuple[str, str]]:
        found = {}
        for line in text.splitlines():
            for label in self.labels:
                for colon in (":", " :"):
                    head = f"- {label}{colon} "
                    if line.startswith(head):
                        now, _, stands = line.removeprefix(head).partition(" · ")
                        found[label] = (now.strip(), stands.strip())
        return found

    def _put_right(self, text: str) -> list[tuple[str, str]]:
        """The dates that a correction says right: under the name of the step, what we wrote and what it is."""
        lines, right = text.splitlines(), self.word("mail.heading.right_is")
        found = []
        for place, line in enumerate(lines):
            if line in self.labels:
                said = next((each for each in lines[place + 1 : place + 3] if each.startswith(right)), None)
                found += [(line, said.removeprefix(right).lstrip(" :\u00a0").rstrip("."))] if said else []
        return found

    def _shown(self, table: Element) -> list[tuple[str, str]]:
        rows = [MARKS.sub("", text_of(row)) for row in table.iter("tr")]
        return [(label, row) for row in rows for label in self.labels if row.startswith(label)]

    def _says(self, stands: str, *keys: str) -> bool:
        return any(self.word(key) and self.word(key) in stands for key in keys)

    def _days(self, said: str) -> tuple[str, ...]:
        months = "|".join(_months(self.language))
        return tuple(f"{day} {month}" for day, month in re.findall(rf"(\d{{1,2}}) ({months})", said))

    def _next_news(self, mail: Mail) -> datetime | None:
        """The time that is printed under its heading, or in the sentence of a mail without news."""
        lines = mail.text.splitlines()
        heading = self.word("mail.heading.next_news")
        said = next((line for before, line in pairwise(lines) if before.strip() == heading), None)
        sentence = self.word("mail.no_news.news_by")
        said = said or next((line for line in lines if sentence in line), None)
        hour = HOUR.search(said) if said else None
        days = self._days(said) if said else ()
        if hour is None or not days:
            return None
        day, month = days[0].split(" ", 1)
        months = _months(self.language)
        on = mail.at.replace(day=1, month=months.index(month) + 1).replace(
            day=int(day), hour=int(hour[1]), minute=int(hour[2]), second=0, microsecond=0
        )
        return on if on > mail.at - timedelta(days=180) else on.replace(year=on.year + 1)

    def _is_welcome(self, mail: Mail) -> bool:
        return self.word("mail.news.welcome") in mail.subject


def _is_in(root: Element, wanted: Element, name: str) -> bool:
    return any(wanted in set(element.iter()) for element in root.iter() if name in (element.get("class") or "").split())


@cache
def _catalogue(language: str) -> dict[str, Any]:
    return tomllib.loads((CATALOGUES / f"{language}.toml").read_text(encoding="utf-8"))


@cache
def _months(language: str) -> tuple[str, ...]:
    names = get_month_names("wide", locale=LOCALES[language])
    return tuple(names[number] for number in range(1, 13))
