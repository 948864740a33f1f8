"""Whom an enhanced status code (RFC 3463) blames, said by a server at the line or in a report that comes back later."""

import re

_ADDRESS = re.compile(r"5\.(?:1\.(?:[1-6]|10)|2\.1|6\.7)")
"""5.1.10 is RFC 7505's, 5.6.7 RFC 6531's."""
_SENDER = re.compile(r"5\.(?:1\.[78]|7\.\d+)")
_FULL = re.compile(r"[45]\.2\.2")


def is_about_address(status: str) -> bool:
    """Whether the address itself is wrong. Room, the way (5.4, 5.5), trust and the sender say nothing of it."""
    return _ADDRESS.fullmatch(status) is not None


def is_about_sender(status: str) -> bool:
    """Whether it means who sends: their address, or a policy that does not trust them."""
    return _SENDER.fullmatch(status) is not None


def is_full(status: str) -> bool:
    """Whether there is no room in the mailbox for now."""
    return _FULL.fullmatch(status) is not None
