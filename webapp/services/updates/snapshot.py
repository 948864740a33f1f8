"""The one frozen account of an update. Mail, client page and plain text are all drawn from it.

Versioned JSON, instants in UTC, labels in all languages of the firm: nothing in it depends on who reads it.
"""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from emails.pieces import (
    AskLine,
    Call,
    CorrectedPart,
    DateLine,
    Delay,
    Labels,
    Person,
    Said,
    SeasonHours,
    Step,
    StepChange,
    Waiting,
)
from webapp.models import Telling, Update
from webapp.services.updates.answers import LastStep

VERSION: Literal[1] = 1


class Snapshot(BaseModel):
    """Everything an update says. Fields that a kind does not use stay empty."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = VERSION
    title: str
    reference: str
    stage: Labels | None = None
    steps_done: int = 0
    steps_total: int = 0
    owner: Person | None = None
    since: date | None = None
    done: Said | None = None
    last_step: Said | None = None
    last_step_done: LastStep | None = None
    step: Step | None = None
    dates: tuple[DateLine, ...] = ()
    delays: tuple[Delay, ...] = ()
    asks: tuple[AskLine, ...] = ()
    waiting: Waiting | None = None
    is_late: bool = False
    changed: dict[int, StepChange] = {}
    """Steps that an act beside the rhythm changed, by their numbers."""
    is_resumed: bool = False
    introduces: Person | None = None
    introduction: Said | None = None
    facts: tuple[str, ...] = ()
    cadence: dict[str, Any] | None = None
    confirmed_at: datetime | None = None
    next_news_at: datetime | None = None
    news_was_at: datetime | None = None
    promised_at: datetime | None = None
    corrected: tuple[CorrectedPart, ...] = ()
    corrected_released_at: datetime | None = None
    closing_words: Said | None = None
    is_pause: bool = False
    is_still: bool = False
    """It rests, as it did when they last heard."""
    dates_hold: bool = False
    silent: int = 1
    season: SeasonHours | None = None
    call: Call | None = None
    is_call_known: bool = False

    @classmethod
    def load(cls, stored: dict[str, Any]) -> "Snapshot":
        return cls.model_validate(stored)

    @classmethod
    def told(cls, update: Update, telling: Telling) -> "Snapshot":
        """An update as one reader was told it."""
        return cls.load({**update.snapshot, **(telling.own or {})})

    def dump(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
