"""What goes out at the promised time when nobody reported."""

from dataclasses import dataclass
from datetime import date

from emails.mail import ClientMail
from emails.pieces import AskLine, DateLine
from emails.sample_story import TODAY, Story
from emails.sending import to_client
from emails.sentences import Sentences

RULE = to_client(1)


@dataclass(frozen=True, kw_only=True)
class NoNews(ClientMail):
    """What goes out at the promised time when nobody reported. Signed by the firm, blames nobody."""

    confirmed_on: date | None
    promised_on: date | None = None
    """The day for which news was promised, where the reader is."""
    dates: tuple[DateLine, ...] = ()
    asks: tuple[AskLine, ...] = ()

    def headline(self, say: Sentences) -> str:
        if self.next_news_at is None:
            return say.t("news.no_news")
        return say.t("news.no_news_next", by=say.by(self.next_news_at))

    def preheader(self, say: Sentences) -> str:
        return say.t("preheader.no_news")

    def lead(self, say: Sentences) -> str:
        """That news was promised, today or for an earlier day, where it was, and that nothing is confirmed."""
        if self.promised_on is None:
            return say.t("no_news.lead_plain")
        if self.promised_on == self.today:
            return say.t("no_news.lead")
        return say.t("no_news.lead_day", day=say.day(self.promised_on))

    def call(self, say: Sentences) -> str | None:
        """When news comes, and the firm's number: this mail is nobody's in particular."""
        number = self.brand.phone or self.owner.phone
        if self.next_news_at is None:
            return say.t("no_news.call", phone=say.phone(number)) if number else None
        by = say.by(self.next_news_at)
        if number is None:
            return say.t("no_news.news_by", by=by)
        return say.t("no_news.news_by_or_call", by=by, phone=say.phone(number))


def _no_news(tag: str) -> NoNews:
    story = Story(tag)
    return NoNews(**story.regular(), confirmed_on=date(2027, 4, 6), promised_on=TODAY, dates=story.dates()[1:])


SAMPLES = {"no_news": _no_news}
