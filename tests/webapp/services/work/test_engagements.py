"""Engagements: started as drafts, switched live with a welcome, handed over with a brief."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import deliver
from tests.support.factories import World
from webapp.models import (
    Commitment,
    CommitmentState,
    EngagementState,
    Fact,
    HandOver,
    OutboxEmail,
    SlotState,
    Task,
    TaskKind,
    Update,
    UpdateKind,
)
from webapp.services.core.errors import NotFound, Refused
from webapp.services.rhythm import slots
from webapp.services.updates import next_news
from webapp.services.work import engagements

TODAY = date(2026, 4, 6)


def test_a_draft_sends_nothing(session: Session, world: World) -> None:
    engagement = world.engagement()

    assert engagement.state is EngagementState.DRAFT
    assert session.scalars(select(OutboxEmail)).all() == []
    assert slots.current(session, engagement) is None
    assert engagements.drafts(session) == [engagement]


def test_what_was_promised_at_the_sale_is_the_first_promise_of_each_step(session: Session, world: World) -> None:
    engagement = world.engagement(facts=["The lift is out of order."])

    assert [str(step.promises[0].starts_on) for step in engagement.milestones] == ["2026-04-20", "2026-04-24"]
    assert session.scalars(select(Fact.text)).all() == ["The lift is out of order."]


def test_a_reference_is_used_once(session: Session, world: World) -> None:
    world.engagement("MA-1")

    with pytest.raises(Refused) as refused:
        world.engagement("MA-1")

    assert refused.value.field == "reference"


def test_going_live_welcomes_the_client_once(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()

    with pytest.raises(Refused):
        engagements.go_live(session, engagement, by=world.dalia, now=world.now)

    assert [mail.kind for mail in session.scalars(select(OutboxEmail))] == ["welcome"]


def test_work_that_nobody_reads_does_not_go_live(session: Session, world: World) -> None:
    engagement = world.engagement(contacts=[])

    with pytest.raises(Refused):
        engagements.go_live(session, engagement, by=world.dalia, now=world.now)

    assert engagement.state is EngagementState.DRAFT


def test_the_first_slot_is_not_one_that_passes_within_the_hour(session: Session, world: World) -> None:
    _, slot = world.open_engagement()
    other = world.engagement("MA-2")

    late = engagements.go_live(session, other, by=world.dalia, now=slot.send_at)

    assert late.local_on > slot.local_on


def test_all_mails_of_an_engagement_hang_together(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()
    engagements.close(session, engagement, words="", by=world.dalia, now=world.now)

    mails = session.scalars(select(OutboxEmail)).all()
    assert len(mails) == 2
    assert {mail.thread_id for mail in mails} == {engagement.thread_id}
    assert len({mail.message_id for mail in mails}) == 2


def test_replies_go_to_the_owner_and_to_the_firm_where_there_is_none(session: Session, world: World) -> None:
    world.open_engagement("MA-1")
    world.open_engagement("MA-2", owner=None)

    owned, unowned = session.scalars(select(OutboxEmail).order_by(OutboxEmail.id)).all()
    assert (owned.reply_to_name, owned.reply_to_address) == ("Alice", "alice@darrenov.example")
    assert (unowned.reply_to_name, unowned.reply_to_address) == ("Dar Renov", "office@darrenov.example")


def test_work_that_nobody_owns_is_a_task_until_somebody_takes_it(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement(owner=None)
    task = session.scalars(select(Task)).one()
    raised = (task.kind, task.done_at)

    engagements.hand_over(session, engagement, world.bob, brief="New.", introduction="", by=world.dalia, now=world.now)

    assert raised == (TaskKind.UNOWNED, None)
    assert task.done_at == world.now


def test_a_hand_over_needs_a_brief(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()

    with pytest.raises(Refused) as refused:
        engagements.hand_over(session, engagement, world.bob, brief=" ", introduction="", by=world.dalia, now=world.now)

    assert refused.value.field == "brief"
    assert engagement.owner is world.alice


def test_a_hand_over_to_the_same_person_is_none(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()

    with pytest.raises(Refused):
        engagements.hand_over(
            session, engagement, world.alice, brief="x", introduction="", by=world.dalia, now=world.now
        )

    assert session.scalars(select(HandOver)).all() == []


def test_work_goes_to_nobody_who_may_only_look(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()

    with pytest.raises(Refused) as refused:
        engagements.hand_over(
            session, engagement, world.charlie, brief="x", introduction="", by=world.dalia, now=world.now
        )

    assert (refused.value.key, refused.value.field) == ("handover.only_looks", "owner")
    assert engagement.owner is world.alice


def test_a_draft_that_changes_hands_introduces_nobody_later(session: Session, world: World) -> None:
    engagement = world.engagement()

    made = engagements.hand_over(
        session, engagement, world.bob, brief="Sold by Alice.", introduction="", by=world.dalia, now=world.now
    )

    assert made.introduced_at == world.now


@pytest.mark.parametrize("act", ["rest", "close"])
def test_a_draft_neither_rests_nor_closes(session: Session, world: World, act: str) -> None:
    engagement = world.engagement()

    with pytest.raises(Refused):
        getattr(engagements, act)(session, engagement, words="", by=world.dalia, now=world.now)

    assert session.scalars(select(Update)).all() == []


def test_closed_work_stays_closed(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    engagements.close(session, engagement, words="", by=world.dalia, now=world.now)

    for act in (engagements.close, engagements.rest):
        with pytest.raises(Refused):
            act(session, engagement, words="", by=world.dalia, now=world.now)
    with pytest.raises(Refused):
        engagements.resume(session, engagement, by=world.dalia, now=world.now)

    assert (slot.state, slot.skipped_why) == (SlotState.SKIPPED, "closed")
    assert engagement.closed_at == world.now


def test_who_may_act_is_the_owner_managers_and_admins(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()

    allowed = {
        name
        for name in ("alice", "bob", "charlie", "dalia", "amina")
        if engagements.can_act(getattr(world, name), engagement, on=TODAY)
    }

    assert allowed == {"alice", "dalia", "amina"}


def test_work_of_others_looks_like_work_that_is_not_there(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()

    assert engagements.get_acting(session, engagement.id, world.alice, on=TODAY) is engagement
    for number, user in ((engagement.id, world.bob), (engagement.id, world.charlie), (10**6, world.amina)):
        with pytest.raises(NotFound):
            engagements.get_acting(session, number, user, on=TODAY)


def test_work_that_rests_is_heard_of_again_by_the_promised_hour(session: Session, world: World) -> None:
    work, _ = world.open_engagement()
    engagements.rest(session, work, words="You asked us to wait.", by=world.dalia, now=world.now)
    deliver(session, now=world.now)
    pause = session.scalars(select(Update).where(Update.kind == UpdateKind.CLOSING)).one()
    promised = datetime(2026, 5, 4, 17, tzinfo=UTC)
    assert (work.hear_by, pause.next_news_at) == (promised, promised)

    assert engagements.say_it_rests(session, now=promised - timedelta(minutes=1)) == 0
    engagements.say_it_rests(session, now=promised)
    engagements.say_it_rests(session, now=promised)

    _, still = session.scalars(select(Update).where(Update.kind == UpdateKind.CLOSING).order_by(Update.id)).all()
    assert still.snapshot["is_still"]
    assert still.snapshot["closing_words"]["text"] == "You asked us to wait."
    assert still.next_news_at == work.hear_by
    assert still.next_news_at == datetime(2026, 6, 1, 17, tzinfo=UTC)
    assert session.scalars(select(Task.kind)).all() == [TaskKind.STILL_RESTS]
    deliver(session, now=promised)
    next_news.score(session, now=promised + timedelta(hours=3))
    given = session.scalars(select(Commitment).where(Commitment.promised_at == promised)).one()
    assert given.state is not CommitmentState.BROKEN


def test_work_that_goes_on_owes_no_word_about_its_rest(session: Session, world: World) -> None:
    work, _ = world.open_engagement()
    engagements.rest(session, work, words="", by=world.dalia, now=world.now)
    promised = work.hear_by
    assert promised is not None

    engagements.resume(session, work, by=world.dalia, now=world.now)

    assert work.hear_by is None
    assert engagements.say_it_rests(session, now=promised) == 0
