"""What goes out at the promised time when nobody reported."""

from dataclasses import dataclass, replace
from datetime import date

from emails.mail import ClientMail
from emails.pieces import AskLine, Call, DateLine, Person
from emails.sample_story import TODAY, Story
from emails.sending import to_client
from emails.sentences import Sentences

RULE = to_client(1)
SECOND = 2


@dataclass(frozen=True, kw_only=True)
class NoNews(ClientMail):
    """What goes out at the promised time when nobody reported. Signed by the firm, blames nobody."""

    confirmed_on: date | None
    promised_on: date | None = None
    """The day for which news was promised, where the reader is."""
    dates: tuple[DateLine, ...] = ()
    asks: tuple[AskLine, ...] = ()
    silent: int = 1
    """The how manieth promised time in a row without news."""
    call: Call | None = None
    """From the second on: who took it over and phones, or did."""
    is_call_known: bool = False
    """Whether the reader has that in writing already."""

    def headline(self, say: Sentences) -> str:
        if self.call is not None and self.is_call_ahead and not self.is_call_known:
            return say.t("news.no_news_call", name=say.name(self.call.person.name), day=say.short_day(self.call.on))
        if self.call is not None and self.call.is_over and self.next_news_at is not None:
            return say.t("news.no_news_missed", day=say.short_day(self.call.on), by=say.by(self.next_news_at))
        if self.call is not None and self.next_news_at is not None:
            return say.t("news.no_news_still", by=say.by(self.next_news_at))
        if self.next_news_at is None:
            return say.t("news.no_news")
        return say.t("news.no_news_next", by=say.by(self.next_news_at))

    def preheader(self, say: Sentences) -> str:
        if self.call is not None and self.call.is_over:
            return say.t("preheader.call_missed", name=say.name(self.call.person.name))
        return say.t("preheader.no_news")

    def lead(self, say: Sentences) -> str:
        """That news was promised, today or for an earlier day, where it was, and that nothing is confirmed. Never twice
        the same: the second says who took it over, each later one what came of that."""
        if self.call is not None:
            return say.t(
                f"no_news.{self._state_of_call}", name=say.name(self.call.person.name), day=say.day(self._day_of_call)
            )
        if self.promised_on is None:
            return say.t("no_news.lead_plain")
        if self.promised_on == self.today:
            return say.t("no_news.lead")
        return say.t("no_news.lead_day", day=say.day(self.promised_on))

    @property
    def is_call_ahead(self) -> bool:
        return self.call is not None and self.call.came_on is None and not self.call.is_over

    @property
    def _state_of_call(self) -> str:
        if self.call is not None and self.call.came_on is not None:
            return "call_came"
        if not self.is_call_ahead:
            return "call_missed"
        if self.is_call_known:
            return "call_ahead"
        return "taken_over" if self.silent == SECOND else "call_new"

    @property
    def _day_of_call(self) -> date:
        call = self.call
        return self.today if call is None else call.came_on or call.on

    def whom(self, say: Sentences) -> str | None:
        """When news comes, and whom one can call: who took it over, else the firm, as this mail is nobody's in
        particular."""
        answers = [(self.owner.name, self.owner.phone)]
        answers = [(self.brand.name, self.brand.phone), *answers]
        if self.call is not None:
            answers = [(self.call.person.name, self.call.person.phone), *answers]
        name, number = next(((name, number) for name, number in answers if number), (None, None))
        if self.next_news_at is None:
            return say.t("no_news.call", name=name, phone=say.phone(number)) if name and number else None
        by = say.by(self.next_news_at)
        if name is None or number is None:
            return say.together([say.t("no_news.finding_out"), say.t("no_news.news_by", by=by)])
        known = say.t("no_news.news_by_or_call", by=by, name=name, phone=say.phone(number))
        return say.together([say.t("no_news.finding_out"), known])


def _no_news(tag: str) -> NoNews:
    story = Story(tag)
    return NoNews(**story.regular(), confirmed_on=date(2027, 4, 6), promised_on=TODAY, dates=story.dates()[1:])


def _no_news_again(tag: str) -> NoNews:
    story = Story(tag)
    person = Person(name=story.colleague.name, phone=story.colleague.phone)
    call = Call(number=1, person=person, on=date(2027, 4, 21), by=story.at(21, 18))
    return replace(_no_news(tag), silent=SECOND, call=call)


def _no_news_call_came(tag: str) -> NoNews:
    again, story = _no_news_again(tag), Story(tag)
    if again.call is None:
        raise ValueError("the second silence has a call")
    day = date(2027, 4, 12)
    came = replace(again.call, on=day, came_on=day, said=story.said("answer"))
    return replace(again, silent=3, call=came, is_call_known=True)


def _no_news_call_missed(tag: str) -> NoNews:
    came = _no_news_call_came(tag)
    if came.call is None:
        raise ValueError("the third silence has a call")
    return replace(came, call=replace(came.call, came_on=None, said=None, is_over=True))


def _no_news_new_call(tag: str) -> NoNews:
    return replace(_no_news_again(tag), silent=4)


SAMPLES = {
    "no_news": _no_news,
    "no_news_again": _no_news_again,
    "no_news_call_came": _no_news_call_came,
    "no_news_call_missed": _no_news_call_missed,
    "no_news_new_call": _no_news_new_call,
}
