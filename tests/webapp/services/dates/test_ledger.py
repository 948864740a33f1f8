"""The ledger of agreed dates: only ever longer, and no date moves without an explanation."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.support.factories import World, answers
from webapp.database import Database
from webapp.models import Act, Milestone, Promise, PromiseWords
from webapp.services.core.errors import Refused
from webapp.services.dates import from_report, ledger
from webapp.services.dates.ledger import When, Why
from webapp.services.reports import checkpoints
from webapp.services.updates.answers import DateAnswer, Holds
from webapp.services.updates.status import date_line

FIRST = date(2026, 4, 20)
LATER = When(starts_on=date(2026, 4, 28))
WHY = Why(cause=Who.US, why="We measured wrongly.", what_we_do="We measure again.", language="en")


@pytest.fixture
def cupboards(world: World) -> Milestone:
    """Agreed for 20 April at the sale."""
    return world.engagement().milestones[0]


def moved(session: Session, milestone: Milestone, world: World, to: When = LATER, why: Why = WHY) -> Promise:
    return ledger.move(session, milestone, to, why, by=world.alice, now=world.now, origin="checkpoint")


@pytest.mark.parametrize("table", ["promise", "audit_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}"])
def test_both_databases_refuse_to_change_or_delete_what_was_written_down(
    session: Session, world: World, cupboards: Milestone, table: str, statement: str
) -> None:
    change = "starts_on = '2026-05-01'" if table == "promise" else "act = 'nothing'"
    before = session.scalar(text(f"SELECT count(*) FROM {table}"))

    with pytest.raises(DBAPIError, match=f"{table} is append-only"), session.begin_nested():
        session.execute(text(statement.format(table, change)))

    assert before
    assert session.scalar(text(f"SELECT count(*) FROM {table}")) == before


def test_postgresql_refuses_to_empty_the_ledger(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    with database.writer() as session:
        World.build(session, now=now).engagement()
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text("TRUNCATE promise CASCADE"))
    database.dispose()


def test_the_orm_cannot_change_an_entry_either(session: Session, world: World, cupboards: Milestone) -> None:
    session.commit()
    cupboards.promises[0].starts_on = date(2026, 5, 1)

    with pytest.raises(DBAPIError, match="append-only"):
        session.flush()
    session.rollback()


def test_a_persons_words_about_an_entry_can_be_erased(session: Session, world: World, cupboards: Milestone) -> None:
    entry = moved(session, cupboards, world)

    session.execute(delete(PromiseWords).where(PromiseWords.promise_id == entry.id))
    session.commit()
    session.expire_all()

    assert entry.words is None
    assert entry.cause is Who.US
    assert ledger.when(entry) == LATER


@pytest.mark.parametrize(
    ("to", "why", "field"),
    [
        (LATER, replace(WHY, why=" ", reason_key=None), "why"),
        (LATER, replace(WHY, what_we_do=" "), "what_we_do"),
        (When(), WHY, "new_on"),
        (When(after_days=3), WHY, "condition"),
        (When(starts_on=FIRST, ends_on=date(2026, 4, 19)), WHY, "new_until"),
        (When(ends_on=FIRST, next_news_at=datetime(2026, 4, 21, 17, tzinfo=UTC)), WHY, "new_until"),
    ],
)
def test_a_move_that_explains_too_little_is_refused_at_its_field(
    session: Session, world: World, cupboards: Milestone, to: When, why: Why, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        moved(session, cupboards, world, to, why)

    assert refused.value.field == field
    assert len(cupboards.promises) == 1


def test_the_database_itself_refuses_a_move_without_a_cause_or_a_date(
    session: Session, world: World, cupboards: Milestone
) -> None:
    fields: dict[str, Any] = {
        "milestone_id": cupboards.id,
        "number": 2,
        "act": Act.MOVE,
        "origin": "checkpoint",
        "recorded_at": world.now,
    }
    for missing in ({"starts_on": FIRST}, {"cause": Who.US}):
        row = Promise(**fields, **missing)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(row)


@pytest.mark.parametrize(
    "to",
    [
        LATER,
        When(starts_on=date(2026, 4, 28), ends_on=date(2026, 4, 30), is_estimate=True),
        When(after_days=5, condition="your choice of tap"),
        When(next_news_at=datetime(2026, 4, 21, 17, tzinfo=UTC)),
    ],
)
def test_a_date_moves_to_a_day_a_range_days_after_or_the_next_news(
    session: Session, world: World, cupboards: Milestone, to: When
) -> None:
    entry = moved(session, cupboards, world, to)
    session.expire_all()

    assert ledger.when(entry) == to
    assert [kept.number for kept in cupboards.promises] == [1, 2]


def test_a_reason_of_the_playbook_counts_as_a_why(session: Session, world: World, cupboards: Milestone) -> None:
    entry = moved(session, cupboards, world, why=replace(WHY, why="", reason_key="supplier"))

    assert entry.reason_key == "supplier"


def test_a_second_first_promise_would_be_a_silent_move_and_is_refused(
    session: Session, world: World, cupboards: Milestone
) -> None:
    with pytest.raises(Refused):
        ledger.promise(session, cupboards, LATER, by=world.alice, now=world.now, origin="engagement")


def test_the_first_date_stays_visible_beside_the_present_one(
    session: Session, world: World, cupboards: Milestone
) -> None:
    moved(session, cupboards, world)
    moved(session, cupboards, world, When(starts_on=date(2026, 5, 4)))

    line = date_line(cupboards)

    assert line is not None
    assert (line.first.starts_on, line.now.starts_on, line.moved) == (FIRST, date(2026, 5, 4), 2)


def test_the_first_promise_cannot_be_withdrawn(session: Session, world: World, cupboards: Milestone) -> None:
    with pytest.raises(Refused):
        ledger.withdraw(session, cupboards, cupboards.promises[0], by=world.alice, now=world.now)


def test_a_withdrawn_move_gives_the_date_before_it_back_and_erases_nothing(
    session: Session, world: World, cupboards: Milestone
) -> None:
    wrong = moved(session, cupboards, world)

    ledger.withdraw(session, cupboards, wrong, by=world.alice, now=world.now)

    assert [entry.starts_on for entry in ledger.effective(cupboards)] == [FIRST]
    assert [entry.act for entry in cupboards.promises] == [Act.FIRST, Act.MOVE, Act.WITHDRAW]


def test_a_correction_supersedes_the_wrong_entry_and_keeps_its_explanation(
    session: Session, world: World, cupboards: Milestone
) -> None:
    wrong = moved(session, cupboards, world)

    right = ledger.correct(session, cupboards, wrong, When(starts_on=date(2026, 4, 29)), by=world.alice, now=world.now)

    assert right.supersedes_id == wrong.id
    assert right.words is not None
    assert (right.cause, right.words.why) == (Who.US, "We measured wrongly.")
    assert [entry.starts_on for entry in ledger.effective(cupboards)] == [FIRST, date(2026, 4, 29)]
    assert session.scalars(select(Promise.starts_on).where(Promise.id == wrong.id)).one() == date(2026, 4, 28)


def settle(session: Session, world: World, milestone: Milestone, wanted: tuple[When, Why] | None, form: int) -> None:
    from_report.settle(session, milestone, wanted, checkpoint_id=form, by=world.alice, now=world.now)


def test_settling_the_same_twice_adds_nothing(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    cupboards = engagement.milestones[0]

    for _ in range(3):
        settle(session, world, cupboards, (LATER, WHY), slot.checkpoint.id)

    assert len(cupboards.promises) == 2


def test_an_amended_form_replaces_its_own_move(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    cupboards = engagement.milestones[0]
    settle(session, world, cupboards, (LATER, WHY), slot.checkpoint.id)

    settle(session, world, cupboards, (When(starts_on=date(2026, 4, 30)), WHY), slot.checkpoint.id)
    settle(
        session, world, cupboards, (When(starts_on=date(2026, 4, 30)), replace(WHY, why="Rain.")), slot.checkpoint.id
    )

    counting = ledger.effective(cupboards)
    assert [entry.starts_on for entry in counting] == [FIRST, date(2026, 4, 30)]
    assert counting[-1].words is not None
    assert counting[-1].words.why == "Rain."
    assert len(cupboards.promises) == 4


def test_an_amended_form_that_no_longer_moves_takes_its_move_back(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    cupboards = engagement.milestones[0]
    settle(session, world, cupboards, (LATER, WHY), slot.checkpoint.id)

    for _ in range(2):
        settle(session, world, cupboards, None, slot.checkpoint.id)

    assert [entry.starts_on for entry in ledger.effective(cupboards)] == [FIRST]
    assert len(cupboards.promises) == 3


def test_a_form_that_says_no_without_an_action_changes_nothing_at_all(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    session.commit()
    silent = DateAnswer(
        milestone_id=engagement.milestones[0].id,
        holds=Holds.NO,
        to=When(starts_on=date(2026, 4, 28)),
        why=Why(cause=Who.US, why="Late.", language="en"),
    )

    with pytest.raises(Refused) as refused:
        checkpoints.submit(
            session, slot.checkpoint, answers(dates=(silent,)), note="", based_on=0, by=world.alice, now=world.now
        )
    session.rollback()

    assert refused.value.field == "what_we_do"
    assert slot.checkpoint.revisions == []
    assert len(engagement.milestones[0].promises) == 1


@given(acts=st.lists(st.sampled_from(["move", "correct", "withdraw"]), max_size=12))
def test_whatever_happens_the_first_agreed_date_is_the_first_that_counts(acts: list[str]) -> None:
    milestone = Milestone(position=1, labels={})
    milestone.promises.append(Promise(id=1, number=1, act=Act.FIRST, starts_on=FIRST))

    for number, act in enumerate(acts, start=2):
        last = ledger.effective(milestone)[-1]
        if act == "move":
            milestone.promises.append(Promise(id=number, number=number, act=Act.MOVE, starts_on=FIRST))
        elif last.act is Act.MOVE:
            kind = Act.MOVE if act == "correct" else Act.WITHDRAW
            milestone.promises.append(Promise(id=number, number=number, act=kind, supersedes_id=last.id))

    counting = ledger.effective(milestone)
    assert counting[0].act is Act.FIRST
    assert all(entry.act is Act.MOVE for entry in counting[1:])
    assert [entry.number for entry in counting] == sorted(entry.number for entry in counting)
