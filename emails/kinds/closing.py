"""The last mail of a piece of work, or that it rests."""

from dataclasses import dataclass, replace
from datetime import date

from emails import news
from emails.mail import ClientMail
from emails.pieces import Said
from emails.sample_story import Story
from emails.sending import to_client
from emails.sentences import Sentences

RULE = to_client(5, ends_work=True)


@dataclass(frozen=True, kw_only=True)
class Closing(ClientMail):
    """The last mail of a piece of work, or the notice that it rests (`is_pause`)."""

    is_pause: bool = False
    resumes_on: date | None = None
    words: Said | None = None

    def headline(self, say: Sentences) -> str:
        if not self.is_pause:
            return say.t("news.closing")
        return say.t("news.pause_until", day=say.day(self.resumes_on)) if self.resumes_on else say.t("news.pause")

    def preheader(self, say: Sentences) -> str:
        return news.next_news(self.next_news_at, say) if self.next_news_at else say.t("preheader.closing")

    def lead(self, say: Sentences) -> str:
        """What a last mail says first: that all is done, or that the work rests."""
        if not self.is_pause:
            return say.t("closing.lead")
        if self.resumes_on is None:
            return say.t("closing.lead_pause")
        return say.t("closing.lead_pause_until", day=say.day(self.resumes_on))


def _closing(tag: str) -> Closing:
    story = Story(tag)
    shared = story.regular()
    shared["engagement"] = replace(shared["engagement"], stage=None, steps_done=5)
    shared["next_news_at"] = None
    return Closing(**shared, words=story.said("closing_words"))


def _pause(tag: str) -> Closing:
    story = Story(tag)
    return Closing(**story.regular(), is_pause=True, resumes_on=date(2027, 5, 3))


SAMPLES = {"closing": _closing, "pause": _pause}
