"""What a checkpoint form reported, in the shape in which clients are told it."""

from emails.pieces import Said, Step
from webapp.services.updates.answers import Answers


def news(answers: Answers) -> Said | None:
    """What got done; where nothing is new, the sentence about it."""
    part = "done" if answers.done else "sentence"
    text = answers.done or answers.sentence
    if not text.strip():
        return None
    return Said(text=text, language=answers.language, translations=answers.in_others(part))


def step(answers: Answers) -> Step | None:
    named = answers.step
    if named is None:
        return None
    said = Said(text=named.text, language=answers.language, translations=named.in_others("text"))
    return Step(said=said, who=named.who, name=named.name, by=named.by)
