"""Sentences of the client's page that depend on how things stand."""

from emails.pieces import Agreed, DateLine, Standing, Waiting, punctual
from webapp.client.story import Story
from webapp.language import lang, shown, t

OVER = (Standing.DONE, Standing.DROPPED)


def headline(story: Story) -> str:
    """How it stands in one line: a moved date first, then a doubtful one, then the last date ahead. Where the last word
    is old, since when nothing is confirmed."""
    if story.news is not None and story.news.delays:
        moved = story.news.delays[0]
        if moved.now.starts_on is None:
            return t("client.headline.moved_unknown", label=shown(moved.labels))
        if story.stale_since is None:
            return t("client.headline.moved", label=shown(moved.labels), day=_day(moved.now))
    ahead = [line for line in story.dates if line.standing not in OVER and line.now.starts_on]
    doubtful = next((line for line in ahead if line.standing is Standing.NOT_SURE), None)
    if doubtful is not None:
        return t("client.headline.not_sure", label=shown(doubtful.labels), day=_day(doubtful.now))
    if ahead:
        last = max(ahead, key=_last_day)
        if last.standing is Standing.UNCONFIRMED:
            return t("client.headline.unconfirmed", label=shown(last.labels), day=_day(last.now))
        return t("client.headline.on_track", label=shown(last.labels), day=_day(last.now))
    if story.dates and all(line.standing in OVER for line in story.dates):
        return t("client.headline.done")
    return t("client.headline.no_dates")


def stands(line: DateLine) -> str:
    """How one date stands; what is done says whether that was on the agreed day."""
    if line.standing is Standing.DONE and line.done_on:
        return t(f"client.standing.done_{punctual(line.done_on, line.now)}", day=lang().short_day(line.done_on))
    if line.standing is Standing.UNCONFIRMED and line.confirmed_on:
        return t("client.standing.unconfirmed", day=lang().short_day(line.confirmed_on))
    return t(f"client.standing.{line.standing.value}")


def waiting(nothing_new: Waiting) -> str:
    """Nothing new, said honestly: for whom we wait, since when, and whether the plan stands."""
    parts = [t(f"client.waiting.{nothing_new.who.value}", name=nothing_new.name or "")]
    if nothing_new.since:
        parts.append(t("client.waiting.since", day=lang().day(nothing_new.since)))
    parts.append(t("client.waiting.stands" if nothing_new.plan_stands else "client.waiting.changes"))
    return " ".join(parts)


def _day(when: Agreed) -> str:
    if when.starts_on is None:
        return t("words.not_known")
    return lang().span(when.starts_on, when.ends_on) if when.ends_on else lang().day(when.starts_on)


def _last_day(line: DateLine) -> str:
    when = line.now
    return (when.ends_on or when.starts_on).isoformat() if when.starts_on else ""
