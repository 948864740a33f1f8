"""What a changed calendar does to the planned updates: done at once, or begun where it concerns many works."""

from collections.abc import Sequence

from flask import flash

from webapp.access import the_user
from webapp.language import t
from webapp.models import BulkAct
from webapp.services.bulk import acts, begin
from webapp.services.promised import calendar_changes, redating
from webapp.services.promised.redating import Answer, Redated
from webapp.transactions import db, moment


def redate(answer: Answer = calendar_changes.KEPT) -> BulkAct | None:
    """Put the planned updates where the calendar wants them now, and say what became of them above the next page. Of
    more works than one transaction may change the act is returned that does it."""
    planned = redating.ahead(db(), now=moment())
    if len(planned) <= acts.BATCH:
        acts.replace_calendar(db(), now=moment())
        _say(calendar_changes.redate_all(db(), now=moment(), answer=answer, by=the_user()))
        return None
    return begin.redate(db(), planned, answer=answer, by=the_user(), now=moment())


def _say(redated: Sequence[Redated]) -> None:
    """How many moved to another day, how many keep an hour that clients have in writing, how many are told another."""
    moved = sum(each.has_moved for each in redated)
    kept = sum(each.is_kept for each in redated)
    told = sum(each.is_in_writing and not each.is_kept for each in redated)
    for count, key in ((moved, "calendar.moved"), (kept, "in_writing.kept"), (told, "in_writing.told")):
        if count:
            flash(t(key, count=count), "info")
