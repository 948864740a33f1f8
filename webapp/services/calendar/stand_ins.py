"""Who does somebody's duties on a day: they themselves, or while they are away whoever stands in for them."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from webapp.models import Role, StandIn, User


@dataclass(frozen=True)
class Cover:
    """Somebody whose duties another does: who is away, until which day, and who stands in, if anybody."""

    absent: User
    until: date
    stand_in: User | None


def on_duty(user: User, on: date) -> User:
    """The user, or who stands in for them; a stand-in who is away too is stood in for in turn. Where nobody is left,
    the duties stay with the user."""
    seen = {user.id}
    present = user
    while is_away(present, on):
        next_one = present.stand_in
        if next_one is None or not next_one.may_own_work or next_one.id in seen:
            return user
        seen.add(next_one.id)
        present = next_one
    return present


def in_charge(owner: User | None, on: date) -> User | None:
    """Who looks after the work of an owner on a day: they themselves, or who stands in. None where nobody owns it, or
    the owner has left."""
    return on_duty(owner, on) if owner is not None and owner.is_active else None


def is_away(user: User, on: date) -> bool:
    """Away on a day: from the first to the last of it, both included."""
    return any(absence.starts_on <= on <= absence.ends_on for absence in user.absences)


def cover(user: User, on: date) -> Cover | None:
    """Who does the duties of a user who is away on a day; None for who is there. Days away that follow each other
    are one absence."""
    if not is_away(user, on):
        return None
    until = on
    while is_away(user, until + timedelta(days=1)):
        until += timedelta(days=1)
    present = on_duty(user, on)
    return Cover(absent=user, until=until, stand_in=present if present.id != user.id else None)


def covered(session: Session, user: User, on: date) -> frozenset[int]:
    """The numbers of everybody whose work this user looks after on a day: their own, and of those they stand in for."""
    return frozenset({user.id, *(other.id for other in _everybody(session) if on_duty(other, on).id == user.id)})


def covers(session: Session, user: User, on: date) -> list[Cover]:
    """What concerns a user about days away: their own, and those of the colleagues they stand in for."""
    found = (cover(other, on) for other in _everybody(session) if other.is_active)
    return [one for one in found if one and user.id in (one.absent.id, one.stand_in.id if one.stand_in else None)]


def heads(session: Session, on: date) -> list[User]:
    """The managers and admins who are there on a day, or who stand in for one; where none is, all of them. Somebody who
    is neither does not become one by standing in."""
    everybody = [user for user in _everybody(session) if user.is_active and user.role.leads]
    present = [on_duty(user, on) for user in everybody]
    return [user for user in dict.fromkeys(present) if user.role.leads and not is_away(user, on)] or everybody


def managers(session: Session, on: date) -> list[User]:
    """The managers among them; where there is none, the admins."""
    everybody = heads(session, on)
    return [user for user in everybody if user.role is Role.MANAGER] or everybody


def _everybody(session: Session) -> list[User]:
    wanted = select(User).options(
        selectinload(User.absences), selectinload(User.stands_in).joinedload(StandIn.stand_in)
    )
    return list(session.scalars(wanted.order_by(User.id)))
