"""What each kind of mail may do: one table, read by the outbox, the worker and the tests."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class MailKind:
    """`lives`: how long it is worth sending. `priority`: lower goes first. `is_quiet`: waits for the reader's allowed
    hours. `obeys_stop`: stops with pause, stop and closed work. `makes_task`: staff must hear if it does not arrive.
    `is_regular`: carries one-click unsubscribe. `obeys_firm_pause`: waits while a person has not answered whether the
    clock that jumped is right; what lets that person in, and tells them, does not."""

    lives: timedelta
    priority: int
    is_quiet: bool = False
    obeys_stop: bool = False
    makes_task: bool = True
    is_regular: bool = False
    to_client: bool = True
    obeys_firm_pause: bool = True


def _client(days: int, priority: int = 20) -> MailKind:
    return MailKind(lives=timedelta(days=days), priority=priority, is_quiet=True, obeys_stop=True, is_regular=True)


def _staff(hours: float, priority: int, *, obeys_firm_pause: bool = True) -> MailKind:
    return MailKind(
        lives=timedelta(hours=hours),
        priority=priority,
        makes_task=False,
        to_client=False,
        obeys_firm_pause=obeys_firm_pause,
    )


MAIL_KINDS: dict[str, MailKind] = {
    "client_update": _client(3),
    "delay_notice": _client(3, priority=15),
    "no_news": _client(1),
    "welcome": _client(5),
    "correction": _client(3, priority=15),
    "closing": _client(5),
    "answer": MailKind(lives=timedelta(days=3), priority=15, is_quiet=True),
    "receipt": MailKind(lives=timedelta(hours=24), priority=10),
    "fresh_link": MailKind(lives=timedelta(hours=2), priority=5, obeys_firm_pause=False),
    "sign_in": _staff(0.17, 0, obeys_firm_pause=False),
    "invitation": _staff(72, 5, obeys_firm_pause=False),
    "day_mail": _staff(8, 30),
    "last_call": _staff(3, 25),
    "reply_received": _staff(48, 12),
    "sample": _staff(2, 8),
    "trouble": _staff(48, 12, obeys_firm_pause=False),
}
