"""A regular update: what got done, what comes next, which dates hold."""

from dataclasses import dataclass, field
from datetime import date

from emails import news
from emails.mail import ClientMail
from emails.pieces import (
    SURE,
    Again,
    AskLine,
    DateLine,
    Delay,
    Said,
    SeasonHours,
    Standing,
    Step,
    StepChange,
    Waiting,
    Who,
    leading,
)
from emails.sample_story import Story, on
from emails.sending import to_client
from emails.sentences import Sentences

RULE = to_client(3)
ASK_IN_SUBJECT = 40


@dataclass(frozen=True, kw_only=True)
class ClientUpdate(ClientMail):
    """A regular update or, where `delays` is not empty, one that says the moved dates first."""

    since: date | None = None
    done: Said | None = None
    step_done: str | None = None
    """How the last mail's next step went: "yes", "partly", "no", or None where none was promised."""
    last_step: Said | None = None
    steps: tuple[Step, ...] = ()
    dates: tuple[DateLine, ...] = ()
    delays: tuple[Delay, ...] = ()
    asks: tuple[AskLine, ...] = ()
    season: SeasonHours | None = None
    """Where the next news comes at the hour of a season that was not told yet."""
    waiting: Waiting | None = None
    changed: dict[int, StepChange] = field(default_factory=dict)
    """Steps that changed beside the rhythm, by their numbers: the reason why this is sent at once."""
    is_resumed: bool = False
    """True where it is sent because work that rested goes on."""
    is_late: bool = False
    """True where this update was promised earlier and goes out after its time; the mail says so."""

    def headline(self, say: Sentences) -> str:
        if self.changed and self.delays:
            return say.t("news.two", first=self._of_change(say), second=news.moved(self.delays, say))
        if self.delays:
            return news.moved(self.delays, say)
        if self.changed or self.is_resumed:
            return self._of_change(say)
        overdue = next((ask for ask in self.asks if ask.is_overdue), None)
        sure = leading(self.dates)
        if overdue and sure is not None and sure.standing is Standing.NOT_SURE:
            on = say.agreed(sure.now, is_short=True)
            return say.t("news.not_certain_ask", day=on, ask=say.phrase(overdue.said, most=ASK_IN_SUBJECT))
        if overdue:
            return say.t("news.still_need", ask=say.phrase(overdue.said))
        if sure is not None and sure.standing in SURE:
            on = say.agreed(sure.now, is_short=True)
            if self.introduces:
                return say.t("news.introduction", name=say.name(self.introduces.name), day=on)
            if self.waiting and self.waiting.plan_stands and not self.asks:
                return say.t("news.nothing_new", day=on)
            if self.asks and not self.waiting:
                return say.t("news.on_track_ask", day=on, ask=say.phrase(self.asks[0].said, most=ASK_IN_SUBJECT))
        return news.standing(self.dates, self.waiting, self.asks, say)

    def _of_change(self, say: Sentences) -> str:
        """The news of a mail that goes out because something changed."""
        sure = leading(self.dates)
        if self.is_resumed:
            on = say.agreed(sure.now, is_short=True) if sure is not None and sure.standing in SURE else None
            return say.t("news.resumed_day", day=on) if on else say.t("news.resumed")
        line = next((line for line in self.dates if line.milestone_id in self.changed), None)
        if line is None:
            return news.standing(self.dates, self.waiting, self.asks, say)
        change, label = self.changed[line.milestone_id], say.label(line.labels)
        if change is StepChange.DROPPED:
            return say.t("news.dropped", label=label)
        day = say.agreed(line.now, is_short=True)
        return say.t("news.back" if change is StepChange.BACK else "news.reopened", label=label, day=day)

    def lead(self, say: Sentences) -> str | None:
        """Why this mail comes now: late, or beside the rhythm."""
        if self.is_late:
            return say.t("late")
        if self.is_resumed:
            return say.t("lead_resumed")
        if StepChange.REOPENED in self.changed.values():
            return say.t("lead_reopened")
        return say.t("lead_changed") if self.changed else None

    @property
    def own_steps(self) -> tuple[Step, ...]:
        """What the reader does next: it stands with what we need from them, so that all of it is in one place."""
        return tuple(step for step in self.steps if step.who is Who.YOU)

    @property
    def may_not_suit(self) -> bool:
        """Whether a date moved to a day, which the reader may not like."""
        return any(delay.now.starts_on is not None for delay in self.delays)

    @property
    def next_steps(self) -> tuple[Step, ...]:
        """What others do next."""
        return tuple(step for step in self.steps if step.who is not Who.YOU)

    @property
    def is_nothing_to_do(self) -> bool:
        """Whether nothing at all is asked of the reader."""
        is_awaited = self.waiting is not None and self.waiting.who is Who.YOU
        return not (self.asks or self.own_steps or is_awaited)

    def preheader(self, say: Sentences) -> str:
        if self.asks:
            return news.asked(self.asks[0], say)
        if self.own_steps:
            own = self.own_steps[0]
            return news.asked(AskLine(ask_id=0, said=own.said, due_on=own.by), say)
        why = (self.delays[0].why or self.delays[0].what_we_do) if self.delays else None
        if why:
            return say.name(say.language.capitalised(say.read(why)))
        if self.steps:
            return say.t("preheader.next_step", step=say.step(self.steps[0]).text)
        return news.next_news(self.next_news_at, say)

    def done_lines(self, say: Sentences) -> list[str]:
        """What became of the step announced last time, then what got done."""
        lines = []
        if self.step_done and self.last_step:
            lines.append(say.t(f"step.{self.step_done}", step=say.line(self.last_step)))
        if self.done:
            lines.append(say.words(self.done))
        return lines


def _on_track(tag: str) -> ClientUpdate:
    story = Story(tag)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 6),
        done=story.said("done"),
        step_done="yes",
        last_step=story.said("last_step"),
        steps=(story.steps()[0], story.steps()[2]),
        dates=story.dates(),
        asks=story.asks(),
    )


def _update_with_delay(tag: str) -> ClientUpdate:
    story = Story(tag)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 13),
        done=story.said("done"),
        step_done="partly",
        last_step=story.said("last_step"),
        steps=story.steps()[:2],
        dates=story.moved_dates(),
        delays=(story.delay(),),
    )


def _nothing_new(tag: str) -> ClientUpdate:
    story = Story(tag)
    shared = story.regular()
    shared["owner"] = story.stand_in
    return ClientUpdate(
        **shared,
        since=date(2027, 4, 13),
        dates=story.dates(),
        waiting=Waiting(who=Who.OTHER, name=story["supplier"], since=date(2027, 4, 8)),
    )


def _introduction(tag: str) -> ClientUpdate:
    story = Story(tag)
    shared = story.regular()
    shared["owner"] = story.colleague
    return ClientUpdate(
        **shared,
        since=date(2027, 4, 13),
        done=story.said("done"),
        steps=story.steps()[:1],
        dates=story.dates(),
        introduces=story.colleague,
        introduction=story.said("introduction"),
    )


def _late_update(tag: str) -> ClientUpdate:
    story = Story(tag)
    overdue = AskLine(ask_id=1, said=story.said("ask"), due_on=date(2027, 4, 12), is_overdue=True)
    unsure = DateLine(**story.last, first=on(23), now=on(23), standing=Standing.NOT_SURE)
    return ClientUpdate(
        **story.regular(),
        since=date(2027, 4, 6),
        step_done="no",
        last_step=story.said("last_step"),
        steps=story.steps()[:1],
        dates=(story.dates()[0], unsure),
        asks=(overdue,),
        is_late=True,
    )


def _step_dropped(tag: str) -> ClientUpdate:
    story = Story(tag)
    gone = DateLine(
        **story.first, first=on(19), now=on(19), standing=Standing.DROPPED, dropped_why=story.said("dropped_why")
    )
    return ClientUpdate(
        **story.regular(), dates=(gone, story.dates()[1]), changed={gone.milestone_id: StepChange.DROPPED}
    )


def _step_back(tag: str) -> ClientUpdate:
    story = Story(tag)
    back = DateLine(**story.first, first=on(19), now=on(19), again=Again.BACK)
    return ClientUpdate(**story.regular(), dates=(back, story.dates()[1]), changed={back.milestone_id: StepChange.BACK})


def _step_reopened(tag: str) -> ClientUpdate:
    story = Story(tag)
    again = DateLine(**story.first, first=on(22), now=on(22), again=Again.REOPENED)
    change = {again.milestone_id: StepChange.REOPENED}
    return ClientUpdate(**story.regular(), dates=(again, story.dates()[1]), changed=change)


def _resumed(tag: str) -> ClientUpdate:
    story = Story(tag)
    return ClientUpdate(**story.regular(), dates=story.dates(), is_resumed=True)


def _before_a_season(tag: str) -> ClientUpdate:
    story = Story(tag)
    season = SeasonHours(name=story["season"], starts_on=date(2027, 4, 24), ends_on=date(2027, 5, 23))
    shared = story.regular()
    shared["next_news_at"] = story.at(27, 15)
    return ClientUpdate(
        **shared,
        since=date(2027, 4, 13),
        done=story.said("done"),
        steps=story.steps()[:1],
        dates=story.dates(),
        season=season,
    )


SAMPLES = {
    "on_track": _on_track,
    "update_with_delay": _update_with_delay,
    "nothing_new": _nothing_new,
    "introduction": _introduction,
    "late_update": _late_update,
    "before_a_season": _before_a_season,
    "step_dropped": _step_dropped,
    "step_back": _step_back,
    "step_reopened": _step_reopened,
    "resumed": _resumed,
}
