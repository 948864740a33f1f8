"""Which mail addresses a form takes, and what it says beside the field."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form

from webapp.forms.core.fields import Address, Line
from webapp.forms.core.firm import FirmForm
from webapp.forms.people.users import ColleagueForm
from webapp.forms.work.clients import ContactForm


class Typed(Form):
    theirs = Line("theirs", [Address()])
    ours = Line("ours", [Address(is_ours=True)])


def _typed(app: Flask, **typed: str) -> tuple[Typed, dict[str, list[str]]]:
    with app.test_request_context():
        form = Typed(MultiDict(typed))
        form.validate()
        return form, {name: [str(error) for error in errors] for name, errors in form.errors.items()}


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Maria@Bücher.example", "maria@xn--bcher-kva.example"),
        ("елена@пример.рф", "елена@xn--e1afmkfd.xn--p1ai"),
        ("مريم@client.example", "مريم@client.example"),
    ],
)
def test_a_clients_address_may_have_any_letters(app: Flask, text: str, stored: str) -> None:
    form, faults = _typed(app, theirs=text)

    assert faults == {}
    assert form.theirs.data == stored


def test_an_address_that_stands_in_clients_mails_has_latin_letters_before_the_at(app: Flask) -> None:
    form, faults = _typed(app, ours="alice@Дом.example")
    _, refused = _typed(app, ours="алиса@dar.example")

    assert faults == {}
    assert form.ours.data == "alice@xn--d1aqf.example"
    assert list(refused) == ["ours"]
    assert "Latin letters without accents" in refused["ours"][0]


def test_colleagues_and_the_firm_have_such_an_address_and_clients_need_not(app: Flask) -> None:
    with app.test_request_context():
        forms = [ColleagueForm(), FirmForm(), ContactForm()]

        ours = [
            any(isinstance(check, Address) and check.is_ours for check in form[name].validators)
            for form, name in zip(forms, ("address", "mailbox", "address"), strict=True)
        ]

    assert ours == [True, True, False]
