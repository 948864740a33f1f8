"""An act over more works than one transaction may change: carried out by a worker, some works at a time."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.user import User


class BulkKind(StrEnum):
    CALENDAR = "calendar"
    ZONE = "zone"
    GO_LIVE = "go_live"
    MOVE = "move"
    BRING_IN = "bring_in"


class BulkState(StrEnum):
    """`replaced`: a newer act of the same kind does all of it anew."""

    RUNNING = "running"
    DONE = "done"
    TAKING_BACK = "taking_back"
    TAKEN_BACK = "taken_back"
    REPLACED = "replaced"


class PartState(StrEnum):
    """`left`: it was not this work's turn yet when the act was taken back. `stays`: it cannot be undone any more."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    LEFT = "left"
    UNDONE = "undone"
    STAYS = "stays"


class BulkAct(Identified):
    """What is done, by whom, and how far it is. `details` is what all its parts share."""

    __tablename__ = "bulk_act"

    kind: Mapped[BulkKind]
    state: Mapped[BulkState] = mapped_column(default=BulkState.RUNNING, index=True)
    details: Mapped[dict[str, Any]]
    begun_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[datetime | None]
    by: Mapped[User | None] = relationship()


class BulkPart(Identified):
    """One work of an act. `details` is what is this work's own; `outcome` one word for what came of it, or the key of
    the sentence that says why not."""

    __tablename__ = "bulk_part"
    __table_args__ = (Index("ix_bulk_part_act_id_state_id", "act_id", "state", "id"),)

    act_id: Mapped[int] = mapped_column(ForeignKey("bulk_act.id"))
    name: Mapped[str]
    engagement_id: Mapped[int | None] = mapped_column(ForeignKey("engagement.id"), index=True)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[PartState] = mapped_column(default=PartState.WAITING)
    outcome: Mapped[str | None]
