"""Free words in several languages: every reader gets them in their own where they were given, else as written."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Said, Waiting, Who
from tests.support.factories import World, answers
from webapp.models import Ask, Engagement, OutboxEmail, PartOf, Slot
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why
from webapp.services.mail.writing import read
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.updates.answers import Answers, DateAnswer, Holds, NewAsk, NextStep
from webapp.services.updates.snapshot import Snapshot

SAID = {
    "done": ("Tiles finished", "Kafel bitdi"),
    "text": ("The carpenter comes", "Dülgər gəlir"),
    "ask": ("Your choice of tap", "Kran seçiminiz"),
    "why": ("The taps are late", "Kranlar gecikir"),
    "what_we_do": ("We fetch them", "Özümüz gətiririk"),
    "condition": ("your plans", "planlarınızı"),
}


def two_readers(world: World) -> tuple[Engagement, Slot]:
    """Mrs Bennani reads English, Leyla Azerbaijani."""
    leyla = world.contact("Leyla", language="az", zone="Asia/Baku")
    return world.open_engagement(contacts=[(world.bennani, PartOf.DECIDES), (leyla, PartOf.INFORMED)])


def report(engagement: Engagement, **more: Any) -> Answers:
    """A report in English in which everything was given in Azerbaijani too."""

    def in_az(*parts: str, **named: str) -> dict[str, dict[str, str]]:
        return {part: {"az": SAID[said][1]} for part, said in {**{part: part for part in parts}, **named}.items()}

    moved = DateAnswer(
        milestone_id=engagement.milestones[1].id,
        holds=Holds.NO,
        to=When(after_days=3, condition=SAID["condition"][0]),
        why=Why(
            cause=Who.OTHER,
            why=SAID["why"][0],
            what_we_do=SAID["what_we_do"][0],
            translations=in_az("why", "what_we_do", "condition"),
            language="en",
        ),
    )
    given: dict[str, Any] = {
        "done": SAID["done"][0],
        "translations": in_az("done"),
        "step": NextStep(text=SAID["text"][0], by=date(2026, 4, 20), translations=in_az("text")),
        "new_ask": NewAsk(text=SAID["ask"][0], due_on=date(2026, 4, 16), translations=in_az(text="ask")),
        "dates": (moved,),
        **more,
    }
    return answers(**given)


def release(session: Session, slot: Slot, given: Answers, world: World) -> dict[str, OutboxEmail]:
    """Submit and send; the mails by their language."""
    before = slot.send_at - timedelta(hours=1)
    checkpoints.submit(
        session, slot.checkpoint, given, note="", based_on=slot.checkpoint.revision, by=world.alice, now=before
    )
    planning.advance(session, slot.id, now=slot.send_at)
    wanted = select(OutboxEmail).where(OutboxEmail.kind.in_(["client_update", "delay_notice"]))
    return {mail.language: mail for mail in session.scalars(wanted)}


def test_each_reader_gets_all_the_words_in_their_own_language(session: Session, world: World) -> None:
    engagement, slot = two_readers(world)

    mails = release(session, slot, report(engagement), world)

    for english, azerbaijani in SAID.values():
        assert english in read(mails["en"]).text
        assert azerbaijani not in read(mails["en"]).text
        assert azerbaijani in read(mails["az"]).text
        assert english not in read(mails["az"]).text
        assert azerbaijani in read(mails["az"]).html
    assert 'lang="en"' not in read(mails["az"]).html


def test_what_was_given_in_one_language_goes_out_as_written_and_marked(session: Session, world: World) -> None:
    engagement, slot = two_readers(world)
    plain = report(engagement, translations={}, step=NextStep(text="The carpenter comes"), new_ask=None)

    mails = release(session, slot, plain, world)

    assert SAID["done"][0] in read(mails["az"]).text
    assert f'<div dir="ltr" lang="en"><p>{SAID["done"][0]}</p></div>' in read(mails["az"]).html
    assert SAID["why"][1] in read(mails["az"]).text, "one part being missing takes nothing from the others"
    assert 'lang="az"' not in read(mails["en"]).html


def test_a_sentence_where_nothing_is_new_is_told_to_each_in_their_language(session: Session, world: World) -> None:
    _, slot = two_readers(world)
    nothing = Answers(
        language="en",
        waiting=Waiting(who=Who.US, since=date(2026, 4, 1)),
        sentence="We still measure",
        translations={"sentence": {"az": "Hələ ölçürük"}},
    )

    mails = release(session, slot, nothing, world)

    assert "We still measure" in read(mails["en"]).text
    assert "Hələ ölçürük" in read(mails["az"]).text
    assert "We still measure" not in read(mails["az"]).text


def test_words_put_right_in_one_language_only_are_a_new_entry_in_the_ledger(session: Session, world: World) -> None:
    engagement, slot = two_readers(world)
    form, milestone = slot.checkpoint, engagement.milestones[1]
    first = report(engagement)
    (moved,) = first.dates
    assert moved.why is not None
    better = {**moved.why.translations, "why": {"az": "Kranlar hələ yoldadır"}}
    righted = moved.model_copy(update={"why": replace(moved.why, translations=better)})
    second = first.model_copy(update={"dates": (righted,)})

    for given in (first, second, second):
        checkpoints.submit(session, form, given, note="", based_on=form.revision, by=world.alice, now=world.now)

    made = ledger.effective(milestone)[-1]
    assert made.words is not None
    assert made.words.translations == better
    assert len(milestone.promises) == 3, "the first promise, the move, and the move with better words"


def test_a_right_day_in_place_of_a_wrong_one_keeps_the_words_of_all_languages(session: Session, world: World) -> None:
    engagement, slot = two_readers(world)
    release(session, slot, report(engagement), world)
    milestone = engagement.milestones[1]
    wrong = ledger.effective(milestone)[-1]

    made = ledger.correct(session, milestone, wrong, When(starts_on=date(2026, 5, 1)), by=None, now=world.now)

    assert made.words is not None
    assert made.words.translations is not None
    assert made.words.translations["why"] == {"az": SAID["why"][1]}


def test_an_ask_written_anew_in_one_language_has_no_old_words_in_another(session: Session, world: World) -> None:
    engagement, slot = two_readers(world)
    form = slot.checkpoint
    again = report(engagement, new_ask=NewAsk(text="Your choice of oven"))

    for given in (report(engagement), again):
        checkpoints.submit(session, form, given, note="", based_on=form.revision, by=world.alice, now=world.now)
    session.flush()
    session.expire_all()

    ask = session.scalars(select(Ask)).one()
    assert (ask.text, ask.language, ask.translations) == ("Your choice of oven", "en", None)


@pytest.mark.parametrize(("reader", "text", "language"), [("az", "Kafel bitdi", "az"), ("ru", "Tiles", "en")])
def test_words_are_read_in_the_readers_language_else_as_written(reader: str, text: str, language: str) -> None:
    said = Said(text="Tiles", language="en", translations={"az": "Kafel bitdi"})

    read = said.read_in(reader)

    assert (read.text, read.language, read.translations) == (text, language, {})


def test_what_was_kept_before_words_came_in_several_languages_is_still_read() -> None:
    told = {"version": 1, "title": "kitchen", "reference": "MA-1", "done": {"text": "Tiles", "language": "en"}}
    revision = {"version": 1, "language": "en", "done": "Tiles", "step": {"text": "Pipes", "who": "us"}}

    frozen, reported = Snapshot.load(told), Answers.load(revision)

    assert frozen.version == 1
    assert frozen.done == Said(text="Tiles", language="en")
    assert reported == Answers(language="en", done="Tiles", step=NextStep(text="Pipes"))


def test_a_form_filed_before_and_pressed_again_after_an_update_of_milepost_is_one_revision(
    session: Session, world: World
) -> None:
    _, slot = world.open_engagement()
    form = slot.checkpoint
    first = checkpoints.submit(session, form, answers(), note="", based_on=0, by=world.alice, now=world.now)
    stored = {name: value for name, value in first.answers.items() if name != "translations"}
    stored["step"] = {name: value for name, value in stored["step"].items() if name != "translations"}
    first.answers = {**stored, "version": 1}
    session.flush()

    again = checkpoints.submit(session, form, answers(), note="", based_on=0, by=world.alice, now=world.now)

    assert again is first
