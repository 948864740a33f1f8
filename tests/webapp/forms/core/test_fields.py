"""What was typed is cleaned, kept, and answered plainly."""

from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from emails.cleaning import clean_line, clean_text
from webapp.forms.core.fields import Address, AtMost, Clock, Day, Line, Needed, Number, Phone, Text


class Typed(Form):
    line = Line("line", [Needed(), AtMost(10)])
    text = Text("text", [AtMost(20)])
    day = Day("day")
    at = Clock("at")
    number = Number("number")
    address = Line("address", [Address()])
    phone = Line("phone", [Phone("MA")])
    faults: dict[str, list[str]]


def _checked(app: Flask, **typed: str) -> Typed:
    with app.test_request_context():
        form = Typed(MultiDict({"line": "x", **typed}))
        form.validate()
        form.faults = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
    return form


@given(st.text())
def test_clean_text_holds_nothing_that_can_harm(text: str) -> None:
    cleaned = clean_text(text)

    assert not set(cleaned) & set(
        "\x00\x0b\x0c\x1b\x7f\x85\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2069\ufeff"
    )
    assert "\r" not in cleaned
    cleaned.encode()
    assert clean_text(cleaned) == cleaned
    assert "\n" not in clean_line(text)


def test_what_shapes_a_script_stays() -> None:
    for kept in ("نمی\u200cخواهم", "क्\u200dष", "\u200fعربي\u200e 06", "👩\u200d🔧", "Əliyev İlqar", "é"):
        assert clean_text(kept) == kept


def test_lines_become_lines_and_half_characters_go() -> None:
    assert clean_text("a\r\nb\rc\u2028d\x0be") == "a\nb\nc\nd\ne"
    assert clean_text("a\ud83db") == "ab"
    assert clean_line("  a \n\t b ") == "a b"


@pytest.mark.parametrize("typed", ["31.04.2026", "2026-02-30", "1999-12-31", "2101-01-01", "x", "2026-04-20T10:00"])
def test_what_is_no_day_is_said_and_kept(app: Flask, typed: str) -> None:
    form = _checked(app, day=typed)

    assert form.faults["day"]
    assert f'value="{typed}"' in str(form.day())


def test_days_times_and_numbers_are_read(app: Flask) -> None:
    form = _checked(app, day=" 2026-04-20 ", at="16:30", number="12")

    assert form.faults == {}
    assert (form.day.data, form.at.data, form.number.data) == (date(2026, 4, 20), time(16, 30), 12)


@pytest.mark.parametrize(
    ("name", "typed"), [("at", "24:00"), ("at", "4 pm"), ("number", "1.5"), ("number", "9" * 5000)]
)
def test_what_is_no_time_or_number_is_said(app: Flask, name: str, typed: str) -> None:
    assert _checked(app, **{name: typed}).faults[name]


def test_too_long_is_said_and_kept(app: Flask) -> None:
    form = _checked(app, line="x" * 11, text="y" * 21)

    assert set(form.faults) == {"line", "text"}
    assert form.text.data == "y" * 21
    assert "21" in form.faults["text"][0]


@pytest.mark.parametrize(
    "typed", ["a@b@c", "a@b.example, c@d.example", "Name <a@b.example>", "a b@c.example", "@x.example", "a@[127.0.0.1]"]
)
def test_what_is_not_one_bare_address_is_refused(app: Flask, typed: str) -> None:
    form = _checked(app, address=typed)

    assert form.faults["address"]
    assert form.address.data == typed


@pytest.mark.parametrize(
    ("typed", "stored"), [("06 61 00 00 00", "+212661000000"), ("+994 50 123 45 67", "+994501234567")]
)
def test_a_telephone_number_in_any_usual_form(app: Flask, typed: str, stored: str) -> None:
    assert _checked(app, phone=typed).phone.data == stored


@pytest.mark.parametrize("typed", ["call me", "123", "+999 1", "<script>"])
def test_what_is_no_telephone_number_is_refused(app: Flask, typed: str) -> None:
    form: Any = _checked(app, phone=typed)

    assert form.faults["phone"]
    assert form.phone.data == typed
