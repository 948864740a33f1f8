"""Short ways to send somebody away in tests."""

from datetime import date

from tests.support.factories import World
from webapp.models import User
from webapp.services.calendar import absences


def away(world: World, user: User, stand_in: User | None, *, first: int = 7, last: int = 9) -> None:
    """Days away in April, with somebody to stand in."""
    today = date(2026, 4, 6)
    absences.name_stand_in(world.session, user, stand_in, today=today, by=user, now=world.now)
    absences.go_away(
        world.session,
        user,
        starts_on=date(2026, 4, first),
        ends_on=date(2026, 4, last),
        today=today,
        by=user,
        now=world.now,
    )
