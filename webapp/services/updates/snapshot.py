"""The one frozen account of an update. Mail, client page and plain text are all drawn from it.

Versioned JSON, instants in UTC, labels in all languages of the firm: nothing in it depends on who reads it.
"""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from webapp.models import Cause, Labels
from webapp.services.updates.answers import Doer, LastStep

VERSION: Literal[1] = 1


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Said(Frozen):
    """Free words and the language they were written in, with what the writer gave of them in further languages."""

    text: str
    language: str | None = None
    translations: Labels = {}

    def read_in(self, language: str) -> "Said":
        """The words as somebody who reads `language` gets them: in it where they were given in it, else as written."""
        own = self.translations.get(language)
        return Said(text=own, language=language) if own else Said(text=self.text, language=self.language)


class Person(Frozen):
    """Somebody to phone; `instead_of` is who they stand in for, and `until` the last day of it."""

    name: str
    phone: str | None = None
    instead_of: str | None = None
    until: date | None = None


class Date(Frozen):
    """A promised date, as `services.promises.When`, with its condition as said words."""

    starts_on: date | None = None
    ends_on: date | None = None
    is_estimate: bool = False
    after_days: int | None = None
    condition: Said | None = None
    next_news_at: datetime | None = None


class DateLine(Frozen):
    milestone_id: int
    labels: Labels
    first: Date
    now: Date
    moved: int
    standing: Literal["holds", "not_sure", "moved", "done", "dropped"]
    done_on: date | None = None
    dropped_why: Said | None = None


class Delay(Frozen):
    """A move told by this update, with its explanation."""

    milestone_id: int
    labels: Labels
    first: Date
    was: Date
    now: Date
    moved: int
    cause: Cause
    reason: Labels | None = None
    why: Said | None = None
    what_we_do: Said | None = None
    other_name: str | None = None


class Step(Frozen):
    said: Said
    who: Doer
    name: str | None = None
    by: date | None = None


class AskLine(Frozen):
    """Something needed; for one contact, or for all where `contact_id` is None."""

    ask_id: int
    contact_id: int | None
    said: Said
    due_on: date | None


class Waiting(Frozen):
    who: Doer
    name: str | None
    since: date | None
    plan_stands: bool


class CorrectedPart(Frozen):
    part: Literal["done", "next", "date"]
    labels: Labels | None = None
    wrote: Said | None = None
    right: Said | None = None
    wrote_on: Date | None = None
    right_on: Date | None = None


class Snapshot(Frozen):
    """Everything an update says. Fields that a kind does not use stay empty."""

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
    introduces: Person | None = None
    introduction: Said | None = None
    facts: tuple[str, ...] = ()
    cadence: dict[str, Any] | None = None
    confirmed_at: datetime | None = None
    next_news_at: datetime | None = None
    corrected: tuple[CorrectedPart, ...] = ()
    corrected_released_at: datetime | None = None
    closing_words: Said | None = None
    is_pause: bool = False

    @classmethod
    def load(cls, stored: dict[str, Any]) -> "Snapshot":
        return cls.model_validate(stored)

    def dump(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
