"""Days away, and who is named to stand in."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Absence, StandIn, User
from webapp.services.core import audits
from webapp.services.core.errors import NotFound, Refused


def go_away(
    session: Session, user: User, *, starts_on: date, ends_on: date, today: date, by: User, now: datetime
) -> Absence:
    """Note days away. Refused where nobody stands in, where they end before they start or lie in the past, or where
    some of them are noted already."""
    if user.stand_in is None:
        raise Refused("absence.needs_stand_in", field="stand_in")
    if ends_on < starts_on:
        raise Refused("absence.backwards", field="ends_on")
    if ends_on < today:
        raise Refused("absence.past", field="ends_on")
    if any(known.starts_on <= ends_on and starts_on <= known.ends_on for known in user.absences):
        raise Refused("absence.overlaps", field="starts_on")
    absence = Absence(starts_on=starts_on, ends_on=ends_on)
    user.absences.append(absence)
    session.flush()
    audits.note(session, "away_noted", absence, now=now, by=by, user=user.id)
    return absence


def come_back(session: Session, user: User, absence_id: int, *, by: User, now: datetime) -> None:
    """Take days away back. NotFound where they are not this user's."""
    absence = session.get(Absence, absence_id)
    if absence is None or absence.user_id != user.id:
        raise NotFound
    audits.note(session, "away_taken_back", absence, now=now, by=by, user=user.id)
    user.absences.remove(absence)
    session.delete(absence)
    session.flush()


def name_stand_in(session: Session, user: User, stand_in: User | None, *, today: date, by: User, now: datetime) -> None:
    """Say who stands in for a user. Refused for the user themselves, for who has left or may only look, and for nobody
    while days away are noted."""
    if stand_in == user.stand_in:
        return
    if stand_in is None and coming(user, today=today):
        raise Refused("absence.needs_stand_in", field="stand_in")
    if stand_in is not None and (stand_in.id == user.id or not stand_in.may_own_work):
        raise Refused("absence.not_this_one", field="stand_in")
    _put(session, user, stand_in)
    audits.note(session, "stand_in_named", user, now=now, by=by, stand_in=stand_in.id if stand_in else None)


def stands_in_no_more(session: Session, leaver: User, *, by: User | None, now: datetime) -> list[User]:
    """Somebody cannot stand in any more: those for whom they did have nobody now, and are returned."""
    left = session.scalars(select(StandIn).where(StandIn.stand_in_id == leaver.id)).all()
    alone = [session.get_one(User, row.user_id) for row in left]
    for user in alone:
        _put(session, user, None)
        audits.note(session, "stand_in_left", user, now=now, by=by, stand_in=leaver.id)
    return alone


def candidates(session: Session, user: User) -> list[User]:
    """Who could stand in for a user, by name."""
    wanted = select(User).where(User.is_active, User.id != user.id).order_by(User.name, User.id)
    return [other for other in session.scalars(wanted) if other.may_own_work]


def coming(user: User, *, today: date) -> Sequence[Absence]:
    """The days away that are not over, soonest first."""
    return sorted((absence for absence in user.absences if absence.ends_on >= today), key=lambda one: one.starts_on)


def _put(session: Session, user: User, stand_in: User | None) -> None:
    if stand_in is None:
        if user.stands_in is not None:
            session.delete(user.stands_in)
            session.flush()
            session.expire(user, ["stands_in"])
        return
    if user.stands_in is None:
        user.stands_in = StandIn(user_id=user.id)
    user.stands_in.stand_in = stand_in
    session.flush()
