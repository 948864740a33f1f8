"""What a changed calendar did to the planned updates, in a line above the next page."""

from collections.abc import Sequence

from flask import flash

from webapp.language import t
from webapp.services.promised.planning import Redated


def say_redated(redated: Sequence[Redated]) -> None:
    """How many moved to another day, how many keep an hour that clients have in writing, how many are told another."""
    moved = sum(each.has_moved for each in redated)
    kept = sum(each.is_kept for each in redated)
    told = sum(each.is_in_writing and not each.is_kept for each in redated)
    for count, key in ((moved, "calendar.moved"), (kept, "in_writing.kept"), (told, "in_writing.told")):
        if count:
            flash(t(key, count=count), "info")
