"""Colleagues: added once, never without an admin, and gone only when their work has an owner."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.support.factories import World
from webapp.database import Database
from webapp.models import OutboxEmail, Role, User
from webapp.services.core.errors import Refused
from webapp.services.mail.writing import read
from webapp.services.people import sign_in, users
from webapp.services.work import engagements


def change(session: Session, user: User, world: World, *, role: Role | None = None, is_active: bool = True) -> None:
    users.change(session, user, role=role or user.role, is_active=is_active, by=world.amina, now=world.now)


def test_an_address_is_a_colleagues_only_once_however_it_is_written(session: Session, world: World) -> None:
    with pytest.raises(Refused) as refused:
        users.add(
            session,
            address=" Alice@DarRenov.example ",
            name="Alice",
            role=Role.STAFF,
            language="en",
            by=world.amina,
            now=world.now,
        )

    assert refused.value.field == "address"
    assert users.find(session, " ALICE@darrenov.example") is world.alice


def test_the_database_refuses_a_second_colleague_with_an_address(session: Session, world: World) -> None:
    session.add(User(address=world.alice.address, name="A", role=Role.STAFF, language="en", created_at=world.now))

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_an_invitation_is_mailed_and_can_be_mailed_again(session: Session, world: World) -> None:
    users.invite(session, world.bob, by=world.amina, now=world.now)
    users.invite(session, world.bob, by=world.amina, now=world.now)
    users.invite(session, world.bob, by=world.amina, now=world.now + timedelta(minutes=1))

    mails = session.scalars(select(OutboxEmail)).all()
    assert [(mail.kind, mail.to_address) for mail in mails] == [("invitation", "bob@darrenov.example")] * 2
    assert "Amina" in read(mails[0]).text


@pytest.mark.parametrize("given", [{"role": Role.MANAGER}, {"is_active": False}])
def test_the_last_admin_stays(session: Session, world: World, given: dict[str, object]) -> None:
    with pytest.raises(Refused):
        change(session, world.amina, world, **given)  # type: ignore[arg-type]

    assert (world.amina.role, world.amina.is_active) == (Role.ADMIN, True)


def test_an_admin_may_go_when_there_is_another(session: Session, world: World) -> None:
    change(session, world.dalia, world, role=Role.ADMIN)

    change(session, world.amina, world, role=Role.VIEWER)

    assert world.amina.role is Role.VIEWER


def test_two_admins_cannot_remove_one_another_at_the_same_moment(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    with database.writer() as session:
        world = World.build(session, now=now)
        world.dalia.role = Role.ADMIN
        session.commit()
    dalia, amina = world.dalia.id, world.amina.id

    def demote(number: int) -> bool:
        with database.writer() as session:
            user = session.get_one(User, number)
            try:
                users.change(session, user, role=Role.STAFF, is_active=True, by=None, now=now)
            except Refused:
                return False
            session.commit()
            return True

    with database.writer() as first, ThreadPoolExecutor(1) as pool:
        users.change(first, first.get_one(User, dalia), role=Role.STAFF, is_active=True, by=None, now=now)
        first.flush()
        second = pool.submit(demote, amina)
        wait([second], timeout=0.5)
        first.commit()
        was_removed = second.result()

    with database.reader() as session:
        admins = session.scalar(select(func.count()).select_from(User).where(User.role == Role.ADMIN))
    assert (was_removed, admins) == (False, 1)
    database.dispose()


@pytest.mark.parametrize("act", ["draft", "open", "paused"])
def test_who_still_owns_work_cannot_leave(session: Session, world: World, act: str) -> None:
    engagement = world.engagement() if act == "draft" else world.open_engagement()[0]
    if act == "paused":
        engagements.rest(session, engagement, words="", by=world.dalia, now=world.now)

    with pytest.raises(Refused) as refused:
        change(session, world.alice, world, is_active=False)

    assert refused.value.values == {"count": 1}
    assert world.alice.is_active


def test_who_leaves_is_signed_out_everywhere(session: Session, world: World) -> None:
    engagement, _ = world.open_engagement()
    secret = sign_in.open_session(session, world.alice, browser=None, now=world.now)
    engagements.hand_over(session, engagement, world.bob, brief="All.", introduction="", by=world.dalia, now=world.now)

    change(session, world.alice, world, is_active=False)

    assert sign_in.session_of(session, secret, now=world.now) is None
    assert world.alice not in users.active(session)
