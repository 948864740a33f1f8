"""That the next news comes later than a mail had promised, told before that hour has come."""

from dataclasses import dataclass
from datetime import datetime

from emails.mail import ClientMail
from emails.sample_story import Story
from emails.sending import to_client
from emails.sentences import Sentences

RULE = to_client(3, priority=15)


@dataclass(frozen=True, kw_only=True)
class NewsMoved(ClientMail):
    """That the next news comes later than a mail had promised. `was_at` is what was printed."""

    was_at: datetime
    dates_hold: bool = False
    """Whether every agreed date stands as the reader knows it."""
    is_closed: bool = False
    """Whether the firm does not work on the day that was printed: why the news comes later."""
    needs_nothing: bool = False

    def headline(self, say: Sentences) -> str:
        if self.next_news_at is None:
            return say.t("news.news_moved_plain")
        return say.t("news.news_moved", by=say.by(self.next_news_at))

    def preheader(self, say: Sentences) -> str:
        return self.lead(say)

    def lead(self, say: Sentences) -> str:
        """What was promised, and that it is no longer so, with why where that is known, though the dates are."""
        lines = [say.t("news_moved.lead", was=say.by(self.was_at))]
        if self.is_closed:
            lines.append(say.t("news_moved.closed"))
        if self.dates_hold:
            lines.append(say.t("news_moved.dates"))
        return say.together(lines)


def _news_moved(tag: str) -> NewsMoved:
    story = Story(tag)
    shared = story.regular()
    shared["next_news_at"] = story.at(23, 18)
    return NewsMoved(**shared, was_at=story.at(20, 18), dates_hold=True, is_closed=True, needs_nothing=True)


SAMPLES = {"news_moved": _news_moved}
