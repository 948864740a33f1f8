"""The playbooks that engagements start from. Usual dates and the rhythm are copied into new work, so that a
change of them counts for new work only; all else is read from the playbook and counts at once
for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Firm, Labels, Playbook, Stage, User, UsualMilestone
from webapp.services.core import audits


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a playbook says, label by language."""

    labels: Labels
    stages: list[tuple[Labels, int | None]]
    """Each with the working days it usually takes."""
    milestones: list[tuple[Labels, int]]
    reasons: list[Labels]
    sentences: list[tuple[str, Labels]]
    cadence: dict[str, Any]
    managers_read_first: bool = False
    stale_days: int | None = None


def save(
    session: Session, playbook: Playbook | None, book: Contents, *, key: str, by: User | None, now: datetime
) -> Playbook:
    """Make a playbook, or change one. Stages keep their rows, since engagements stand at them."""
    if playbook is None:
        playbook = Playbook(key=_free_key(session, key), labels={}, cadence={}, reasons=[], sentences=[])
        session.add(playbook)
    playbook.labels, playbook.cadence = book.labels, book.cadence
    playbook.managers_read_first, playbook.stale_days = book.managers_read_first, book.stale_days
    known = {_name(reason["labels"]): reason["key"] for reason in playbook.reasons}
    playbook.reasons = [
        {"key": known.get(_name(labels), f"reason-{number}"), "labels": labels}
        for number, labels in enumerate(book.reasons, start=1)
    ]
    playbook.sentences = [{"part": part, "labels": labels} for part, labels in book.sentences]
    for position, (labels, days) in enumerate(book.stages, start=1):
        if position <= len(playbook.stages):
            stage = playbook.stages[position - 1]
            stage.labels, stage.usual_days = labels, days
        else:
            playbook.stages.append(Stage(position=position, labels=labels, usual_days=days))
    session.flush()
    for position, (labels, offset) in enumerate(book.milestones, start=1):
        if position <= len(playbook.usual_milestones):
            usual = playbook.usual_milestones[position - 1]
            usual.labels, usual.offset_days = labels, offset
        else:
            playbook.usual_milestones.append(UsualMilestone(position=position, labels=labels, offset_days=offset))
    for surplus in playbook.usual_milestones[len(book.milestones) :]:
        session.delete(surplus)
    session.flush()
    session.expire(playbook, ["usual_milestones"])
    audits.note(session, "saved", playbook, now=now, by=by)
    return playbook


def missing(playbooks: Sequence[Playbook], firm: Firm) -> dict[int, list[str]]:
    """Languages of the firm in which a playbook lacks a label, by playbook."""
    lacking = {}
    for playbook in playbooks:
        every = [playbook.labels, *(stage.labels for stage in playbook.stages)]
        every += [usual.labels for usual in playbook.usual_milestones]
        every += [reason["labels"] for reason in playbook.reasons]
        tags = [tag for tag in firm.languages if any(tag not in labels for labels in every)]
        if tags:
            lacking[playbook.id] = tags
    return lacking


def _free_key(session: Session, key: str) -> str:
    taken = set(session.scalars(select(Playbook.key)))
    number, free = 2, key
    while free in taken:
        free, number = f"{key}-{number}", number + 1
    return free


def _name(labels: Labels) -> str:
    return next(iter(sorted(labels.values())), "")
