"""While the firm's sending is paused, what lets a person in and tells them still goes."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import claim
from tests.support.factories import World
from webapp.keys import Keyring
from webapp.models import OutboxEmail
from webapp.services.mail import outbox
from webapp.services.people import sign_in

MINUTE = timedelta(minutes=1)


def test_somebody_can_still_sign_in_to_let_sending_go_on(session: Session, world: World, keyring: Keyring) -> None:
    world.open_engagement(is_read=False)
    world.firm.sending_paused_at = world.now
    sign_in.ask(session, keyring, world.dalia.address, "a browser", place="here", now=world.now)
    sign_in.answer(session, keyring, now=world.now)

    first = claim(session, now=world.now, lease=MINUTE)
    second = claim(session, now=world.now, lease=MINUTE)

    assert first is not None
    assert session.get_one(OutboxEmail, first.id).kind == "sign_in"
    assert second is None
    assert outbox.due_count(session, now=world.now) == 0
    assert outbox.oldest_due(session, now=world.now) is None
    assert session.scalars(select(OutboxEmail.kind).order_by(OutboxEmail.id)).all() == ["welcome", "sign_in"]
