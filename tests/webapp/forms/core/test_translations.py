"""The further boxes beside a free text."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from webapp.forms.reports.checkpoints import CheckpointForm
from webapp.models import Labels
from webapp.services.updates.answers import NextStep


def step(typed: dict[str, str], told: NextStep | None = None) -> NextStep | None:
    form = CheckpointForm(MultiDict({"language": "en", "done": "Hall", **typed}))
    form.language.choices = {"en": "English", "az": "Azərbaycanca"}
    form.told_step = told
    return form.answers(zone="Africa/Casablanca").step


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"step_text_in-az": " Dülgər\r\ngəlir\u202e\x00 "}, {"az": "Dülgər\ngəlir"}),
        ({"step_text_in-az": "  ", "step_text_in-ary": "النجار"}, {"ary": "النجار"}),
        ({"step_text_in-en": "written twice"}, {}),
        ({"step_text_in-tlh": "chamwI'"}, {}),
    ],
)
def test_a_box_gives_clean_words_in_a_language_we_speak_and_one_does_not_write_in(
    app: Flask, typed: dict[str, str], kept: Labels
) -> None:
    with app.test_request_context():
        made = step({"step_text": "The carpenter comes", **typed})

    assert made is not None
    assert made.in_others("text") == kept


def test_what_was_not_written_is_not_given_in_other_languages_either(app: Flask) -> None:
    with app.test_request_context():
        made = step({"step_text": "", "step_text_in-az": "Dülgər gəlir"})

    assert made is None


@pytest.mark.parametrize(
    ("text", "words", "kept"),
    [
        ("The carpenter comes", "Dülgər gəlir", {"az": "Dülgər gəlir"}),
        ("The painter comes", "Dülgər gəlir", {}),
        ("The painter comes", "Rəngsaz gəlir", {"az": "Rəngsaz gəlir"}),
    ],
)
def test_words_for_the_step_before_are_kept_with_that_step_only(
    app: Flask, text: str, words: str, kept: Labels
) -> None:
    told = NextStep(text="The carpenter comes", translations={"text": {"az": "Dülgər gəlir"}})

    with app.test_request_context():
        made = step({"step_text": text, "step_text_in-az": words}, told)

    assert made is not None
    assert made.in_others("text") == kept
