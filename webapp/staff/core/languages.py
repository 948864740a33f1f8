"""Which languages a form about one work is written and read in."""

from typing import Any

from wtforms import SelectField

from emails.languages import LANGUAGES, language
from webapp.language import firm, lang
from webapp.models import Engagement


def readers(engagement: Engagement) -> dict[str, list[str]]:
    """Who reads what: the names of the contacts by their language."""
    names: dict[str, list[str]] = {}
    for part in engagement.participations:
        if part.stopped_at is None:
            names.setdefault(part.contact.language, []).append(part.contact.name)
    return names


def further(engagement: Engagement, written: str) -> dict[str, list[str]]:
    """The readers for whom words may be given in their own language. Where everybody there reads what the writer
    reads and writes there are none, and a form asks nothing about languages."""
    known = readers(engagement)
    return known if len({lang().tag, written, *known}) > 1 else {}


def offer(choice: SelectField, engagement: Engagement, firms: list[str], before: str | None) -> None:
    """Fill the choice of the language one writes in; where none was chosen, that of the words before, else the
    writer's own."""
    wanted: list[Any] = [lang().tag, *firms, *readers(engagement), before]
    offered = dict.fromkeys(tag for tag in wanted if tag in LANGUAGES)
    choice.choices = {tag: LANGUAGES[tag].native_name for tag in offered}
    if choice.data not in offered:
        choice.data = before if before in offered else lang().tag


def languages_of_firm() -> list[tuple[str, str]]:
    return [(tag, language(tag).native_name) for tag in firm().languages]
