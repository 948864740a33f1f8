"""One piece of work for a client, and who takes part in it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.client import Client, Contact
from webapp.models.milestone import Milestone
from webapp.models.playbook import Playbook, Stage
from webapp.models.user import User


class EngagementState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class PartOf(StrEnum):
    """What a contact does in an engagement."""

    DECIDES = "decides"
    SUPPLIES = "supplies"
    INFORMED = "informed"


class Engagement(Identified):
    """Nothing is mailed for a draft. `thread_id` is the Message-ID that all its mails to clients refer to."""

    __tablename__ = "engagement"

    reference: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbook.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    stage_since: Mapped[date | None]
    state: Mapped[EngagementState] = mapped_column(default=EngagementState.DRAFT, index=True)
    cadence: Mapped[dict[str, Any]]
    first_slot_after: Mapped[date | None]
    is_no_news_off: Mapped[bool] = mapped_column(default=False)
    no_news_off_why: Mapped[str | None]
    thread_id: Mapped[str]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    hear_by: Mapped[datetime | None] = mapped_column(index=True)
    """By when clients hear again, while it rests."""
    client: Mapped[Client] = relationship()
    playbook: Mapped[Playbook] = relationship()
    owner: Mapped[User | None] = relationship()
    stage: Mapped[Stage | None] = relationship()
    milestones: Mapped[list[Milestone]] = relationship(order_by="Milestone.position")
    participations: Mapped[list["Participation"]] = relationship(
        back_populates="engagement", order_by="Participation.id"
    )

    def part_of(self, contact_id: int) -> "Participation | None":
        """How a contact takes part, or None where they do not."""
        return next((part for part in self.participations if part.contact_id == contact_id), None)


class Participation(Identified):
    """A contact in an engagement, with their own pause and stop."""

    __tablename__ = "participation"
    __table_args__ = (UniqueConstraint("engagement_id", "contact_id"),)

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    part: Mapped[PartOf] = mapped_column(default=PartOf.DECIDES)
    paused_until: Mapped[date | None]
    stopped_at: Mapped[datetime | None]
    engagement: Mapped[Engagement] = relationship(back_populates="participations")
    contact: Mapped[Contact] = relationship()


class HandOver(Identified):
    """A change of owner: what the next person must know, and when they said they had read it."""

    __tablename__ = "handover"

    engagement_id: Mapped[int] = mapped_column(ForeignKey("engagement.id"), index=True)
    from_user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    to_user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    brief: Mapped[str]
    introduction: Mapped[str | None]
    made_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    introduced_at: Mapped[datetime | None]
