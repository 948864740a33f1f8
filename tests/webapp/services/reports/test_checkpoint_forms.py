"""The half-minute form: drafts, notes that never leave, doubles, amendments, asks and the third "nothing new"."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Waiting, Who
from tests.support.factories import World, answers
from webapp.models import (
    Ask,
    AskState,
    CheckpointRevision,
    InternalNote,
    OutboxEmail,
    Slot,
    SlotState,
    Update,
    UpdateKind,
    User,
)
from webapp.services.core.errors import AlreadySentOut, Refused
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates.answers import Answers, AskAnswer, DateAnswer, Holds, NewAsk

SECRET = "They pay late, watch out"
NOTHING = Answers(language="en", waiting=Waiting(who=Who.OTHER, name="the tiler", since=date(2026, 4, 1)))


def submit(
    session: Session, slot: Slot, given: Answers, world: World, *, note: str = "", by: User | None = None
) -> CheckpointRevision:
    return checkpoints.submit(
        session,
        slot.checkpoint,
        given,
        note=note,
        based_on=slot.checkpoint.revision,
        by=by or world.alice,
        now=slot.send_at - timedelta(hours=1),
    )


def send(session: Session, slot: Slot) -> Slot:
    """Release a slot at its time; the next one."""
    planning.advance(session, slot.id, now=slot.send_at)
    upcoming = slots.current(session, slot.engagement)
    assert upcoming is not None
    return upcoming


def test_the_same_form_pressed_twice_is_one_revision(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    form = slot.checkpoint

    first = checkpoints.submit(session, form, answers(), note=SECRET, based_on=0, by=world.alice, now=world.now)
    second = checkpoints.submit(session, form, answers(), note=SECRET, based_on=0, by=world.alice, now=world.now)

    assert second is first
    assert form.revision == 1
    assert len(session.scalars(select(InternalNote)).all()) == 1


def test_the_second_press_after_the_mail_went_out_is_answered_like_the_first(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    first = submit(session, slot, answers(), world)
    send(session, slot)

    assert submit(session, slot, answers(), world) is first


def test_an_amendment_before_the_mail_goes_out_is_a_new_revision_and_the_one_that_is_sent(
    session: Session, world: World
) -> None:
    _, slot = world.open_engagement()
    submit(session, slot, answers(done="Tiles."), world)
    submit(session, slot, answers(done="Tiles and pipes."), world)

    send(session, slot)

    assert [revision.number for revision in slot.checkpoint.revisions] == [1, 2]
    update = session.scalars(select(Update).where(Update.kind == UpdateKind.REGULAR)).one()
    assert update.snapshot["done"]["text"] == "Tiles and pipes."


def test_after_the_mail_went_out_the_form_is_closed(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    submit(session, slot, answers(), world)
    send(session, slot)

    with pytest.raises(AlreadySentOut):
        submit(session, slot, answers(done="Something else."), world)

    assert slot.checkpoint.revision == 1


def test_a_form_of_work_that_rests_is_closed(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    slot.state = SlotState.SKIPPED

    with pytest.raises(AlreadySentOut):
        submit(session, slot, answers(), world)


def test_drafts_are_per_user_and_each_sees_that_the_other_writes(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    form = slot.checkpoint

    checkpoints.save_draft(session, form, world.alice, {"done": "Til"}, now=world.now)
    checkpoints.save_draft(session, form, world.dalia, {"done": "Pip"}, now=world.now)
    checkpoints.save_draft(session, form, world.alice, {"done": "Tiles"}, now=world.now)

    mine, theirs = (checkpoints.draft_of(session, form, user) for user in (world.alice, world.dalia))
    assert mine is not None
    assert theirs is not None
    assert (mine.fields, theirs.fields) == ({"done": "Tiles"}, {"done": "Pip"})
    assert checkpoints.others_drafts(session, form, world.alice) == [theirs]


def test_submitting_forgets_ones_own_draft_only(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    checkpoints.save_draft(session, slot.checkpoint, world.alice, {"done": "Tiles"}, now=world.now)
    checkpoints.save_draft(session, slot.checkpoint, world.dalia, {"done": "Pipes"}, now=world.now)

    submit(session, slot, answers(), world)

    assert checkpoints.draft_of(session, slot.checkpoint, world.alice) is None
    assert checkpoints.draft_of(session, slot.checkpoint, world.dalia) is not None


def test_an_internal_note_reaches_no_mail_and_no_snapshot(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    submit(session, slot, answers(), world, note=SECRET)
    send(session, slot)

    assert session.scalars(select(InternalNote.text)).all() == [SECRET]
    for mail in session.scalars(select(OutboxEmail)):
        assert SECRET not in read(mail).subject + read(mail).html + read(mail).text
    for update in session.scalars(select(Update)):
        assert SECRET not in str(update.snapshot)
    for revision in slot.checkpoint.revisions:
        assert SECRET not in str(revision.answers)


def test_a_note_added_to_answers_that_did_not_change_is_kept(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    submit(session, slot, answers(), world)

    submit(session, slot, answers(), world, note=SECRET)

    assert session.scalars(select(InternalNote.text)).all() == [SECRET]
    assert slot.checkpoint.revision == 1


def test_the_third_nothing_new_in_a_row_asks_for_a_sentence(session: Session, world: World) -> None:
    _, first = world.open_engagement()
    submit(session, first, NOTHING, world)
    second = send(session, first)
    submit(session, second, NOTHING, world)
    third = send(session, second)

    with pytest.raises(Refused) as refused:
        submit(session, third, NOTHING, world)

    assert refused.value.field == "sentence"
    assert third.checkpoint.revision == 0
    submit(session, third, NOTHING.model_copy(update={"sentence": "The tiler is ill."}), world)
    send(session, third)
    newest = session.scalars(select(Update).order_by(Update.id.desc())).first()
    assert newest is not None
    assert newest.snapshot["done"]["text"] == "The tiler is ill."


def test_a_real_report_in_between_starts_the_count_anew(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    for given in (NOTHING, answers(), NOTHING):
        submit(session, slot, given, world)
        slot = send(session, slot)

    assert checkpoints.needs_sentence(session, slot.checkpoint) is False


def test_last_weeks_words_are_never_sent_again_as_new(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    submit(session, slot, answers(done="Tiles finished."), world)
    following = send(session, slot)

    submit(session, following, NOTHING, world)
    send(session, following)

    newest = session.scalars(select(Update).order_by(Update.id.desc())).first()
    assert newest is not None
    assert newest.snapshot["done"] is None
    assert newest.snapshot["last_step"]["text"] == "The carpenter fits the cupboards"


def asks(session: Session) -> list[tuple[str, AskState]]:
    return [(ask.text, ask.state) for ask in session.scalars(select(Ask).order_by(Ask.id))]


def test_an_ask_is_opened_changed_and_withdrawn_as_its_form_is_amended(session: Session, world: World) -> None:
    _, slot = world.open_engagement()

    submit(session, slot, answers(new_ask=NewAsk(text="Choose a tap")), world)
    opened = asks(session)
    submit(session, slot, answers(new_ask=NewAsk(text="Choose a tap, please", due_on=date(2026, 4, 16))), world)
    changed = asks(session)
    submit(session, slot, answers(), world)
    withdrawn = asks(session)
    submit(session, slot, answers(done="More.", new_ask=NewAsk(text="Choose a sink")), world)

    assert opened == [("Choose a tap", AskState.OPEN)]
    assert changed == [("Choose a tap, please", AskState.OPEN)]
    assert withdrawn == [("Choose a tap, please", AskState.WITHDRAWN)]
    assert asks(session) == [("Choose a tap, please", AskState.WITHDRAWN), ("Choose a sink", AskState.OPEN)]


def test_staff_settle_what_was_asked_earlier_and_the_mail_no_longer_asks(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    submit(session, slot, answers(new_ask=NewAsk(text="Choose a tap")), world)
    following = send(session, slot)
    ask = session.scalars(select(Ask)).one()

    submit(session, following, answers(asks=(AskAnswer(ask_id=ask.id, state=AskState.RECEIVED),)), world)
    send(session, following)

    first, second = session.scalars(select(Update).where(Update.kind == UpdateKind.REGULAR).order_by(Update.id)).all()
    assert [line["said"]["text"] for line in first.snapshot["asks"]] == ["Choose a tap"]
    assert second.snapshot["asks"] == []
    assert (ask.state, ask.settled_at) == (AskState.RECEIVED, following.send_at - timedelta(hours=1))


def test_the_ask_of_another_engagement_cannot_be_settled(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    submit(session, slot, answers(new_ask=NewAsk(text="Choose a tap")), world)
    ask = session.scalars(select(Ask)).one()
    _, other = world.open_engagement("MA-2")

    submit(session, other, answers(asks=(AskAnswer(ask_id=ask.id, state=AskState.RECEIVED),)), world)

    assert ask.state is AskState.OPEN


def test_the_milestone_of_another_engagement_cannot_be_moved(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    other = world.engagement("MA-2").milestones[0]

    submit(session, slot, answers(dates=(DateAnswer(milestone_id=other.id, holds=Holds.DONE),)), world)

    assert other.done_on is None
    assert [milestone.done_on for milestone in engagement.milestones] == [None, None]


def test_a_step_called_done_by_mistake_is_open_again_after_the_amendment(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    number = engagement.milestones[0].id

    submit(session, slot, answers(dates=(DateAnswer(milestone_id=number, holds=Holds.DONE),)), world)
    done_on = engagement.milestones[0].done_on
    submit(session, slot, answers(dates=(DateAnswer(milestone_id=number, holds=Holds.YES),)), world)

    assert done_on == date(2026, 4, 7)
    assert engagement.milestones[0].done_on is None


def test_a_date_that_is_not_sure_is_at_risk_until_it_holds(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    number = engagement.milestones[0].id

    submit(session, slot, answers(dates=(DateAnswer(milestone_id=number, holds=Holds.NOT_SURE),)), world)
    unsure = engagement.milestones[0].is_at_risk
    submit(session, slot, answers(dates=(DateAnswer(milestone_id=number, holds=Holds.YES),)), world)

    assert (unsure, engagement.milestones[0].is_at_risk) == (True, False)
