"""One lock for each piece of work: whoever changes what its clients hear holds it first."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import Engagement


def hold(session: Session, engagement_id: Any, *, is_patient: bool = True) -> Engagement | None:
    """The engagement, held against everybody else who would plan, move, tell, pause or close it. Always taken before
    its slot. A clock is not patient: where somebody else holds the work it gets None, and comes again with the next
    tick."""
    return session.scalars(
        select(Engagement)
        .where(Engagement.id == engagement_id)
        .with_for_update(of=Engagement, skip_locked=not is_patient),
        execution_options={"populate_existing": True},
    ).one_or_none()
