"""Our answer to what a client wrote."""

from dataclasses import dataclass
from datetime import timedelta

from emails.cleaning import first_words
from emails.mail import ClientMail
from emails.pieces import Said
from emails.sample_story import Story
from emails.sending import Rule
from emails.sentences import Sentences

WORDS_IN_SUBJECT = 60
RULE = Rule(lives=timedelta(days=3), priority=15, is_quiet=True)


@dataclass(frozen=True, kw_only=True)
class Answer(ClientMail):
    """Our answer to what a client wrote on their page."""

    asked: Said
    answer: Said

    def headline(self, say: Sentences) -> str:
        return say.t("news.answer_words", words=say.name(first_words(say.read(self.answer), WORDS_IN_SUBJECT)))

    def preheader(self, say: Sentences) -> str:
        return say.name(say.read(self.answer))


def _answer(tag: str) -> Answer:
    story = Story(tag)
    return Answer(**story.regular(), asked=story.said("question"), answer=story.said("answer"))


SAMPLES = {"answer": _answer}
