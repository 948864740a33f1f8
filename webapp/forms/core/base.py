"""What all forms have in common: a fault that the form library finds by itself is said in our words."""

from datetime import date
from typing import Any

import wtforms
from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from webapp.language import t
from webapp.services.core.errors import Refused

ROW_DIGITS = 3
"""A page has fewer than a thousand rows."""


class OurWords:
    """Stands in for the library's own translations: what was sent is none of the choices that were offered."""

    def gettext(self, text: str) -> str:
        return t("form.fault.choice") if text.lower().startswith(("not a valid", "invalid")) else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        return t("form.fault.choice")


class Form(wtforms.Form):
    refused_at: str | None = None
    """The field beside which a refusal stands that names none of this form; None: above the form."""

    class Meta(DefaultMeta):
        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            """Rows of a list are numbered by the page: `dates-3-holds`. What a form made by hand numbers in other
            signs, or beyond any page, is not there: the library fails at the one and works for minutes at the other."""
            wrapped = super().wrap_formdata(form, formdata)
            if wrapped is None or all(map(_is_plain, wrapped)):
                return wrapped
            pairs = [(name, value) for name in wrapped if _is_plain(name) for value in wrapped.getlist(name)]
            return MultiDict(pairs)

        def get_translations(self, form: BaseForm) -> OurWords:
            return OurWords()

    def refuse(self, refusal: Refused) -> None:
        """Say what a rule refused, beside the field it is about."""
        name = refusal.field if refusal.field in self._fields else self.refused_at
        if name is None:
            self.form_errors = [*self.form_errors, t(refusal.key, **refusal.values)]
        else:
            self[name].errors = [*self[name].errors, t(refusal.key, **refusal.values)]

    def date_of(self, name: str) -> date:
        """The date in a field that must have one; the form has been found to fit."""
        typed: date = self[name].data
        return typed


def _is_plain(name: str) -> bool:
    return not any(part.isdigit() and not (part.isascii() and len(part) <= ROW_DIGITS) for part in name.split("-"))


class OneOfSeveral(Form):
    """A form on a page with others: nothing stands above it, so that a refusal always stands beside a field."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.refused_at = self.refused_at or next(iter(self._fields))
