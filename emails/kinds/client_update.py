"""A regular update: what got done, what comes next, which dates hold."""

from dataclasses import dataclass
from datetime import date

from emails import news
from emails.mail import ClientMail
from emails.pieces import SURE, AskLine, DateLine, Delay, Person, Said, Standing, Step, Waiting, Who, leading
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
    waiting: Waiting | None = None
    is_late: bool = False
    """True where this update was promised earlier and goes out after its time; the mail says so."""
    introduces: Person | None = None
    """The new owner, introduced once, where the owner changed since the last mail."""
    introduction: Said | None = None

    def headline(self, say: Sentences) -> str:
        if self.delays:
            return news.moved(self.delays, say)
        overdue = next((ask for ask in self.asks if ask.is_overdue), None)
        if overdue:
            return say.t("news.still_need", ask=say.phrase(overdue.said))
        sure = leading(self.dates)
        if sure is not None and sure.standing in SURE:
            on = say.agreed(sure.now, is_short=True)
            if self.introduces:
                return say.t("news.introduction", name=say.name(self.introduces.name), day=on)
            if self.waiting and self.waiting.plan_stands and not self.asks:
                return say.t("news.nothing_new", day=on)
            if self.asks and not self.waiting:
                return say.t("news.on_track_ask", day=on, ask=say.phrase(self.asks[0].said, most=ASK_IN_SUBJECT))
        return news.standing(self.dates, self.waiting, self.asks, say)

    @property
    def is_nothing_to_do(self) -> bool:
        """Whether nothing at all is asked of the reader."""
        is_theirs = any(step.who is Who.YOU for step in self.steps)
        is_awaited = self.waiting is not None and self.waiting.who is Who.YOU
        return not (self.asks or is_theirs or is_awaited)

    def preheader(self, say: Sentences) -> str:
        if self.asks:
            return news.asked(self.asks[0], say)
        if self.delays and self.delays[0].what_we_do:
            return say.name(say.read(self.delays[0].what_we_do))
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
        steps=story.steps(),
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
        steps=story.steps()[:1],
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
        steps=story.steps()[:2],
        dates=(story.dates()[0], unsure),
        asks=(overdue,),
        is_late=True,
    )


SAMPLES = {
    "on_track": _on_track,
    "update_with_delay": _update_with_delay,
    "nothing_new": _nothing_new,
    "introduction": _introduction,
    "late_update": _late_update,
}
