"""What every way out for mails is: a mail server, the demo's inbox, a provider's HTTP interface."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Self


class CannotOpen(ValueError):
    """A way out cannot be used with these settings; says why in one sentence, without a password."""


class Transport(ABC):
    """One way out for many mails, one after the other; a context manager. Nothing is opened before the first mail."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027 - a way out may have nothing to close
        """Let go of what was opened."""

    @abstractmethod
    def check(self) -> str:
        """Whether mails would be taken, found out without sending one; returns what answered. Raises SendingStopped."""

    @abstractmethod
    def send(
        self,
        *,
        envelope_from: str,
        recipient: str,
        data: bytes,
        at_data: Callable[[], bool],
        stopping: Callable[[], bool],
    ) -> str:
        """Hand over one mail to one recipient; returns the words of the acceptance.

        `data` is the whole mail with CRLF line ends. `at_data` is called once, at the last moment before any of the
        mail leaves: only if it returns true may it leave. `stopping` is asked all along: until the mail may have been
        taken it ends the attempt as Interrupted. Raises the types in `workers.outcomes`, which answer one question:
        can the mail have arrived?
        """
