"""What staff read on the page of a mail that could not be delivered."""

from typing import Any

import pytest
from sqlalchemy import update

from tests.support.site import Site, Visitor
from webapp.models import MailState, OutboxEmail

LETTERS = "letters that a mail server on the way cannot carry"
REFUSED = "Their mail server refused it for good"


@pytest.mark.parametrize(
    ("address", "answer", "words"),
    [
        ("maria@bennani.example", "550 5.1.1 No such user", REFUSED),
        ("maria@bennani.example", "550 5.6.7 Odd", REFUSED),
        ("мария@bennani.example", "550 5.1.1 No such user", REFUSED),
        ("мария@bennani.example", "553 5.6.7 our mail server takes only ASCII letters before the @", LETTERS),
    ],
)
def test_a_refusal_of_letters_is_told_from_any_other(
    alice: Visitor, site: Site, address: str, answer: str, words: str
) -> None:
    mail = site.all(OutboxEmail, OutboxEmail.contact_id == site.kitchen.contact_id)[0]
    values: dict[str, Any] = {"state": MailState.FAILED, "to_address": address, "answer": answer}
    with site.writing() as session:
        session.execute(update(OutboxEmail).where(OutboxEmail.id == mail.id).values(**values))

    told = alice.page(f"/outbox/{mail.id}").text

    assert words in " ".join(told.split())
    assert ({LETTERS, REFUSED} - {words}).pop() not in " ".join(told.split())
    assert answer in told
