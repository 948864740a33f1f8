"""DKIM as a verifier sees it: whole mails of ours, against the record in the DNS."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dkim
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.certificates import SigningKey, make_signing_key
from tests.support.factories import World
from tests.support.faults.scene import SECRET
from webapp.config import Settings
from webapp.models import OutboxEmail
from workers import message


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return make_signing_key(tmp_path_factory.mktemp("key"))


@dataclass(frozen=True)
class Verifier:
    record: str

    def holds(self, data: bytes) -> bool:
        return bool(dkim.verify(data, dnsfunc=lambda *_, **__: self.record.encode()))


@pytest.fixture
def verifier(key: SigningKey) -> Verifier:
    return Verifier(key.record)


@pytest.fixture
def signed(session: Session, world: World, key: SigningKey) -> Callable[[str], bytes]:
    """A whole signed welcome mail to an address."""

    def sign(address: str) -> bytes:
        world.bennani.address = address
        world.open_engagement(is_read=False)
        session.flush()
        mail = session.scalars(select(OutboxEmail)).one()
        settings = Settings.load(
            secret_key=SECRET,
            public_url="https://news.darrenov.example",
            dkim_domain="darrenov.example",
            dkim_key_file=Path(key.file),
        )
        rows = message.links_of(session, settings, mail, now=world.now)
        return message.build(settings, world.firm, mail, message.urls(settings, mail, rows), None)

    return sign


@pytest.mark.parametrize("address", ["maria@bennani.example", "мария@bennani.example"], ids=["ascii", "beyond ascii"])
def test_our_signature_holds(signed: Callable[[str], bytes], verifier: Verifier, address: str) -> None:
    data = signed(address)

    assert data.startswith(b"DKIM-Signature:")
    assert verifier.holds(data)


@pytest.mark.parametrize(
    "header",
    ["List-Unsubscribe", "List-Unsubscribe-Post", "From", "To", "Subject", "Date", "Message-ID", "References"],
)
def test_no_header_that_matters_can_be_changed(signed: Callable[[str], bytes], verifier: Verifier, header: str) -> None:
    data = signed("maria@bennani.example")
    line = f"\r\n{header}:".encode()

    changed = data.replace(line, line + b" x", 1)

    assert changed != data
    assert not verifier.holds(changed)


def test_the_body_cannot_be_changed(signed: Callable[[str], bytes], verifier: Verifier) -> None:
    data = signed("maria@bennani.example")

    assert not verifier.holds(data.replace(b"Bennani", b"Alaoui"))
