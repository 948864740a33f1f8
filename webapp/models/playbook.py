"""Kinds of work: the playbook a new engagement starts from."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified, Labels


class Playbook(Identified):
    """Stages, usual milestones, rhythm, delay reasons and ready sentences, labelled in the firm's languages.

    `cadence` has the shape of `rhythm.cadences.dump`. `reasons` is a list of {"key", "labels"};
    `sentences` a list of {"part": done | next | why | action, "labels"}.
    """

    __tablename__ = "playbook"

    key: Mapped[str] = mapped_column(unique=True)
    labels: Mapped[Labels]
    cadence: Mapped[dict[str, Any]]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    sentences: Mapped[list[Any]] = mapped_column(default=list)
    managers_read_first: Mapped[bool] = mapped_column(default=False)
    """Delay notices wait for a manager to read them, until their time is up."""
    stale_days: Mapped[int | None]
    """After so many working days without a word what was reported is no longer shown as sure; None: as the rhythm."""
    retired_at: Mapped[datetime | None]
    stages: Mapped[list["Stage"]] = relationship(order_by="Stage.position")
    usual_milestones: Mapped[list["UsualMilestone"]] = relationship(order_by="UsualMilestone.position")


class Stage(Identified):
    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("playbook_id", "position"),)

    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbook.id"))
    position: Mapped[int]
    labels: Mapped[Labels]
    usual_days: Mapped[int | None]
    """How many working days this stage usually takes."""


class UsualMilestone(Identified):
    """A milestone most engagements of a playbook have, `offset_days` working days after the start."""

    __tablename__ = "usual_milestone"
    __table_args__ = (UniqueConstraint("playbook_id", "position"),)

    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbook.id"))
    position: Mapped[int]
    labels: Mapped[Labels]
    offset_days: Mapped[int]
