"""The bytes of a mail: the same at every attempt, with live links that lie nowhere but in the mail."""

import re
from collections.abc import Sequence
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.support.boxes import letters
from tests.support.certificates import make_signing_key
from tests.support.delivering import write_all
from tests.support.factories import World
from tests.support.faults.scene import SECRET
from webapp.config import Settings
from webapp.database import Database
from webapp.models import Link, OutboxEmail, SignInChallenge
from webapp.models.base import Base
from webapp.services.mail import links
from webapp.services.mail.writing import read
from webapp.services.people import sign_in
from workers import message
from workers.outcomes import SendingStopped

TOKEN = re.compile(r"/(?:u|unsubscribe)/([a-z2-7]{40,})")


@pytest.fixture
def settings() -> Settings:
    return Settings.load(secret_key=SECRET, public_url="https://news.darrenov.example")


def _bytes(session: Session, settings: Settings, world: World, mail: OutboxEmail, *, later: float = 0) -> bytes:
    rows = message.links_of(session, settings, mail, now=world.now + timedelta(seconds=later))
    return message.build(settings, world.firm, mail, message.urls(settings, mail, rows), None)


def _parsed(data: bytes) -> EmailMessage:
    made = message_from_bytes(data, policy=policy.SMTP)
    assert isinstance(made, EmailMessage)
    return made


def _tokens(data: bytes) -> set[str]:
    parts: Sequence[str] = [str(part.get_content()) for part in _parsed(data).walk() if not part.is_multipart()]
    return set(TOKEN.findall("\n".join([*parts, str(_parsed(data)["List-Unsubscribe"])])))


@pytest.fixture
def mail(session: Session, world: World) -> OutboxEmail:
    world.open_engagement(is_read=False)
    write_all(session)
    session.commit()
    return session.scalars(select(OutboxEmail)).one()


def test_a_retry_builds_the_same_bytes_with_the_same_links(
    session: Session, world: World, settings: Settings, mail: OutboxEmail, database: Database
) -> None:
    first = _bytes(session, settings, world, mail)
    session.commit()

    with database.writer() as other:
        again = other.get_one(OutboxEmail, mail.id)
        second = _bytes(other, settings, world, again, later=4000)
        links = len(other.scalars(select(Link)).all())

    assert second == first
    assert len(_tokens(first)) == 2
    assert links == 2


def test_no_live_link_lies_in_the_database(
    session: Session, world: World, settings: Settings, mail: OutboxEmail
) -> None:
    tokens = _tokens(_bytes(session, settings, world, mail))
    session.commit()

    dump = ""
    for table in Base.metadata.sorted_tables:
        rows = session.execute(text(f'SELECT * FROM "{table.name}"')).all()
        dump += "\n".join(str(tuple(row)) for row in rows)

    assert tokens
    assert "Bennani" in dump
    assert not [token for token in tokens if token in dump.lower() or token[-20:] in dump.lower()]


def test_every_placeholder_is_filled_and_the_reader_can_stop_with_one_click(
    session: Session, world: World, settings: Settings, mail: OutboxEmail
) -> None:
    parsed = _parsed(_bytes(session, settings, world, mail))
    html = str(parsed.get_body(("html",)))

    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["List-Unsubscribe"].startswith("<https://news.darrenov.example/unsubscribe/")
    assert parsed["Message-ID"] == f"<{mail.message_id}@news.darrenov.example>"
    assert parsed["To"].addresses[0].addr_spec == "maria@bennani.example"
    assert "placeholder" not in html


def test_a_mail_to_a_colleague_has_no_unsubscribe_link(session: Session, world: World, settings: Settings) -> None:
    (mail,) = letters(world, 1)

    parsed = _parsed(_bytes(session, settings, world, mail))

    assert parsed["List-Unsubscribe"] is None
    assert parsed["To"].addresses[0].addr_spec == "alice@darrenov.example"


def test_a_key_that_cannot_be_read_is_no_fault_of_the_mail(
    session: Session, world: World, mail: OutboxEmail, settings: Settings, tmp_path: Path
) -> None:
    keyless = settings.model_copy(update={"dkim_domain": "darrenov.example", "dkim_key_file": tmp_path / "gone.pem"})

    with pytest.raises(SendingStopped) as caught:
        _bytes(session, keyless, world, mail)

    assert caught.value.is_permanent
    assert "DKIM_KEY_FILE" in caught.value.answer


@pytest.mark.parametrize(
    "added", [b"Subject: Pay here", b"Reply-To: x@evil.example", b"From: x@evil.example", b"Cc: x@evil.example",
              b"Sender: x@evil.example", b"Content-Type: text/html", b"List-Unsubscribe: <https://evil.example>"]
)  # fmt: skip
def test_a_header_put_on_top_breaks_the_signature(
    session: Session, world: World, mail: OutboxEmail, settings: Settings, tmp_path: Path, added: bytes
) -> None:
    key = make_signing_key(tmp_path)
    record = key.record.encode()
    given = {"dkim_domain": "darrenov.example", "dkim_key_file": key.file}

    data = _bytes(session, settings.model_copy(update=given), world, mail)

    def holds(raw: bytes) -> bool:
        return bool(dkim.verify(raw, dnsfunc=lambda *_, **__: record))

    assert holds(data)
    assert not holds(added + b"\r\n" + data)


def test_the_mail_to_sign_in_carries_the_digits(session: Session, world: World, settings: Settings) -> None:
    sign_in.ask(session, settings.keyring, world.alice.address, "a browser", place="here", now=world.now)
    sign_in.answer(session, settings.keyring, now=world.now)
    write_all(session)
    challenge = session.scalars(select(SignInChallenge)).one()
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "sign_in")).one()
    rows = message.links_of(session, settings, mail, now=world.now)

    data = message.build(settings, world.firm, mail, message.urls(settings, mail, rows), challenge)

    parts = [str(part.get_content()) for part in _parsed(data).walk() if not part.is_multipart()]
    code = sign_in.code(settings.keyring, challenge)
    assert all(code in part for part in parts)
    assert not any("{{" in part or "link invalid" in part or "link.invalid" in part for part in parts)
    assert code not in read(mail).text


def test_links_revoked_between_two_attempts_are_made_anew(
    session: Session, world: World, settings: Settings, mail: OutboxEmail
) -> None:
    first = _tokens(_bytes(session, settings, world, mail))

    links.revoke_all(world.bennani)
    second = _tokens(_bytes(session, settings, world, mail, later=60))

    assert len(first & second) == 1, "only the unsubscribe link is still the same"
    assert len(second) == 2
