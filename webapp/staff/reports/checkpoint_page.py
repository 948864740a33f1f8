"""What the checkpoint form's page shows, from the facts to the template."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from emails.pieces import last_day
from webapp.forms.dates.moved_date import date_fields, explanation_fields
from webapp.forms.reports.checkpoints import CheckpointForm, DatedStep
from webapp.language import firm, shown, t
from webapp.models import Ask, AskState, Checkpoint, Milestone, Promise, Reply, User
from webapp.services.dates import ledger
from webapp.services.reports import checkpoints
from webapp.services.updates.answers import Answers, DateAnswer
from webapp.services.updates.status import last_news, open_asks
from webapp.staff.core import languages
from webapp.staff.core.ready_sentences import WritingPage
from webapp.staff.dates.move_page import reasons_of
from webapp.timezones import local

Row = TypeVar("Row", Milestone, Ask)


@dataclass
class Page(WritingPage):
    """One form as its page shows it."""

    checkpoint: Checkpoint
    form: CheckpointForm
    last: Answers | None
    milestones: list[Milestone]
    asks: list[Ask]
    zone: str
    needs_sentence: bool

    @property
    def engagement(self) -> Any:
        return self.checkpoint.slot.engagement

    @property
    def last_step(self) -> str | None:
        return self.last.step.text if self.last and self.last.step else None

    def promise(self, milestone: Milestone) -> Promise:
        return ledger.effective(milestone)[-1]

    def first_promise(self, milestone: Milestone) -> Promise:
        return ledger.effective(milestone)[0]


def build(
    session: Session, checkpoint: Checkpoint, user: User, typed: MultiDict[str, str] | None, *, now: datetime
) -> Page:
    """The page of a form: with what was typed, else the draft, else what was submitted, else what can be prefilled."""
    today = today_of(checkpoint, now)
    slot = checkpoint.slot
    zone = slot.engagement.cadence["zone"]
    milestones = [
        milestone
        for milestone in slot.engagement.milestones
        if ledger.effective(milestone) and (milestone.done_on is None or _is_of(milestone, checkpoint))
    ]
    asks = [
        ask
        for ask in (*open_asks(session, slot.engagement), *_answered(session, checkpoint))
        if ask.checkpoint_id != checkpoint.id
    ]
    draft = checkpoints.draft_of(session, checkpoint, user)
    if typed is None and draft is not None:
        typed = MultiDict([(name, value) for name, values in draft.fields.items() for value in values])
    last = checkpoints.previous(session, checkpoint)
    if typed is not None:
        form = CheckpointForm(typed)
    else:
        form = CheckpointForm(
            data=_prefilled(checkpoint, last, milestones, asks, zone, _last_told(session, checkpoint), today)
        )
    _choices(form, slot.engagement)
    languages.offer(form.language, slot.engagement, firm().languages, _written(checkpoint, last))
    form.told_step = last.step if last else None
    milestones = _aligned(form.dates, "milestone_id", milestones)
    asks = _aligned(form.asks, "ask_id", asks)
    form.steps = [DatedStep(shown(step.labels), last_day(ledger.effective(step)[-1])) for step in milestones]
    for entry, milestone in zip(form.dates, milestones, strict=True):
        if ledger.has_passed(milestone, today):
            entry.form.mark_passed()
    return Page(
        checkpoint=checkpoint,
        form=form,
        last=last,
        milestones=milestones,
        asks=asks,
        zone=zone,
        needs_sentence=checkpoints.needs_sentence(session, checkpoint),
    )


def today_of(checkpoint: Checkpoint, now: datetime) -> date:
    return local(now, checkpoint.slot.engagement.cadence["zone"]).date()


def _choices(form: CheckpointForm, engagement: Any) -> None:
    reasons = reasons_of(engagement)
    for entry in form.dates:
        entry.form.reason.choices = reasons
    form.ask_contact.choices = {"": t("form.ask_anybody")} | {
        str(part.contact_id): part.contact.name for part in engagement.participations if part.stopped_at is None
    }


def _written(checkpoint: Checkpoint, last: Answers | None) -> str | None:
    """The language this form was filed in, or else the last one was."""
    own = Answers.load(checkpoint.revisions[-1].answers) if checkpoint.revisions else last
    return own.language if own else None


def _aligned(entries: Any, name: str, known: list[Row]) -> list[Row]:
    """The rows that the entries of a form speak of, in the form's order. What came or went since the form was opened
    is left out, and so is what a form was made to name."""
    by_number = {str(row.id): row for row in known}
    entries.entries[:] = [entry for entry in entries.entries if entry.form[name].data in by_number]
    return [by_number[entry.form[name].data] for entry in entries.entries]


def _is_of(milestone: Milestone, checkpoint: Checkpoint) -> bool:
    if not checkpoint.revisions:
        return False
    dates = Answers.load(checkpoint.revisions[-1].answers).dates
    return any(answer.milestone_id == milestone.id for answer in dates)


def _answered(session: Session, checkpoint: Checkpoint) -> list[Ask]:
    engagement_id = checkpoint.slot.engagement_id
    wanted = select(Ask).where(Ask.engagement_id == engagement_id, Ask.state == AskState.ANSWERED).order_by(Ask.id)
    return list(session.scalars(wanted))


def _prefilled(
    checkpoint: Checkpoint,
    last: Answers | None,
    milestones: list[Milestone],
    asks: list[Ask],
    zone: str,
    last_told: date | None,
    today: date,
) -> dict[str, Any]:
    """ "What got done" starts empty, never last week's words; next step, dates and needs are prefilled."""
    own = Answers.load(checkpoint.revisions[-1].answers) if checkpoint.revisions else None
    given = {answer.milestone_id: answer for answer in own.dates} if own else {}
    data: dict[str, Any] = {
        "based_on": str(checkpoint.revision),
        "waiting_since": last_told,
        "dates": [_date(milestone, given.get(milestone.id), zone, today) for milestone in milestones],
        "asks": [{"ask_id": str(ask.id), "state": AskState.OPEN.value} for ask in asks],
    }
    return data | CheckpointForm.fields_of(own, last)


def _last_told(session: Session, checkpoint: Checkpoint) -> date | None:
    """The day of the last news: since then, usually, one waits."""
    last = last_news(session, checkpoint.slot.engagement)
    return local(last.released_at, checkpoint.slot.engagement.cadence["zone"]).date() if last else None


def _date(milestone: Milestone, given: DateAnswer | None, zone: str, today: date) -> dict[str, Any]:
    if given is None:
        if ledger.has_passed(milestone, today):
            return {"milestone_id": str(milestone.id), "holds": None}
        return {"milestone_id": str(milestone.id), "holds": "not_sure" if milestone.is_at_risk else "holds"}
    return {
        "milestone_id": str(milestone.id),
        "holds": given.holds.value,
        "done_on": given.done_on,
        **(date_fields(given.to, zone) if given.to else {}),
        **(explanation_fields(given.why) if given.why else {}),
    }


def waiting_questions(session: Session, checkpoint: Checkpoint) -> list[Reply]:
    """What the client wrote and nobody answered: it stands above the form."""
    wanted = (
        select(Reply)
        .where(Reply.engagement_id == checkpoint.slot.engagement_id, Reply.answered_at.is_(None))
        .order_by(Reply.written_at)
    )
    return list(session.scalars(wanted))
