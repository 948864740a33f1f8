"""Signing in by mail."""

from webapp.forms.base import Form
from webapp.forms.fields import Address, AtMost, EmailField, Line, Needed
from webapp.language import Lazy


class SignInForm(Form):
    address = EmailField(Lazy("people.address"), [Needed(), Address()])


class CodeForm(Form):
    code = Line(Lazy("sign_in.code"), [Needed(), AtMost(20)])
