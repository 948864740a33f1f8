"""Who does somebody's duties: chains of stand-ins, nobody left, loops, the borders of days away."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.away import away
from tests.support.factories import World, answers
from webapp.keys import Keyring
from webapp.models import AuditEntry, OutboxEmail, Purpose, ReplyKind, Role, TaskKind, Update
from webapp.services.calendar import absences, stand_ins
from webapp.services.conversation import replies
from webapp.services.core import tasks
from webapp.services.core.errors import NotFound, Refused
from webapp.services.mail import links, queueing
from webapp.services.mail.writing import read
from webapp.services.people import users
from webapp.services.reports import checkpoints, last_calls
from webapp.services.today import troubles
from webapp.services.updates.snapshot import Snapshot
from webapp.services.work import engagements

WEDNESDAY = date(2026, 4, 8)
TODAY = date(2026, 4, 6)
MINUTE = timedelta(minutes=1)


def to_names(session: Session, kind: str) -> list[str]:
    return list(session.scalars(select(OutboxEmail.to_name).where(OutboxEmail.kind == kind).order_by(OutboxEmail.id)))


@pytest.mark.parametrize(("day", "who"), [(6, "Alice"), (7, "Bob"), (9, "Bob"), (10, "Alice")])
def test_the_first_and_the_last_day_away_are_the_stand_ins(world: World, day: int, who: str) -> None:
    away(world, world.alice, world.bob, first=7, last=9)

    assert stand_ins.on_duty(world.alice, date(2026, 4, day)).name == who


def test_a_stand_in_who_is_away_is_stood_in_for_in_turn(session: Session, world: World) -> None:
    away(world, world.alice, world.bob)
    away(world, world.bob, world.dalia, first=8, last=8)

    present = [stand_ins.on_duty(world.alice, date(2026, 4, day)).name for day in (7, 8, 9)]

    assert present == ["Bob", "Dalia", "Bob"]
    assert stand_ins.covered(session, world.dalia, WEDNESDAY) == {world.dalia.id, world.alice.id, world.bob.id}


def test_duties_stay_with_their_owner_where_nobody_is_left(session: Session, world: World) -> None:
    away(world, world.alice, world.bob)
    away(world, world.bob, world.alice)

    assert stand_ins.on_duty(world.alice, WEDNESDAY) is world.alice
    assert stand_ins.on_duty(world.bob, WEDNESDAY) is world.bob
    assert stand_ins.covered(session, world.bob, WEDNESDAY) == {world.bob.id}


def test_a_ring_of_three_who_are_all_away_comes_to_an_end(world: World) -> None:
    away(world, world.alice, world.bob)
    away(world, world.bob, world.dalia)
    away(world, world.dalia, world.bob)

    assert stand_ins.on_duty(world.alice, WEDNESDAY) is world.alice


@pytest.mark.parametrize("lost", ["left", "only looks"])
def test_who_left_or_may_only_look_stands_in_for_nobody_any_more(session: Session, world: World, lost: str) -> None:
    away(world, world.alice, world.bob)
    role = Role.STAFF if lost == "left" else Role.VIEWER

    alone = users.change(session, world.bob, role=role, is_active=lost != "left", by=world.amina, now=world.now)

    assert alone == [world.alice]
    assert world.alice.stand_in is None
    assert stand_ins.on_duty(world.alice, WEDNESDAY) is world.alice
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject_id == world.alice.id))
    assert "stand_in_left" in set(acts)


def test_a_colleague_whose_role_grows_goes_on_standing_in(session: Session, world: World) -> None:
    away(world, world.alice, world.bob)

    assert users.change(session, world.bob, role=Role.MANAGER, is_active=True, by=world.amina, now=world.now) == []
    assert world.alice.stand_in is world.bob


def test_days_away_that_follow_each_other_are_one_absence(session: Session, world: World) -> None:
    away(world, world.alice, world.bob, first=7, last=8)
    away(world, world.alice, world.bob, first=9, last=12)

    cover = stand_ins.cover(world.alice, date(2026, 4, 7))

    assert cover == stand_ins.Cover(absent=world.alice, until=date(2026, 4, 12), stand_in=world.bob)
    assert stand_ins.covers(session, world.bob, date(2026, 4, 7)) == [cover]
    assert stand_ins.covers(session, world.dalia, date(2026, 4, 7)) == []
    assert stand_ins.cover(world.alice, date(2026, 4, 13)) is None


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(9, 8, "ends_on"), (1, 5, "ends_on"), (9, 12, "starts_on"), (6, 7, "starts_on"), (8, 8, "starts_on")],
)
def test_days_away_that_cannot_be_are_refused(
    session: Session, world: World, first: int, last: int, field: str
) -> None:
    away(world, world.alice, world.bob, first=7, last=9)

    with pytest.raises(Refused) as refusal:
        away(world, world.alice, world.bob, first=first, last=last)

    assert refusal.value.field == field
    assert len(world.alice.absences) == 1


def test_nobody_goes_away_without_a_stand_in_and_none_is_taken_away_meanwhile(session: Session, world: World) -> None:
    with pytest.raises(Refused, match="needs_stand_in"):
        away(world, world.alice, None)
    away(world, world.alice, world.bob)

    with pytest.raises(Refused, match="needs_stand_in"):
        absences.name_stand_in(session, world.alice, None, today=TODAY, by=world.alice, now=world.now)

    absences.come_back(session, world.alice, world.alice.absences[0].id, by=world.alice, now=world.now)
    absences.name_stand_in(session, world.alice, None, today=TODAY, by=world.alice, now=world.now)
    assert world.alice.stand_in is None


def test_nobody_stands_in_for_themselves_and_who_only_looks_for_nobody(session: Session, world: World) -> None:
    for other in (world.alice, world.charlie):
        with pytest.raises(Refused, match="not_this_one"):
            absences.name_stand_in(session, world.alice, other, today=TODAY, by=world.alice, now=world.now)

    assert [user.name for user in absences.candidates(session, world.alice)] == ["Amina", "Bob", "Dalia"]


def test_nobody_takes_back_the_days_of_another(session: Session, world: World) -> None:
    away(world, world.alice, world.bob)

    with pytest.raises(NotFound):
        absences.come_back(session, world.bob, world.alice.absences[0].id, by=world.bob, now=world.now)


def test_forms_calls_and_the_right_to_act_go_to_the_stand_in(session: Session, world: World) -> None:
    engagement, slot = world.open_engagement()
    away(world, world.alice, world.bob, first=7, last=7)
    tuesday, after = date(2026, 4, 7), date(2026, 4, 8)

    last_calls.last_calls(session, now=slot.send_at - 10 * MINUTE)
    last_calls.ask_for_two_lines(session, now=slot.send_at)

    assert to_names(session, "last_call") == ["Bob", "Bob", "Dalia"]
    due = checkpoints.due(session, world.bob, on=tuesday, until=slot.send_at + MINUTE)
    assert [checkpoint.slot for checkpoint in due] == [slot]
    assert checkpoints.due(session, world.bob, on=after, until=slot.send_at + MINUTE) == []
    assert [engagements.can_act(world.bob, engagement, on=day) for day in (tuesday, after)] == [True, False]


def test_what_a_client_writes_and_trouble_with_a_mail_reach_the_stand_in(
    session: Session, world: World, keyring: Keyring
) -> None:
    engagement, _ = world.open_engagement()
    away(world, world.alice, world.bob, first=6, last=7)
    link = links.make(session, keyring, Purpose.PAGE, now=world.now, contact=world.bennani, engagement=engagement)

    replies.submit(session, link, ReplyKind.QUESTION, "When?", once="1", now=world.now)
    tasks.raise_once(session, TaskKind.MAIL_FAILED, "1", now=world.now, engagement=engagement)
    troubles.tell(session, now=world.now)

    assert to_names(session, "reply_received") == ["Bob"]
    assert sorted(to_names(session, "trouble")) == ["Amina", "Bob", "Dalia"]


def test_a_client_answers_and_phones_whoever_is_there(session: Session, world: World) -> None:
    world.bob.phone = "+212600000002"
    away(world, world.alice, world.bob, first=6, last=8)
    _, slot = world.open_engagement()

    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "welcome")).one()
    person = Snapshot.load(session.scalars(select(Update)).one().snapshot).owner

    assert (mail.reply_to_name, mail.reply_to_address) == ("Bob", "bob@darrenov.example")
    assert person is not None
    assert (person.name, person.phone, person.instead_of, person.until) == (
        "Bob", "+212600000002", "Alice", date(2026, 4, 8),
    )  # fmt: skip
    assert "Bob (standing in for Alice until 8 April)" in read(mail).text
    checkpoints.submit(session, slot.checkpoint, answers(), note="", based_on=0, by=world.bob, now=world.now)


def test_an_answer_goes_to_who_is_there_on_the_day_the_mail_goes_out(session: Session, world: World) -> None:
    world.firm.quiet_from, world.firm.quiet_until = None, None
    away(world, world.alice, world.bob, first=6, last=6)
    engagement, _ = world.open_engagement()
    assert queueing.reply_to(world.firm, engagement, on=TODAY)[0] == "Bob"
    assert queueing.reply_to(world.firm, engagement, on=date(2026, 4, 7))[0] == "Alice"


def test_managers_who_are_away_leave_it_to_those_who_are_there(session: Session, world: World) -> None:
    away(world, world.dalia, world.bob)

    assert [user.name for user in stand_ins.heads(session, WEDNESDAY)] == ["Amina"]
    assert [user.name for user in stand_ins.managers(session, WEDNESDAY)] == ["Amina"]
    assert [user.name for user in stand_ins.managers(session, date(2026, 4, 10))] == ["Dalia"]


def test_a_manager_for_whom_nobody_stands_in_is_left_alone_while_others_are_there(
    session: Session, world: World
) -> None:
    away(world, world.dalia, world.bob)
    users.change(session, world.bob, role=Role.VIEWER, is_active=True, by=world.amina, now=world.now)

    assert [user.name for user in stand_ins.heads(session, WEDNESDAY)] == ["Amina"]


def test_where_every_manager_is_away_all_of_them_are_told(session: Session, world: World) -> None:
    away(world, world.dalia, world.amina)
    away(world, world.amina, world.dalia)

    assert [user.name for user in stand_ins.heads(session, WEDNESDAY)] == ["Dalia", "Amina"]


def test_who_left_is_nobodys_manager(session: Session, world: World) -> None:
    world.dalia.is_active = False
    session.flush()

    assert stand_ins.managers(session, WEDNESDAY) == [world.amina]
