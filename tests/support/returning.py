"""Mails that come back, handed to the service as the mail server's pipe does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.support import returned_mails
from tests.support.boxes import Box
from webapp.keys import Keyring
from webapp.models import AddressState, Contact
from webapp.services.mail import bounces, delivery_reports
from webapp.services.mail.bounces import Effect

BASE = "bounces@bounce.firm.example"
FAILED = returned_mails.postfix()


@dataclass(frozen=True)
class Returning:
    """Bounces of mail 1, as the mail server's pipe hands them over."""

    box: Box
    keyring: Keyring
    now: datetime

    def address(self, number: int = 1) -> str:
        return bounces.return_address(self.keyring, BASE, self.box.mail(number))

    def take(self, raw: bytes = FAILED, *, to: str | None = None) -> Effect:
        given: dict[str, Any] = {"recipients": [self.address() if to is None else to], "now": self.now}
        return self.box.do(bounces.take, self.keyring, delivery_reports.read(raw), **given)  # type: ignore[no-any-return]

    def address_state(self) -> AddressState:
        return self.box.see(lambda session: session.get_one(Contact, 1).address_state)  # type: ignore[no-any-return]
