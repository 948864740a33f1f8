"""The list of engagements: filtered, searched, sorted, in pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from webapp.models import Client, Contact, Engagement, EngagementState, Slot, SlotState, User

PAGE = 25
Columns = TypeVarTuple("Columns")
SORTS: dict[str, ColumnElement[object] | object] = {
    "reference": Engagement.reference,
    "title": Engagement.title,
    "client": Client.name,
    "next": Slot.send_at,
}


@dataclass(frozen=True)
class Found:
    """One page of rows, each an engagement with its planned slot or None."""

    rows: Sequence[tuple[Engagement, Slot | None]]
    total: int
    number: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PAGE))


def find(
    session: Session,
    *,
    text: str = "",
    state: str = "",
    owner_id: int | None = None,
    playbook_id: int | None = None,
    among: Collection[int] | None = None,
    sort: str = "next",
    is_descending: bool = False,
    number: int = 1,
) -> Found:
    """Engagements by words in reference, title, client or contact, by state, owner and playbook, and `among` these
    numbers. An unknown sort is the default one; a page beyond the last is the last."""
    wanted = _filtered(select(Engagement, Slot), text, state, owner_id, playbook_id)
    ids = _filtered(select(Engagement.id), text, state, owner_id, playbook_id)
    if among is not None:
        wanted, ids = wanted.where(Engagement.id.in_(among)), ids.where(Engagement.id.in_(among))
    total = session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    last = max(1, -(-total // PAGE))
    number = min(max(1, number), last)
    column = SORTS.get(sort, SORTS["next"])
    order = column.desc() if is_descending else column.asc()  # type: ignore[attr-defined]
    rows = session.execute(
        wanted.options(joinedload(Engagement.client), joinedload(Engagement.owner))
        .order_by(column.is_(None), order, Engagement.id)  # type: ignore[attr-defined]
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return Found(rows=[(row[0], row[1]) for row in rows], total=total, number=number)


def _filtered(
    wanted: Select[*Columns], text: str, state: str, owner_id: int | None, playbook_id: int | None
) -> Select[*Columns]:
    wanted = (
        wanted.select_from(Engagement)
        .join(Client, Engagement.client_id == Client.id)
        .outerjoin(Slot, (Slot.engagement_id == Engagement.id) & (Slot.state == SlotState.PLANNED))
    )
    if text:
        like = f"%{_escaped(text)}%"
        contact = select(Contact.client_id).where(Contact.name.ilike(like, escape="\\"))
        wanted = wanted.where(
            or_(
                Engagement.reference.ilike(like, escape="\\"),
                Engagement.title.ilike(like, escape="\\"),
                Client.name.ilike(like, escape="\\"),
                Client.id.in_(contact),
            )
        )
    if state in set(EngagementState):
        wanted = wanted.where(Engagement.state == EngagementState(state))
    if owner_id is not None:
        wanted = (
            wanted.where(Engagement.owner_id == owner_id) if owner_id else wanted.where(Engagement.owner_id.is_(None))
        )
    if playbook_id is not None:
        wanted = wanted.where(Engagement.playbook_id == playbook_id)
    return wanted


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def owners(session: Session) -> Sequence[User]:
    """Everybody who owns something."""
    return session.scalars(select(User).where(User.id.in_(select(Engagement.owner_id))).order_by(User.name)).all()
