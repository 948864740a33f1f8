"""Staff users: invitations, roles, leaving."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emails import links
from emails.kinds.invitation import Invitation
from emails.pieces import Brand
from webapp.models import Engagement, EngagementState, Link, Purpose, Role, User, UserSession
from webapp.services.calendar import absences
from webapp.services.core import audits
from webapp.services.core.errors import Refused
from webapp.services.core.firm import the_firm
from webapp.services.mail import links as magic_links
from webapp.services.mail import queueing
from webapp.services.updates import composing
from webapp.timezones import local

INVITATION = links.placeholder("invitation")


def find(session: Session, address: str) -> User | None:
    return session.scalars(select(User).where(User.address == address.strip().lower())).one_or_none()


def add(
    session: Session,
    *,
    address: str,
    name: str,
    role: Role,
    language: str,
    phone: str | None = None,
    by: User | None,
    now: datetime,
) -> User:
    """A new colleague; Refused where the address is taken."""
    if find(session, address) is not None:
        raise Refused("user.address_taken", field="address")
    user = User(address=address.strip().lower(), name=name, role=role, language=language, phone=phone, created_at=now)
    session.add(user)
    session.flush()
    audits.note(session, "added", user, now=now, by=by, role=role)
    return user


def invite(session: Session, user: User, *, by: User | None, now: datetime) -> None:
    """Mail the invitation; a second one carries the next number, and takes the place of the first."""
    magic_links.end_invitations(session, user, now=now)
    firm = the_firm(session)
    sent = session.scalar(
        select(func.count()).select_from(Link).where(Link.user_id == user.id, Link.purpose == Purpose.INVITATION)
    )
    context = Invitation(
        language=user.language,
        brand=composing.brand(firm) if firm else Brand(name="Milepost"),
        today=local(now, firm.zone if firm else "UTC").date(),
        recipient=user.name,
        url=INVITATION,
        invited_by=by.name if by else None,
    )
    key = f"invitation:{user.id}:{sent or 0}:{int(now.timestamp())}"
    queueing.to_user(session, "invitation", key, context, user, now=now)


def change(session: Session, user: User, *, role: Role, is_active: bool, by: User | None, now: datetime) -> list[User]:
    """Change role or let somebody go. The last active admin stays; who leaves is signed out everywhere, and their
    open work must have gone to somebody else before. Who leaves or may only look from now on stands in for nobody:
    those for whom they did are returned."""
    loses_admin = user.role is Role.ADMIN and user.is_active and (role is not Role.ADMIN or not is_active)
    if loses_admin and _active_admins(session) <= 1:
        raise Refused("user.last_admin", field="role")
    if not is_active and user.is_active and _owned(session, user):
        raise Refused("user.still_owns", field="is_active", count=_owned(session, user))
    user.role, user.is_active = role, is_active
    if not is_active:
        sign_out_everywhere(session, user, now=now)
    audits.note(session, "changed", user, now=now, by=by, role=role, active=is_active)
    return [] if user.may_own_work else absences.stands_in_no_more(session, user, by=by, now=now)


def sign_out_everywhere(session: Session, user: User, *, now: datetime) -> None:
    for browser in session.scalars(
        select(UserSession).where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
    ):
        browser.ended_at = now


def may_own_work(session: Session) -> list[User]:
    """Everybody whom a piece of work can be given to, by name."""
    return [user for user in active(session) if user.may_own_work]


def active(session: Session) -> Sequence[User]:
    return session.scalars(select(User).where(User.is_active).order_by(User.name, User.id)).all()


def _active_admins(session: Session) -> int:
    """How many there are, each held, so that two admins cannot remove one another at the same moment."""
    return len(session.scalars(select(User.id).where(User.role == Role.ADMIN, User.is_active).with_for_update()).all())


def _owned(session: Session, user: User) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Engagement)
            .where(
                Engagement.owner_id == user.id,
                Engagement.state.in_([EngagementState.OPEN, EngagementState.PAUSED, EngagementState.DRAFT]),
            )
        )
        or 0
    )
