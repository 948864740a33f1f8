"""A mail that somebody asked for by an address, until a worker has looked whether it is anybody's."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Identified


class AskedFor(StrEnum):
    SIGN_IN = "sign_in"
    FRESH_LINK = "fresh_link"


class AskedMail(Identified):
    """One row whoever asks, so that neither what the request does nor how long it takes says who is known here. `nonce`
    and `browser_hash` are of a sign-in."""

    __tablename__ = "asked_mail"

    what: Mapped[AskedFor] = mapped_column(index=True)
    address: Mapped[str]
    asked_at: Mapped[datetime]
    nonce: Mapped[bytes | None]
    browser_hash: Mapped[bytes | None]
