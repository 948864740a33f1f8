"""What a checkpoint form reported, in the shape in which clients are told it."""

from webapp.services.updates import snapshot
from webapp.services.updates.answers import Answers


def news(answers: Answers) -> snapshot.Said | None:
    """What got done; where nothing is new, the sentence about it."""
    part = "done" if answers.done else "sentence"
    text = answers.done or answers.sentence
    if not text.strip():
        return None
    return snapshot.Said(text=text, language=answers.language, translations=answers.in_others(part))


def step(answers: Answers) -> snapshot.Step | None:
    named = answers.step
    if named is None:
        return None
    said = snapshot.Said(text=named.text, language=answers.language, translations=named.in_others("text"))
    return snapshot.Step(said=said, who=named.who, name=named.name, by=named.by)


def waiting(answers: Answers) -> snapshot.Waiting | None:
    given = answers.waiting
    if given is None:
        return None
    return snapshot.Waiting(who=given.who, name=given.name, since=given.since, plan_stands=given.plan_stands)
