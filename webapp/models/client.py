"""Who is served, and the people there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Identified


class AddressState(StrEnum):
    """Whether mail to an address is known to fail."""

    FINE = "fine"
    REFUSED = "refused"


class Client(Identified):
    __tablename__ = "client"

    name: Mapped[str] = mapped_column(index=True)
    country: Mapped[str | None]
    """Two letters (ISO 3166-1): on whose public holidays this client is not written to; None: the firm's."""
    created_at: Mapped[datetime]
    contacts: Mapped[list["Contact"]] = relationship(back_populates="client", order_by="Contact.id")


class Contact(Identified):
    """A person at a client. The address is optional: without one they are told by phone.

    Raising `link_epoch` revokes every link this contact ever got, unsubscribe links excepted.
    """

    __tablename__ = "contact"

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    name: Mapped[str]
    greeting: Mapped[str | None]
    """How a mail addresses them ("Mrs Bennani"); empty: the name."""
    address: Mapped[str | None] = mapped_column(index=True)
    address_state: Mapped[AddressState] = mapped_column(default=AddressState.FINE)
    phone: Mapped[str | None]
    language: Mapped[str]
    zone: Mapped[str]
    link_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    client: Mapped[Client] = relationship(back_populates="contacts")

    @property
    def can_be_mailed(self) -> bool:
        return self.address is not None and self.address_state is AddressState.FINE
