"""What can go wrong in a rule, by what happened. Pages turn these into plain sentences."""


class Refused(Exception):
    """A rule said no. `key` names the sentence in the catalogue, `field` the input it belongs to."""

    def __init__(self, key: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.field = field
        self.values = values


class LinkInvalid(Exception):
    """Unknown, expired or revoked: one answer for all, so that nothing can be learnt from it."""


class NotFound(Exception):
    """There is no such thing, or not for this person: one answer for both."""


class SomebodyElseSubmitted(Exception):
    """The form was submitted by another person after this one was opened."""

    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.revision = revision


class AlreadySentOut(Exception):
    """The update has gone out; what is wrong in it needs a correction."""


class TooMany(Exception):
    """A limit was reached; the answer to the person must not tell."""
