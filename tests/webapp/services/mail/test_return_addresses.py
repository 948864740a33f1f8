"""The address each mail comes back to: its own, the same at every attempt, and nobody can make one up."""

from datetime import datetime

import pytest
from sqlalchemy import update

from emails.policy import is_address
from tests.support import returned_mails
from tests.support.boxes import Box, letters
from tests.support.factories import World
from tests.support.returning import BASE, FAILED, Returning
from webapp.keys import Keyring
from webapp.models import MailState, OutboxEmail
from webapp.services.mail import bounces, delivery_reports, outbox, queueing
from webapp.services.mail.bounces import Effect


@pytest.mark.usefixtures("sent")
def test_the_token_is_found_wherever_the_server_says_whom_it_was_for(box: Box, returning: Returning) -> None:
    raw = returned_mails.postfix(to=returning.address().upper())

    assert returning.take(raw, to="") is Effect.FAILED


@pytest.mark.usefixtures("sent")
def test_a_forged_token_a_strangers_and_none_change_nothing(box: Box, returning: Returning) -> None:
    true = returning.address()
    token = true.partition("+")[2].partition("@")[0]
    other_key = Keyring.parse("7:another key of more than thirty-two letters")
    forged = [
        true.replace(token, token[:-2] + ("aa" if token[-2:] != "aa" else "bb")),
        true.replace(token, token[:4] + ("b" if token[4] != "b" else "c") + token[5:]),
        true.replace(token, "a" * 26),
        true.replace(token, token[:-1]),
        bounces.return_address(other_key, BASE, box.mail()),
        BASE,
        "",
    ]

    effects = [returning.take(to=address) for address in forged]

    assert set(effects) == {Effect.NOT_OURS}
    assert box.mail().state is MailState.SENT


@pytest.mark.usefixtures("sent")
def test_a_token_of_a_mail_whose_number_was_given_again_is_no_longer_valid(box: Box, returning: Returning) -> None:
    old = returning.address()
    box.do(lambda session: session.execute(update(OutboxEmail).values(message_id=queueing.new_message_id())))

    assert returning.take(to=old) is Effect.NOT_OURS


@pytest.mark.usefixtures("sent")
def test_a_token_of_a_key_before_this_one_still_works(box: Box, returning: Returning, now: datetime) -> None:
    old, new = "1:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe", "2:aP0eX1vQ9sT2bR8nW5yC3hJ6dF0gLmZk"
    address = bounces.return_address(Keyring.parse(old), BASE, box.mail())

    effect = box.do(
        bounces.take, Keyring.parse(f"{new},{old}"), delivery_reports.read(FAILED), recipients=[address], now=now
    )

    assert effect is Effect.FAILED


def test_the_address_is_the_same_at_every_attempt_and_different_for_every_mail(
    box: Box, world: World, keyring: Keyring, now: datetime
) -> None:
    first = box.mail()
    box.do(outbox.give_back, box.claimed(now), now=now)
    again = box.mail()
    others = letters(world, 20)

    addresses = {bounces.return_address(keyring, BASE, mail) for mail in (first, again, *others)}

    assert len(addresses) == 21
    for address in addresses:
        local = address.partition("@")[0]
        assert address == address.lower()
        assert is_address(address)
        assert len(local) <= 64
        assert local.removeprefix("bounces+").isalnum()


@pytest.mark.parametrize(
    ("base", "start"), [("b@x.example", "b+"), ("b+@x.example", "b+"), ("b-@x.example", "b-"), ("b=@x.example", "b=")]
)
def test_a_base_that_ends_in_a_mark_keeps_it(
    box: Box, returning: Returning, keyring: Keyring, now: datetime, base: str, start: str
) -> None:
    box.do(outbox.sent, box.transmitting(now), now=now, answer="250 Ok")
    address = bounces.return_address(keyring, base, box.mail())

    assert address.startswith(start)
    assert address[len(start)].isalnum()
    assert returning.take(to=address) is Effect.FAILED
