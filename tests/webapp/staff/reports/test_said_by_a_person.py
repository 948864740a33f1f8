"""What goes out as news was said by a person: a form that nobody touched is not news, whoever presses the button."""

import pytest

from tests.support.pages import FormOnPage
from tests.support.site import Site, Visitor
from webapp.models import Checkpoint, CheckpointRevision, Slot

STEP = "The carpenter comes"


@pytest.fixture
def announced(site: Site, alice: Visitor) -> FormOnPage:
    """The form after news that named a next step, as the browser shows it."""
    path = f"/forms/{site.kitchen.checkpoint_id}"
    sent = alice.post(path, alice.page(path).form(path).filled(done="Tiles finished", step_text=STEP))
    assert sent.status_code == 303
    site.clock.on(days=1, hours=7)
    alice.sign_in(site.world.alice)
    site.advance(site.kitchen)
    slot = site.all(Slot, Slot.engagement_id == site.kitchen.engagement_id)[-1]
    site.kitchen.slot_id, site.kitchen.checkpoint_id = slot.id, site.one(Checkpoint, Checkpoint.slot_id == slot.id).id
    path = f"/forms/{site.kitchen.checkpoint_id}"
    return alice.page(path).form(path)


def _revisions(site: Site) -> int:
    return len(site.all(CheckpointRevision, CheckpointRevision.checkpoint_id == site.kitchen.checkpoint_id))


def test_a_form_that_nobody_touched_is_not_news(site: Site, alice: Visitor, announced: FormOnPage) -> None:
    answer = alice.post(f"/forms/{site.kitchen.checkpoint_id}", announced.filled())

    assert answer.status_code == 422
    assert "Please say whether this step is done." in answer.text
    assert "Please say what got done" in answer.text
    assert STEP in answer.text
    assert _revisions(site) == 0


@pytest.mark.parametrize(
    "typed",
    [
        {"last_step": "yes"},
        {"last_step": "partly", "done": "Half of the doors hang."},
        {"last_step": "no", "dates__0__holds": "not_sure"},
        {"last_step": "no", "step_text": "The carpenter comes on Thursday"},
        {"last_step": "no", "ask_text": "Which handles?"},
        {"last_step": "no", "step_by": "2026-04-23"},
        {"last_step": "partly", "step_who": "other", "step_name": "Karim"},
    ],
)
def test_an_answer_and_what_changed_are_news(
    site: Site, alice: Visitor, announced: FormOnPage, typed: dict[str, str]
) -> None:
    assert alice.post(f"/forms/{site.kitchen.checkpoint_id}", announced.filled(**typed)).status_code == 303
    assert _revisions(site) == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"last_step": "no"},
        {"done": "Doors hang."},
        {"last_step": "later"},
        {"last_step": "no", "done": "\u200b \u2060"},
    ],
)
def test_one_of_the_two_is_not_enough(site: Site, alice: Visitor, announced: FormOnPage, typed: dict[str, str]) -> None:
    assert alice.post(f"/forms/{site.kitchen.checkpoint_id}", announced.filled(**typed)).status_code == 422
    assert _revisions(site) == 0
