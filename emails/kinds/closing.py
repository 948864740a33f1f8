"""The last mail of a piece of work, or that it rests."""

from dataclasses import dataclass, replace
from datetime import timedelta

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
    is_still: bool = False
    """It rests, as it did when they last heard."""
    words: Said | None = None

    def headline(self, say: Sentences) -> str:
        if not self.is_pause:
            return say.t("news.closing")
        return say.t("news.pause_still" if self.is_still else "news.pause")

    def preheader(self, say: Sentences) -> str:
        return say.t("preheader.pause" if self.is_pause else "preheader.closing")

    def lead(self, say: Sentences) -> str:
        """What a last mail says first: that all is done, or that the work rests."""
        if self.is_still:
            return say.t("closing.lead_still")
        return say.t("closing.lead_pause" if self.is_pause else "closing.lead")


def _closing(tag: str) -> Closing:
    story = Story(tag)
    shared = story.regular()
    shared["engagement"] = replace(shared["engagement"], stage=None, steps_done=5)
    shared["next_news_at"] = None
    return Closing(**shared, words=story.said("closing_words"))


def _pause(tag: str) -> Closing:
    story = Story(tag)
    shared = story.regular()
    shared["next_news_at"] = story.at(20, 18) + timedelta(days=28)
    return Closing(**shared, is_pause=True, words=story.said("pause_words"))


def _pause_still(tag: str) -> Closing:
    return replace(_pause(tag), is_still=True)


SAMPLES = {"closing": _closing, "pause": _pause, "pause_still": _pause_still}
