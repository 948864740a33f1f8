"""A table of running jobs."""

from webapp.forms.core.base import Form
from webapp.forms.core.fields import (
    Needed,
    Text,
)
from webapp.language import Lazy


class PasteForm(Form):
    """A table of running jobs, pasted from a spreadsheet."""

    table = Text(Lazy("imports.table"), [Needed()])
