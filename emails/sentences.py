"""What the parts of a client's mail say, line by line, so that HTML and plain text cannot drift apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from emails.cleaning import first_words
from emails.phrasing import Phrases
from emails.pieces import (
    OVER,
    SURE,
    Again,
    Agreed,
    AskLine,
    CorrectedPart,
    DateLine,
    Delay,
    DueLine,
    MissedLine,
    Person,
    QuestionLine,
    Said,
    SeasonHours,
    Standing,
    Step,
    Waiting,
    Who,
    Work,
    punctual,
)

MOST_ASKS = 10


@dataclass(frozen=True)
class Row:
    """A label and what is said under it."""

    label: str
    text: str


@dataclass(frozen=True)
class DateRow:
    """One agreed date: its label, when it is now, how it stands, and how it came to be."""

    label: str
    now: str
    standing: Standing
    stands: str | None
    history: str | None


class Sentences(Phrases):
    """The phrases of a language made into the lines of a mail."""

    def about(self, news: str, work: Work) -> str:
        """The news, and which piece of work it is about: the subject of a mail."""
        return self.t("subject", news=news, title=work.title, reference=work.reference)

    def progress(self, engagement: Work) -> str | None:
        """How many of the agreed steps are done, in words; None where nothing is counted."""
        total, done = engagement.steps_total, min(engagement.steps_done, engagement.steps_total)
        if total <= 0:
            return None
        if done == total:
            return self.t("progress_all", count=total)
        return self.t("progress", count=done, total=total)

    def percent(self, engagement: Work) -> int:
        """The length of the bar, 0 to 100."""
        total = engagement.steps_total
        return round(100 * min(engagement.steps_done, total) / total) if total > 0 else 0

    def delay(self, delay: Delay, next_news_at: datetime | None, before: Delay | None = None) -> list[Row]:
        """The new date first; then why, what we do, what was first agreed. Sorry only where it was us. A date that
        comes earlier, or that only waited for something, needs one sentence; so does one that moved for what was said
        of the move `before` it."""
        rows = [Row(self.t("heading.new_date"), self._moved_to(delay, next_news_at))]
        if delay.is_welcome:
            return [*rows, *self._first_agreed(delay)]
        if delay.counted is not None:
            start, end = delay.counted
            counted = self.t("delay.counted", start=self.short_day(start), day=self.day(end))
            rows[0] = Row(rows[0].label, self.together([_full(rows[0].text, self), counted]))
        if before is not None and _is_same_cause(delay, before):
            rows[0] = Row(rows[0].label, self.together([_full(rows[0].text, self), self.t("delay.same_reason")]))
            return [*rows, *self._first_agreed(delay)]
        if delay.cause is Who.US:
            rows[0] = Row(rows[0].label, self.together([_full(rows[0].text, self), self.t("delay.sorry")]))
        why = self._why(delay)
        if why:
            rows.append(Row(self.t("heading.why"), self.together(why)))
        if delay.what_we_do:
            rows.append(Row(self.t("heading.what_we_do"), self.words(delay.what_we_do)))
        return [*rows, *self._first_agreed(delay)]

    def step(self, step: Step) -> Row:
        """Who does what comes next, and by when."""
        name = self.name(self.language.capitalised(step.name)) if step.name else None
        by_reader = self.t(f"step.{step.who}") if step.who in (Who.US, Who.YOU) or name is None else name
        return Row(by_reader, self.by_day(self.line(self._open(step.said, step.by)), step.by))

    def dates(
        self,
        dates: Sequence[DateLine],
        *,
        is_plain: bool = False,
        told: Sequence[Delay] = (),
        next_news_at: datetime | None = None,
    ) -> list[DateRow]:
        """The agreed dates as they stand; `is_plain`: nothing is claimed for today but what is over or has passed. How
        a date came to be is not said again where the mail `told` it above; what is not certain says that the next news
        goes on with it, where one is promised."""
        said = {delay.milestone_id: delay for delay in told}
        rows = [self._told(self._date(line), said.get(line.milestone_id)) for line in dates]
        if is_plain:
            return [row if row.standing in (Standing.PASSED, *OVER) else replace(row, stands=None) for row in rows]
        if next_news_at is None:
            return rows
        more = self.t("standing.not_sure_more")
        return [replace(row, history=more) if row.standing is Standing.NOT_SURE else row for row in rows]

    @staticmethod
    def _told(row: DateRow, delay: Delay | None) -> DateRow:
        """A date whose move the mail told already; one that came earlier is no warning."""
        if delay is None:
            return row
        is_good = delay.is_welcome and row.standing is Standing.MOVED
        return replace(row, history=None, standing=Standing.HOLDS if is_good else row.standing)

    def asks(self, asks: Sequence[AskLine], steps: Sequence[Step] = ()) -> list[str]:
        """What we need from the reader: what they do next, then what we asked for, at most ten; the page shows the
        rest."""
        own = [self.by_day(self.line(self._open(step.said, step.by)), step.by) for step in steps]
        return [*own, *(self._ask(ask) for ask in asks[:MOST_ASKS])]

    def season(self, season: SeasonHours, next_news_at: datetime) -> str:
        """From when to when updates come at another hour, which is that of the next news."""
        days = self.ready(self.language.span(season.starts_on, season.ends_on))
        return self.t("season", days=days, name=season.name, time=self.time(next_news_at))

    def more_asks(self, asks: Sequence[AskLine]) -> str | None:
        """How many asks a mail leaves to the page."""
        left = len(asks) - MOST_ASKS
        return self.t(":words.and_more", count=left) if left > 0 else None

    def waiting(self, waiting: Waiting) -> str:
        """That nothing is new, for whom we wait and since when, and whether the plan stands."""
        has_name = waiting.who is Who.OTHER and waiting.name is not None
        key = f"waiting.{waiting.who}" + ("_name" if has_name else "") + ("_since" if waiting.since else "")
        values: dict[str, object] = {"name": waiting.name} if has_name else {}
        if waiting.since:
            values["day"] = self.day(waiting.since)
        plan = "plan_stands" if waiting.plan_stands else "plan_unsure"
        return self.together([self.t(key, **values), self.t(f"waiting.{plan}")])

    def person(self, person: Person) -> str:
        """Somebody's name, number and hours on one line, and whom they stand in for."""
        parts = [self.name(person.name)]
        if person.instead_of and person.until:
            away = self.t("instead_of", absent=person.instead_of, day=self.short_day(person.until))
            parts = [self.together([parts[0], away])]
        if person.phone:
            parts.append(self.phone(person.phone))
        if person.hours:
            parts.append(self.name(person.hours))
        return self.joined(parts)

    def part(self, part: CorrectedPart) -> str:
        """The heading of a corrected part; that of a date is its milestone's name."""
        return self.t(f"correction.part.{part.part}") if part.labels is None else self.name(self.label(part.labels))

    def corrected(self, said: Said | None, on: Agreed | None) -> str:
        """What was written, or is right: a person's words, a date, or nothing."""
        if said is not None:
            return self.words(said)
        if on is None or on.starts_on is None:
            return self.t(":part.nothing")
        spoken = self.language
        return self._done(spoken.span(on.starts_on, on.ends_on) if on.ends_on else spoken.day(on.starts_on))

    def phrase(self, said: Said, *, most: int = 1000) -> str:
        """Words inside a sentence of ours: without the full stop or question mark of their own, and not endless."""
        others = {tag: first_words(words, most) for tag, words in said.translations.items()}
        return self.name(self.read(replace(said, text=first_words(said.text, most), translations=others)))

    def _open(self, said: Said, day: date | None) -> Said:
        """Words that a date follows in the same sentence lose their full stop."""
        words = said.read_in(self.language.tag)
        return words if day is None else replace(words, text=words.text.rstrip().removesuffix("."))

    def due(self, line: DueLine, today: date) -> str:
        """When an update goes out and by when it was promised, on which day where that is not today, and whose it is
        where it is not the reader's own."""
        if line.is_late:
            return self._of(line, self.t("staff.due_late", promised_at=self.moment(line.promised_by)))
        said = self.t("staff.due", send_at=self.time(line.send_at), promised_by=self.time(line.promised_by))
        on = line.send_at.date()
        return self._of(line, said if on == today else self.joined([self.day(on), said]))

    def labelled(self, label: str, text: str) -> str:
        """Two pieces that are written already, a link or a date after its label, with the colon of the language."""
        return self.language.text("words.colon", label=label, text=text)

    def date_question(self, line: QuestionLine) -> str:
        """Whether an agreed date holds: "Cupboards: will Monday 20 April hold?"."""
        if line.on is None:
            return self.name(line.label)
        return self.t("staff.date_question", label=self.name(line.label), day=self.day(line.on))

    def missed(self, line: MissedLine) -> str:
        """For which day a report is missing, and whose it is where it is not the reader's own."""
        return self._of(line, self.t("staff.missed", day=self.day(line.on)))

    def work_of(self, line: DueLine | QuestionLine | MissedLine) -> str:
        """A client and their piece of work on one line."""
        work = self.t("work", title=line.engagement.title, reference=line.engagement.reference)
        return self.joined([self.name(line.client), work])

    def asked_of(self, line: QuestionLine) -> str:
        """The same under a question, and whose it is where it is not the reader's own."""
        return self._of(line, self.work_of(line))

    def _of(self, line: DueLine | QuestionLine | MissedLine, said: str) -> str:
        return self.joined([said, self.t("staff.owned_by", owner=line.owner)]) if line.owner else said

    def _moved_to(self, delay: Delay, next_news_at: datetime | None) -> str:
        was = self.agreed(delay.was)
        if not is_known(delay.now):
            if next_news_at is None:
                return self.t("delay.to_be_set_plain", was=was)
            return self.t("delay.to_be_set", was=was, by=self.by(next_news_at))
        now = self.agreed(delay.now)
        if delay.is_met and delay.was.condition:
            return self.t("delay.met", now=now, condition=self.line(delay.was.condition))
        return self.t("delay.earlier" if delay.is_sooner else "delay.moved_to", now=now, was=was)

    def _why(self, delay: Delay) -> list[str]:
        said = []
        if delay.reason and delay.why:
            both = self.t("delay.reason_why", reason=self.label(delay.reason), why=self.line(delay.why))
            said.append(_full(both, self))
        elif delay.why:
            said.append(_full(self.line(delay.why), self))
        elif delay.reason:
            said.append(_full(self.name(self.label(delay.reason)), self))
        if delay.cause is Who.OTHER and delay.other_name:
            said.append(self.t("delay.cause_other_name", name=delay.other_name))
        elif delay.cause is not Who.US:
            said.append(self.t(f"delay.cause_{delay.cause}"))
        return said

    def _first_agreed(self, delay: Delay) -> list[Row]:
        if not delay.moved or not is_known(delay.first) or (delay.moved == 1 and delay.first == delay.was):
            return []
        moved = self.t("delay.moved", count=delay.moved)
        first = self.t("delay.first_agreed", first=self.agreed(delay.first), moved=moved)
        return [Row(self.t("heading.first_agreed"), first)]

    def _date(self, line: DateLine) -> DateRow:
        is_first = line.first == line.now and not line.moved
        is_dateless = line.standing is Standing.UNCONFIRMED and line.confirmed_on is None
        stands: str | None = self.t("standing.not_sure" if is_dateless else f"standing.{line.standing}", day="")
        if not is_known(line.now) and (line.standing in (*SURE, Standing.NOT_SURE) or is_dateless):
            # Of a date that is not known nothing more can be said.
            stands = None
        if line.standing is Standing.HOLDS and is_first and is_known(line.now):
            stands = self.t("standing.holds_first")
        if line.standing is Standing.DONE and line.done_on:
            stands = self.t(f"standing.done_{punctual(line.done_on, line.now)}", day=self.day(line.done_on))
        if line.standing is Standing.DROPPED and line.dropped_why:
            stands = self.t("standing.dropped_why", why=self.line(line.dropped_why))
        if line.standing is Standing.UNCONFIRMED and line.confirmed_on:
            stands = self.t("standing.unconfirmed", day=self.day(line.confirmed_on))
        if line.again is Again.REOPENED:
            stands = self.t(f":words.again.{line.again}")
        elif line.again is not None:
            stands = self.joined([*filter(None, [stands]), self.t(f":words.again.{line.again}")])
        history = None
        if line.standing is Standing.DROPPED:
            pass
        elif line.moved and is_known(line.first):
            moved = self.t("delay.moved", count=line.moved)
            history = self.t("standing.first_agreed_moved", first=self.agreed(line.first), moved=moved)
        elif not is_first and is_known(line.first):
            history = self.t("standing.first_agreed", first=self.agreed(line.first))
        return DateRow(self.name(self.label(line.labels)), self.agreed(line.now), line.standing, stands, history)

    def _ask(self, ask: AskLine) -> str:
        text = self.line(self._open(ask.said, ask.due_on))
        if ask.is_overdue and ask.due_on:
            return self.t("ask.overdue", text=text, day=self.day(ask.due_on))
        return self.by_day(text, ask.due_on)


def _is_same_cause(delay: Delay, before: Delay) -> bool:
    """Whether two moves are explained in the same words."""

    def explained(moved: Delay) -> tuple[object, ...]:
        return moved.cause, moved.reason, moved.why, moved.what_we_do, moved.other_name

    return not before.is_welcome and explained(delay) == explained(before)


def is_known(agreed: Agreed) -> bool:
    """Whether a promised date says anything at all."""
    return agreed.starts_on is not None or agreed.after_days is not None or agreed.condition is not None


def _full(text: str, phrases: Phrases) -> str:
    """`text` ended as a sentence, so that another can follow."""
    bare = text.removesuffix("</span>").rstrip()
    return text if bare.endswith((".", "!", "?", "؟", "…")) else phrases.ended(text)
