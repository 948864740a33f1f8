"""Caps that survive a restart: how often an act may be done by somebody in a window of time."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.keys import Keyring
from webapp.models import LimitedAct
from webapp.services.core.errors import TooMany

KEPT = timedelta(days=2)


def count(session: Session, key: str, *, now: datetime, caps: list[tuple[int, timedelta]]) -> None:
    """Count one act of `key`; raises TooMany, and counts nothing, where any cap (number, window) is reached."""
    if session.get_bind().dialect.name == "postgresql":
        # Two requests at once would both count before either commits.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    for number, window in caps:
        done = session.scalar(
            select(func.count()).select_from(LimitedAct).where(LimitedAct.key == key, LimitedAct.at > now - window)
        )
        if (done or 0) >= number:
            raise TooMany
    session.add(LimitedAct(key=key, at=now))


def keyed(keyring: Keyring, text: str) -> str:
    """Who did it, as a keyed hash: the counters hold no address of anybody."""
    return keyring.mac(keyring.current, "limit", text.encode()).hex()


def network(place: str) -> str:
    """Where a request came from, as one somebody: of IPv6 the 64 bits that name a network, as whoever has one address
    of it has all of them."""
    try:
        found = ip_address(place)
    except ValueError:
        return place
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    if mapped is not None or not isinstance(found, IPv6Address):
        return str(mapped or found)
    return str(IPv6Network((found, 64), strict=False))


def forget_old(session: Session, *, now: datetime) -> None:
    session.execute(delete(LimitedAct).where(LimitedAct.at < now - KEPT))
