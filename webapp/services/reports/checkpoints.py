"""The half-minute form: what is due, drafts, submitting, and what a submission changes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.models import (
    Ask,
    AskState,
    Checkpoint,
    CheckpointDraft,
    CheckpointRevision,
    CheckpointState,
    Engagement,
    EngagementState,
    InternalNote,
    Milestone,
    Participation,
    Slot,
    SlotState,
    UpdateKind,
    User,
)
from webapp.services.calendar import stand_ins
from webapp.services.core import audits, locks
from webapp.services.core.errors import AlreadySentOut, Refused, SomebodyElseSubmitted
from webapp.services.core.supposing import supposing
from webapp.services.dates import from_report, ledger
from webapp.services.promised import planning
from webapp.services.reports import owed
from webapp.services.updates import releases, telling
from webapp.services.updates.answers import Answers, DateAnswer, Holds
from webapp.services.updates.snapshot import Snapshot
from webapp.timezones import local

NOTHING_NEW_IN_A_ROW = 3
OPEN_SLOTS = (SlotState.PLANNED, SlotState.NO_NEWS)


def due(session: Session, user: User, *, on: date, until: datetime) -> Sequence[Checkpoint]:
    """The forms a user owes on a day, for their own work and that of whom they stand in for, soonest first: planned
    slots that go out before `until`, and missed ones whose client still waits for the news."""
    return session.scalars(
        select(Checkpoint)
        .join(Slot, Checkpoint.slot_id == Slot.id)
        .join(Engagement, Slot.engagement_id == Engagement.id)
        .where(
            Engagement.owner_id.in_(stand_ins.covered(session, user, on)),
            Engagement.state == EngagementState.OPEN,
            or_(
                (Slot.state == SlotState.PLANNED) & (Slot.send_at < until),
                (Checkpoint.state == CheckpointState.MISSED) & owed.client_waits(),
            ),
        )
        .order_by(Slot.send_at, Slot.id)
    ).all()


def lock(session: Session, checkpoint_id: int) -> Checkpoint | None:
    """The checkpoint and its slot, held against everybody else, the clock included, until this transaction ends."""
    of_work = select(Slot.engagement_id).join(Checkpoint).where(Checkpoint.id == checkpoint_id).scalar_subquery()
    locks.hold(session, of_work)
    session.scalars(
        select(Slot).join(Checkpoint).where(Checkpoint.id == checkpoint_id).with_for_update(of=Slot),
        execution_options={"populate_existing": True},
    ).one_or_none()
    return session.scalars(
        select(Checkpoint).where(Checkpoint.id == checkpoint_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()


def submit(
    session: Session,
    checkpoint: Checkpoint,
    answers: Answers,
    *,
    note: str,
    based_on: int,
    by: User,
    now: datetime,
) -> CheckpointRevision:
    """Keep what was reported: a revision, the moves in the ledger, asks and the internal note, all or nothing.

    `based_on` is the revision the form was opened with. The same answers by the same person twice are one revision;
    anything else submitted in between raises SomebodyElseSubmitted, so that no text is lost. After the mail went out
    it raises AlreadySentOut. If the sending time has passed, the update is released at once.
    """
    slot = checkpoint.slot
    newest = checkpoint.revisions[-1] if checkpoint.revisions else None
    stored = answers.dump()
    if newest is not None and newest.submitted_by_id == by.id and Answers.load(newest.answers).dump() == stored:
        _keep_note(session, checkpoint, note, by=by, now=now)
        forget_draft(session, checkpoint, by)
        session.flush()
        return newest
    if slot.state not in OPEN_SLOTS or slot.engagement.state is not EngagementState.OPEN:
        raise AlreadySentOut
    if checkpoint.revision != based_on:
        raise SomebodyElseSubmitted(checkpoint.revision)
    _check_nothing_new(session, checkpoint, answers)
    _check_passed(slot.engagement, answers, now=now)
    revision = CheckpointRevision(
        checkpoint_id=checkpoint.id,
        number=checkpoint.revision + 1,
        answers=stored,
        submitted_at=now,
        submitted_by=by,
    )
    checkpoint.revisions.append(revision)
    checkpoint.revision += 1
    checkpoint.state = CheckpointState.SUBMITTED
    _apply_dates(session, checkpoint, answers, before=newest, by=by, now=now)
    _apply_asks(session, checkpoint, answers, now=now)
    _keep_note(session, checkpoint, note, by=by, now=now)
    forget_draft(session, checkpoint, by)
    audits.note(session, "submitted", checkpoint, now=now, by=by, revision=revision.number)
    session.flush()
    planning.after_submission(session, slot, by=by, now=now)
    return revision


def preview(
    session: Session, checkpoint: Checkpoint, answers: Answers, part: Participation, *, by: User, now: datetime
) -> Snapshot:
    """What a reader would be told if these answers were submitted now; nothing is written. A move that is not fully
    explained yet is left out."""
    slot = checkpoint.slot
    complete = answers.model_copy(update={"dates": tuple(answer for answer in answers.dates if _is_whole(answer))})
    upcoming = planning.upcoming(session, slot)
    newest = checkpoint.revisions[-1] if checkpoint.revisions else None
    with supposing(session):
        _apply_dates(session, checkpoint, complete, before=newest, by=by, now=now)
        _apply_asks(session, checkpoint, complete, now=now)
        frozen = releases.from_answers(session, slot, complete, next_news_at=upcoming, now=now)
        return telling.account(session, UpdateKind.REGULAR, frozen, part)


def save_draft(
    session: Session, checkpoint: Checkpoint, user: User, fields: Mapping[str, Any], *, now: datetime
) -> CheckpointDraft:
    """Keep what one user typed so far. Drafts are per user: two people never overwrite each other."""
    draft = draft_of(session, checkpoint, user)
    if draft is None:
        draft = CheckpointDraft(checkpoint_id=checkpoint.id, user_id=user.id)
        session.add(draft)
    draft.fields, draft.revision, draft.saved_at = dict(fields), checkpoint.revision, now
    session.flush()
    return draft


def draft_of(session: Session, checkpoint: Checkpoint, user: User) -> CheckpointDraft | None:
    return session.scalars(
        select(CheckpointDraft).where(
            CheckpointDraft.checkpoint_id == checkpoint.id, CheckpointDraft.user_id == user.id
        )
    ).one_or_none()


def others_drafts(session: Session, checkpoint: Checkpoint, user: User) -> Sequence[CheckpointDraft]:
    """Who else is writing this form."""
    return session.scalars(
        select(CheckpointDraft).where(
            CheckpointDraft.checkpoint_id == checkpoint.id, CheckpointDraft.user_id != user.id
        )
    ).all()


def forget_draft(session: Session, checkpoint: Checkpoint, user: User) -> None:
    draft = draft_of(session, checkpoint, user)
    if draft is not None:
        session.delete(draft)


def previous(session: Session, checkpoint: Checkpoint) -> Answers | None:
    """What was last reported for the same engagement, to be shown and, in part, prefilled."""
    answers = session.scalars(_earlier(checkpoint).limit(1)).one_or_none()
    return Answers.load(answers.answers) if answers else None


def needs_sentence(session: Session, checkpoint: Checkpoint) -> bool:
    """True where the last two reports were both "nothing new": a third one asks for a sentence."""
    earlier = session.scalars(_earlier(checkpoint).limit(NOTHING_NEW_IN_A_ROW - 1)).all()
    return len(earlier) == NOTHING_NEW_IN_A_ROW - 1 and all(
        Answers.load(revision.answers).is_nothing_new for revision in earlier
    )


def _is_whole(answer: DateAnswer) -> bool:
    moved = answer.move
    return moved is None or ledger.is_explained(*moved)


def _earlier(checkpoint: Checkpoint) -> Any:
    """The newest revision of each earlier slot of the engagement, newest first."""
    return (
        select(CheckpointRevision)
        .join(Checkpoint, CheckpointRevision.checkpoint_id == Checkpoint.id)
        .join(Slot, Checkpoint.slot_id == Slot.id)
        .where(
            Slot.engagement_id == checkpoint.slot.engagement_id,
            Slot.local_on < checkpoint.slot.local_on,
            CheckpointRevision.number == Checkpoint.revision,
        )
        .order_by(Slot.local_on.desc())
    )


def _check_nothing_new(session: Session, checkpoint: Checkpoint, answers: Answers) -> None:
    if answers.is_nothing_new and not answers.sentence.strip() and needs_sentence(session, checkpoint):
        raise Refused("checkpoint.third_nothing_new", field="sentence")


def _check_passed(engagement: Engagement, answers: Answers, *, now: datetime) -> None:
    """A day that has passed neither holds nor may still hold: it is done, or there is a new date."""
    today = local(now, engagement.cadence["zone"]).date()
    by_id = {milestone.id: milestone for milestone in engagement.milestones}
    for answer in answers.dates:
        milestone = by_id.get(answer.milestone_id)
        is_left_open = answer.holds in (Holds.YES, Holds.NOT_SURE)
        if milestone is not None and is_left_open and ledger.has_passed(milestone, today):
            raise Refused("form.fault.date_passed")


def _keep_note(session: Session, checkpoint: Checkpoint, note: str, *, by: User, now: datetime) -> None:
    """Keep an internal note, once, however often the form that carries it is submitted."""
    text = note.strip()
    same = (InternalNote.checkpoint_id == checkpoint.id, InternalNote.written_by_id == by.id, InternalNote.text == text)
    if not text or session.scalar(select(InternalNote.id).where(*same).limit(1)) is not None:
        return
    engagement_id = checkpoint.slot.engagement_id
    session.add(
        InternalNote(
            engagement_id=engagement_id, checkpoint_id=checkpoint.id, text=text, written_at=now, written_by_id=by.id
        )
    )


def _apply_dates(
    session: Session,
    checkpoint: Checkpoint,
    answers: Answers,
    *,
    before: CheckpointRevision | None,
    by: User,
    now: datetime,
) -> None:
    """Make steps and ledger say what the newest revision says; a step it no longer calls done is open again. What it
    says as the revision before did changes nothing: somebody may have moved that date since."""
    answered = {answer.milestone_id: answer for answer in answers.dates}
    earlier = Answers.load(before.answers).dates if before else ()
    done_before = {answer.milestone_id for answer in earlier if answer.holds is Holds.DONE}
    for milestone in checkpoint.slot.engagement.milestones:
        answer = answered.get(milestone.id)
        if answer is None or answer in earlier:
            continue
        if milestone.id in done_before:
            milestone.done_on = milestone.done_recorded_at = None
        if milestone.done_on is None or answer.holds is Holds.DONE:
            _apply_date(session, checkpoint, milestone, answer, by=by, now=now)


def _apply_date(
    session: Session,
    checkpoint: Checkpoint,
    milestone: Milestone,
    answer: DateAnswer,
    *,
    by: User,
    now: datetime,
) -> None:
    milestone.is_at_risk = answer.holds is Holds.NOT_SURE
    if answer.holds is Holds.DONE:
        milestone.done_on = answer.done_on or local(now, checkpoint.slot.engagement.cadence["zone"]).date()
        milestone.done_recorded_at = now
    from_report.settle(session, milestone, answer.move, checkpoint_id=checkpoint.id, by=by, now=now)


def _apply_asks(session: Session, checkpoint: Checkpoint, answers: Answers, *, now: datetime) -> None:
    engagement_id = checkpoint.slot.engagement_id
    for answer in answers.asks:
        ask = session.get(Ask, answer.ask_id)
        if ask is not None and ask.engagement_id == engagement_id and ask.state is not answer.state:
            ask.state = answer.state
            ask.settled_at = None if answer.state is AskState.OPEN else now
    mine = session.scalars(
        select(Ask).where(Ask.checkpoint_id == checkpoint.id, Ask.state == AskState.OPEN)
    ).one_or_none()
    wanted = answers.new_ask
    if wanted is None:
        if mine is not None:
            mine.state, mine.settled_at = AskState.WITHDRAWN, now
        return
    if mine is None:
        mine = Ask(engagement_id=engagement_id, checkpoint_id=checkpoint.id, asked_at=now, state=AskState.OPEN)
        session.add(mine)
    mine.text, mine.contact_id, mine.due_on = wanted.text, wanted.contact_id, wanted.due_on
    mine.language, mine.translations = answers.language, wanted.in_others("text") or None
