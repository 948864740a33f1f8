"""Services: the playbooks that engagements start from. A change counts for new engagements only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Firm, Labels, Service, Stage, User, UsualMilestone
from webapp.services.core import audits


@dataclass(frozen=True, kw_only=True)
class Playbook:
    """What a service says, label by language."""

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
    session: Session, service: Service | None, book: Playbook, *, key: str, by: User | None, now: datetime
) -> Service:
    """Make a service, or change one. Stages keep their rows, since engagements stand at them."""
    if service is None:
        service = Service(key=_free_key(session, key), labels={}, cadence={}, reasons=[], sentences=[])
        session.add(service)
    service.labels, service.cadence = book.labels, book.cadence
    service.managers_read_first, service.stale_days = book.managers_read_first, book.stale_days
    known = {_name(reason["labels"]): reason["key"] for reason in service.reasons}
    service.reasons = [
        {"key": known.get(_name(labels), f"reason-{number}"), "labels": labels}
        for number, labels in enumerate(book.reasons, start=1)
    ]
    service.sentences = [{"part": part, "labels": labels} for part, labels in book.sentences]
    for position, (labels, days) in enumerate(book.stages, start=1):
        if position <= len(service.stages):
            stage = service.stages[position - 1]
            stage.labels, stage.usual_days = labels, days
        else:
            service.stages.append(Stage(position=position, labels=labels, usual_days=days))
    session.flush()
    for position, (labels, offset) in enumerate(book.milestones, start=1):
        if position <= len(service.usual_milestones):
            usual = service.usual_milestones[position - 1]
            usual.labels, usual.offset_days = labels, offset
        else:
            service.usual_milestones.append(UsualMilestone(position=position, labels=labels, offset_days=offset))
    for surplus in service.usual_milestones[len(book.milestones) :]:
        session.delete(surplus)
    session.flush()
    session.expire(service, ["usual_milestones"])
    audits.note(session, "saved", service, now=now, by=by)
    return service


def missing(services: Sequence[Service], firm: Firm) -> dict[int, list[str]]:
    """Languages of the firm in which a service lacks a label, by service."""
    lacking = {}
    for service in services:
        every = [service.labels, *(stage.labels for stage in service.stages)]
        every += [usual.labels for usual in service.usual_milestones]
        every += [reason["labels"] for reason in service.reasons]
        tags = [tag for tag in firm.languages if any(tag not in labels for labels in every)]
        if tags:
            lacking[service.id] = tags
    return lacking


def _free_key(session: Session, key: str) -> str:
    taken = set(session.scalars(select(Service.key)))
    number, free = 2, key
    while free in taken:
        free, number = f"{key}-{number}", number + 1
    return free


def _name(labels: Labels) -> str:
    return next(iter(sorted(labels.values())), "")
