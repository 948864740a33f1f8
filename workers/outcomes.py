"""What became of one attempt to hand over one mail, other than "accepted".

Each type answers the question a retry turns on: can the mail have arrived?
"""

from emails.cleaning import one_line


class Outcome(Exception):
    """An attempt that did not end in an acceptance. `answer` is the server's last line, or our own plain words."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


class SendingStopped(Outcome):
    """Trouble of the sender or the connection, not of the mail: every mail would meet it. Nothing has arrived.

    `stage` says for people where it was met: "connect", "TLS", "AUTH", "DKIM". `is_permanent`: a person has to change
    something (a bad certificate, a refused password); otherwise waiting may be enough. `is_at_this_mail`: it was said
    when this mail's recipient or text was named, so that another mail may fare better.
    """

    def __init__(self, answer: str, *, stage: str, is_permanent: bool, is_at_this_mail: bool = False) -> None:
        super().__init__(answer)
        self.stage = stage
        self.is_permanent = is_permanent
        self.is_at_this_mail = is_at_this_mail

    def __str__(self) -> str:
        return f"{self.stage}: {self.answer}"


class _Refused(Outcome):
    """`is_permanent`: trying again gives the same answer; otherwise not now."""

    def __init__(self, answer: str, *, is_permanent: bool) -> None:
        super().__init__(answer)
        self.is_permanent = is_permanent


class RecipientRefused(_Refused):
    """The server does not take mail for this address. Nothing has arrived. `is_about_address`: its code says that the
    address itself is wrong (RFC 3463), not only that this server will not."""

    def __init__(self, answer: str, *, is_permanent: bool, is_about_address: bool = False) -> None:
        super().__init__(answer, is_permanent=is_permanent)
        self.is_about_address = is_about_address


class MessageRefused(_Refused):
    """The server does not take this mail, said at DATA or after the body. Nothing has arrived."""


class Interrupted(Outcome):
    """The attempt ended before the final dot was sent: nothing can have arrived, try again."""


class Withdrawn(Outcome):
    """`at_data` said no after the server's 354; the connection was closed and nothing of the mail was sent."""


class AnswerUnknown(Outcome):
    """The final dot was sent and no answer came: the mail may or may not have arrived."""


def plain_answer(code: int, text: bytes | str) -> str:
    """The last line of a server's answer as printable text of at most 500 characters, its code in front."""
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    last = words.strip().rpartition("\n")[2]
    return one_line((f"{code} {last}" if code > 0 else last).replace("\ufffd", " "))[:500]
