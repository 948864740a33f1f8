"""Things that need a person, each closed by an act or by the facts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified
from webapp.models.engagement import Engagement
from webapp.models.outbox import OutboxEmail
from webapp.models.update import Telling


class TaskKind(StrEnum):
    PHONE = "phone"
    STILL_RESTS = "still_rests"
    PHONE_TWICE_SILENT = "phone_twice_silent"
    MAIL_FAILED = "mail_failed"
    MAIL_UNKNOWN = "mail_unknown"
    MAIL_EXPIRED = "mail_expired"
    MAIL_HELD = "mail_held"
    MAIL_REFUSED_LONG = "mail_refused_long"
    MAIL_CAME_BACK = "mail_came_back"
    COMPLAINED = "complained"
    CLIENT_STOPPED = "client_stopped"
    ADDRESS_CHANGED = "address_changed"
    SENDING_STOPPED = "sending_stopped"
    CLOCK_JUMPED = "clock_jumped"
    UNOWNED = "unowned"
    PROMISE_BROKEN = "promise_broken"
    NOTICE_TO_READ = "notice_to_read"
    NOT_TOLD = "not_told"
    NOT_TOLD_LONG = "not_told_long"


class Task(Identified):
    """`key` makes each task unique (`mail_failed:12`), so that a sweep may raise it again and again."""

    __tablename__ = "task"

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[TaskKind]
    engagement_id: Mapped[int | None] = mapped_column(ForeignKey("engagement.id"), index=True)
    outbox_email_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_email.id"))
    telling_id: Mapped[int | None] = mapped_column(ForeignKey("telling.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    raised_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    engagement: Mapped[Engagement | None] = relationship()
    outbox_email: Mapped[OutboxEmail | None] = relationship()
    telling: Mapped[Telling | None] = relationship()
