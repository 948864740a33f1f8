"""Sentences of the client's page that depend on how things stand."""

from emails.kinds.closing import Closing
from emails.pieces import OVER, Agreed, DateLine, Delay, Standing, Waiting, Who, leading, punctual
from emails.sentences import Sentences
from webapp.client.story import Story, Told
from webapp.language import firm, lang, shown, t
from webapp.models import UpdateKind

SEPARATOR = " · "
HEADLINES = {
    Standing.PASSED: "passed",
    Standing.NOT_SURE: "not_sure",
    Standing.UNCONFIRMED: "unconfirmed",
}


def headline(story: Story) -> str:
    """How it stands in one line, by the rule of the mails' headline: a date that moved as long as the new one is good,
    then the one that has passed, is in doubt or is last."""
    moved = _moved(story)
    if moved is not None and moved.now.starts_on is None:
        return t("client.headline.moved_unknown", label=shown(moved.labels))
    if moved is not None:
        return t("client.headline.moved", label=shown(moved.labels), day=day(moved.now))
    line = leading(story.dates)
    if line is not None:
        words = HEADLINES.get(line.standing, "on_track")
        return t(f"client.headline.{words}", label=shown(line.labels), day=day(line.now))
    if story.dates and all(line.standing in OVER for line in story.dates):
        return t("client.headline.done")
    return t("client.headline.no_dates")


def _moved(story: Story) -> Delay | None:
    """The move that the news told, where its new date is as good as it was then."""
    if story.news is None or not story.news.delays:
        return None
    moved = story.news.delays[-1]
    now = next((line for line in story.dates if line.milestone_id == moved.milestone_id), None)
    is_good = now is None or (now.standing is Standing.MOVED and now.now == moved.now)
    return moved if is_good else None


def stands(line: DateLine) -> str:
    """How one date stands, and what changed in it besides its day."""
    again = [t(f"words.again.{line.again}")] if line.again else []
    return SEPARATOR.join([_stands(line), *again])


def _stands(line: DateLine) -> str:
    """What is done says whether that was on the agreed day."""
    if line.standing is Standing.DONE and line.done_on:
        return t(f"client.standing.done_{punctual(line.done_on, line.now)}", day=lang().short_day(line.done_on))
    if line.standing is Standing.UNCONFIRMED and line.confirmed_on:
        return t("client.standing.unconfirmed", day=lang().short_day(line.confirmed_on))
    return t(f"client.standing.{line.standing.value}")


def whose(delay: Delay) -> str:
    """Whose cause a move was, as the mail says it."""
    if delay.cause is Who.US:
        return t("mail.delay.sorry")
    if delay.cause is Who.OTHER and delay.other_name:
        return t("mail.delay.cause_other_name", name=delay.other_name)
    return t(f"mail.delay.cause_{delay.cause}")


def title_of(told: Told) -> str:
    """What an update was, in the list of all: by its news where that says more than its kind."""
    is_rest = isinstance(told.context, Closing) and told.context.is_pause
    if told.update.kind is UpdateKind.CHANGED or is_rest:
        return told.context.headline(Sentences(lang(), is_html=False, fallback=firm().language))
    return t(f"client.update_kind.{told.update.kind}")


def waiting(nothing_new: Waiting) -> str:
    """Nothing new, said honestly: for whom we wait, since when, and whether the plan stands."""
    is_named = nothing_new.who is not Who.OTHER or nothing_new.name
    key = f"client.waiting.{nothing_new.who.value}" if is_named else "mail.waiting.other"
    parts = [t(key, name=nothing_new.name or "")]
    if nothing_new.since:
        parts.append(t("client.waiting.since", day=lang().day(nothing_new.since)))
    parts.append(t("client.waiting.stands" if nothing_new.plan_stands else "client.waiting.changes"))
    return " ".join(parts)


def day(when: Agreed) -> str:
    """A date, or from which day to which."""
    if when.starts_on is None:
        return t("words.not_known")
    return lang().span(when.starts_on, when.ends_on) if when.ends_on else lang().day(when.starts_on)
