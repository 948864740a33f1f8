"""Signing in by mail."""

from webapp.forms.core.base import Form
from webapp.forms.core.fields import Address, AtMost, EmailField, Line, Needed
from webapp.language import Lazy


class SignInForm(Form):
    address = EmailField(Lazy("people.address"), [Needed(), Address()])


class InvitationForm(Form):
    """Whose invitation it is: what a person knows, and what opens links by itself does not type."""

    address = EmailField(Lazy("people.address"), [Needed()])


class CodeForm(Form):
    code = Line(Lazy("sign_in.code"), [Needed(), AtMost(20)])
