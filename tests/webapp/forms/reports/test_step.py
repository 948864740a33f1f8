"""The next step of the checkpoint form, which is prefilled with the one that was named last time."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from webapp.forms.reports.checkpoints import CheckpointForm
from webapp.services.updates.answers import NextStep


@pytest.mark.parametrize(
    ("went", "typed", "told"),
    [
        ("yes", "Tiles in the hall", None),
        ("yes", "Cupboards", "Cupboards"),
        ("partly", "Tiles in the hall", "Tiles in the hall"),
        ("no", "Tiles in the hall", "Tiles in the hall"),
    ],
)
def test_a_step_that_is_done_is_not_told_again_as_the_next_one(
    app: Flask, went: str, typed: str, told: str | None
) -> None:
    with app.test_request_context():
        form = CheckpointForm(MultiDict({"last_step": went, "step_text": typed, "done": "Hall"}))
        form.told_step = NextStep(text="Tiles in the hall")

        step = form.answers(zone="Africa/Casablanca").step

    assert (step.text if step else None) == told
