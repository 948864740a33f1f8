"""What a valid checkpoint form says: the stored shape of a revision. It has no room for an internal note."""

from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from emails.pieces import Labels, Waiting, Who
from webapp.models import AskState
from webapp.services.dates.ledger import When, Why

VERSION: Literal[1] = 1


class LastStep(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Holds(StrEnum):
    """How an agreed date stands: holds, not sure, no (it moves), or the step is done."""

    YES = "holds"
    NOT_SURE = "not_sure"
    NO = "no"
    DONE = "done"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Written(Frozen):
    """Has words that a person wrote. `translations` holds what they gave of them in further languages, by the name of
    the part: {"text": {"az": "Dülgər gəlir"}}."""

    translations: dict[str, Labels] = {}

    def in_others(self, part: str) -> Labels:
        """One part in the languages it was given in besides the one it was written in."""
        return self.translations.get(part, {})


class NextStep(Written):
    text: str
    who: Who = Who.US
    name: str | None = None
    by: date | None = None


class DateAnswer(Frozen):
    """One agreed date. Where it moves, `to` and `why` say the whole of it; `done_on` is filled where it is done."""

    milestone_id: int
    holds: Holds
    done_on: date | None = None
    to: When | None = None
    why: Why | None = None

    @property
    def move(self) -> tuple[When, Why] | None:
        """The move this answer asks for, or None where the date does not move."""
        return (self.to, self.why) if self.holds is Holds.NO and self.to and self.why else None


class NewAsk(Written):
    text: str
    contact_id: int | None = None
    due_on: date | None = None


class AskAnswer(Frozen):
    """How something we asked for stands now."""

    ask_id: int
    state: AskState


class Answers(Written):
    """One submitted form. `language` is what the writer wrote in."""

    version: Literal[1] = VERSION
    language: str | None = None
    done: str = ""
    last_step: LastStep | None = None
    step: NextStep | None = None
    dates: tuple[DateAnswer, ...] = ()
    asks: tuple[AskAnswer, ...] = ()
    new_ask: NewAsk | None = None
    waiting: Waiting | None = None
    sentence: str = ""

    @property
    def is_nothing_new(self) -> bool:
        return self.waiting is not None

    @classmethod
    def load(cls, stored: dict[str, Any]) -> "Answers":
        return cls.model_validate(stored)

    def dump(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
