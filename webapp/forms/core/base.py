"""What all forms have in common: a fault that the form library finds by itself is said in our words."""

import wtforms
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from webapp.language import t


class OurWords:
    """Stands in for the library's own translations: what was sent is none of the choices that were offered."""

    def gettext(self, text: str) -> str:
        return t("form.fault.choice") if text.lower().startswith(("not a valid", "invalid")) else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        return t("form.fault.choice")


class Form(wtforms.Form):
    class Meta(DefaultMeta):
        def get_translations(self, form: BaseForm) -> OurWords:
            return OurWords()
