"""A correction for readers of several languages: nobody is told the wrong words again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.delivering import deliver
from tests.support.factories import World, answers
from webapp.models import OutboxEmail, PartOf, Update, UpdateKind
from webapp.services.core.errors import Refused
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.updates import corrections
from webapp.services.updates.corrections import Right

WROTE = {"done": {"az": "Kafel bitdi"}}


@pytest.fixture
def wrong(session: Session, world: World) -> Update:
    """An update of which Mrs Bennani read "Tiles finished" and Leyla "Kafel bitdi"."""
    leyla = world.contact("Leyla", language="az")
    _, slot = world.open_engagement(contacts=[(world.bennani, PartOf.DECIDES), (leyla, PartOf.INFORMED)])
    before = slot.send_at - timedelta(hours=1)
    given = answers(done="Tiles finished", translations=WROTE, step=None)
    checkpoints.submit(session, slot.checkpoint, given, note="", based_on=0, by=world.alice, now=before)
    planning.advance(session, slot.id, now=slot.send_at)
    deliver(session, now=slot.send_at)
    return session.scalars(select(Update).where(Update.kind == UpdateKind.REGULAR)).one()


def correct(session: Session, world: World, wrong: Update, right: Right) -> dict[str, str]:
    corrections.correct(session, wrong, right, by=world.alice, now=world.now)
    mails = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "correction"))
    return {mail.language: read(mail).text for mail in mails}


def test_each_reader_is_told_what_was_written_and_what_is_right_in_their_language(
    session: Session, world: World, wrong: Update
) -> None:
    right = Right(done="Half the tiles", language="en", translations={"done": {"az": "Kafelin yarısı"}})

    mails = correct(session, world, wrong, right)

    assert "Tiles finished" in mails["en"]
    assert "Half the tiles" in mails["en"]
    assert "Kafel bitdi" in mails["az"]
    assert "Kafelin yarısı" in mails["az"]
    assert "Half the tiles" not in mails["az"]


def test_a_translation_that_was_not_put_right_is_not_told_as_right(
    session: Session, world: World, wrong: Update
) -> None:
    mails = correct(session, world, wrong, Right(done="Half the tiles", language="en", translations=WROTE))

    assert mails["az"].count("Kafel bitdi") == 1, "what we wrote"
    assert "Half the tiles" in mails["az"]


def test_words_that_are_wrong_in_one_language_only_can_be_put_right(
    session: Session, world: World, wrong: Update
) -> None:
    right = Right(done="Tiles finished", language="en", translations={"done": {"az": "Kafel hazırdır"}})

    assert "Kafel hazırdır" in correct(session, world, wrong, right)["az"]


def test_the_same_words_in_all_languages_correct_nothing(session: Session, world: World, wrong: Update) -> None:
    with pytest.raises(Refused, match="nothing_changed"):
        correct(session, world, wrong, Right(done="Tiles finished", language="en", translations=WROTE))
