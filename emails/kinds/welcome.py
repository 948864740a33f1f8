"""The first mail of a piece of work."""

from dataclasses import dataclass
from datetime import date

from emails import news
from emails.mail import ClientMail
from emails.pieces import Agreed, AskLine, DateLine, Said, SeasonHours
from emails.sample_story import Story
from emails.sending import to_client
from emails.sentences import Sentences

RULE = to_client(5)


@dataclass(frozen=True, kw_only=True)
class Welcome(ClientMail):
    """The first mail: what was agreed, the rhythm in words, whom to phone, what we already know."""

    rhythm: str
    dates: tuple[DateLine, ...] = ()
    facts: tuple[Said, ...] = ()
    asks: tuple[AskLine, ...] = ()
    season: SeasonHours | None = None
    """Where the next news comes at the hour of a season that was not told yet."""

    def headline(self, say: Sentences) -> str:
        return say.t("news.welcome" if self.dates else "news.welcome_plain")

    def preheader(self, say: Sentences) -> str:
        return news.asked(self.asks[0], say) if self.asks else say.t("preheader.welcome")


def _welcome(tag: str) -> Welcome:
    story = Story(tag)
    estimate = Agreed(starts_on=date(2027, 4, 21), ends_on=date(2027, 4, 23), is_estimate=True)
    return Welcome(
        **story.regular(),
        rhythm=story["rhythm"],
        dates=(story.dates()[0], DateLine(**story.last, first=estimate, now=estimate)),
        facts=(story.said("fact"), story.said("fact_more")),
        asks=story.asks()[:1],
    )


SAMPLES = {"welcome": _welcome}
