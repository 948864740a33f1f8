"""The rules by which a kind of mail is sent."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`lives`: how long it is worth sending. `priority`: lower goes first. `is_quiet`: waits for the reader's allowed
    hours. `obeys_stop`: stops with pause, stop and closed work. `makes_task`: staff must hear if it does not arrive.
    `is_regular`: carries one-click unsubscribe. `obeys_firm_pause`: waits while a person has not answered whether the
    clock that jumped is right; what lets that person in, and tells them, does not. `ends_work`: is the last mail of a
    piece of work, which goes when that rests or is over and not when it goes on."""

    lives: timedelta
    priority: int
    is_quiet: bool = False
    obeys_stop: bool = False
    makes_task: bool = True
    is_regular: bool = False
    to_client: bool = True
    obeys_firm_pause: bool = True
    ends_work: bool = False


def to_client(days: int, priority: int = 20, *, ends_work: bool = False) -> Rule:
    """News of a piece of work: waits for the reader's hours, can be stopped, carries one-click unsubscribe."""
    return Rule(
        lives=timedelta(days=days),
        priority=priority,
        is_quiet=True,
        obeys_stop=True,
        is_regular=True,
        ends_work=ends_work,
    )


def to_staff(hours: float, priority: int, *, obeys_firm_pause: bool = True) -> Rule:
    return Rule(
        lives=timedelta(hours=hours),
        priority=priority,
        makes_task=False,
        to_client=False,
        obeys_firm_pause=obeys_firm_pause,
    )
