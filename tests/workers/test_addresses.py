"""Envelope and addresses as a mail server that others wrote sees them: return paths, letters beyond ASCII, domains."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import update
from sqlalchemy.orm import Session

from emails.message import check_address
from tests.support import returned_mails
from tests.support.factories import World
from tests.support.faults.scene import SECRET, right_now
from tests.workers.test_smtp import unused_port
from webapp.config import Settings
from webapp.database import Database
from webapp.models import AddressState, Contact, MailState, OutboxEmail, PartOf, TaskKind, Telling
from webapp.services.core import tasks
from webapp.services.mail import bounces, consequences, delivery_reports
from workers.delivery import Drain
from workers.smtp import SmtpTransport


@dataclass
class Keeper:
    """What aiosmtpd took on: envelope sender, its options, recipient, and the mail's exact bytes."""

    mails: list[tuple[str, list[str], str, bytes]] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        kept = (envelope.mail_from, envelope.mail_options, envelope.rcpt_tos[0], envelope.original_content)
        self.mails.append(kept)
        return "250 2.0.0 Kept"


@contextmanager
def mail_server(*, offers_smtputf8: bool) -> Iterator[tuple[Keeper, str]]:
    keeper, port = Keeper(), unused_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port, enable_SMTPUTF8=offers_smtputf8)
    controller.start()
    try:
        yield keeper, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


Write = Callable[..., None]


@pytest.fixture
def write_to(session: Session, world: World) -> Write:
    """A welcome mail, due now, to each of these addresses, in one piece of work."""

    def write(*addresses: str) -> None:
        readers = [(world.contact(f"Reader{number}"), PartOf.INFORMED) for number in range(len(addresses))]
        for (contact, _), address in zip(readers, addresses, strict=True):
            contact.address = check_address(address)
        world.open_engagement(is_read=False, contacts=readers)
        session.flush()
        due = {"not_before": right_now() - timedelta(minutes=1), "expires_at": right_now() + timedelta(days=1)}
        session.execute(update(OutboxEmail).values(due))
        session.execute(update(Telling).values(next_news_at=right_now() + timedelta(days=7)))
        session.commit()

    return write


def _drain(database: Database, url: str, **given: Any) -> int:
    settings = Settings.load(secret_key=SECRET, smtp_url=url, public_url="https://news.darrenov.example", **given)
    with SmtpTransport(url, helo=settings.public_host, slice_seconds=0.01) as transport:
        return Drain(database, settings, transport).run()


def _mails(database: Database) -> list[OutboxEmail]:
    with database.reader() as session:
        return session.query(OutboxEmail).order_by(OutboxEmail.id).all()


def _parsed(data: bytes) -> EmailMessage:
    # From text: read from bytes, Python keeps UTF-8 in headers as broken surrogates.
    made = message_from_string(data.decode(), policy=policy.SMTPUTF8)
    assert isinstance(made, EmailMessage)
    return made


def test_without_a_return_path_mails_come_back_to_where_they_come_from(database: Database, write_to: Write) -> None:
    write_to("maria@bennani.example")

    with mail_server(offers_smtputf8=True) as (keeper, url):
        _drain(database, url, mail_from="news@darrenov.example")

    assert [mail[0] for mail in keeper.mails] == ["news@darrenov.example"]


def test_each_mail_comes_back_to_an_address_of_its_own_and_its_bounce_finds_it(
    database: Database, write_to: Write
) -> None:
    write_to("maria@bennani.example", "karim@bennani.example")
    given = {"mail_from": "news@darrenov.example", "mail_return_path": "bounces@bounce.darrenov.example"}

    with mail_server(offers_smtputf8=True) as (keeper, url):
        assert _drain(database, url, **given) == 2

    (first, second) = (mail[0] for mail in keeper.mails)
    assert first != second
    assert first.startswith("bounces+")
    assert first.endswith("@bounce.darrenov.example")
    assert {_parsed(mail[3])["From"].addresses[0].addr_spec for mail in keeper.mails} == {"news@darrenov.example"}
    keyring = Settings.load(secret_key=SECRET).keyring
    with database.writer() as session:
        report = delivery_reports.read(returned_mails.postfix())
        bounces.take(session, keyring, report, recipients=[second], now=right_now())
        session.commit()
    states = {mail.to_address: mail.state for mail in _mails(database)}
    assert states[keeper.mails[0][2]] is MailState.SENT
    assert states[keeper.mails[1][2]] is MailState.FAILED


def test_a_second_attempt_has_the_same_return_address(database: Database, write_to: Write) -> None:
    write_to("maria@bennani.example")
    given = {"mail_return_path": "bounces-@bounce.darrenov.example"}
    senders = []
    for _ in range(2):
        with database.writer() as session:
            session.execute(update(OutboxEmail).values(state=MailState.QUEUED))
            session.commit()
        with mail_server(offers_smtputf8=True) as (keeper, url):
            _drain(database, url, **given)
        senders.append(keeper.mails[0][0])

    assert senders[0] == senders[1]


def test_an_address_beyond_ascii_is_written_in_utf8_where_the_server_offers_it(
    database: Database, write_to: Write
) -> None:
    write_to("елена@пример.рф")

    with mail_server(offers_smtputf8=True) as (keeper, url):
        assert _drain(database, url) == 1

    sender, options, recipient, data = keeper.mails[0]
    assert recipient == "елена@xn--e1afmkfd.xn--p1ai"
    assert "SMTPUTF8" in options
    assert sender.isascii()
    assert _parsed(data)["To"].addresses[0].addr_spec == "елена@xn--e1afmkfd.xn--p1ai"


def test_where_the_server_does_not_offer_it_that_mail_alone_fails_and_its_reader_is_phoned(
    database: Database, write_to: Write
) -> None:
    write_to("karim@bennani.example", "елена@пример.рф", "maria@bennani.example")

    with mail_server(offers_smtputf8=False) as (keeper, url):
        assert _drain(database, url) == 2

    assert {mail[2] for mail in keeper.mails} == {"karim@bennani.example", "maria@bennani.example"}
    failed = [mail for mail in _mails(database) if mail.state is MailState.FAILED]
    assert [mail.to_address for mail in failed] == ["елена@xn--e1afmkfd.xn--p1ai"]
    assert consequences.is_about_letters(failed[0])
    with database.reader() as session:
        flagged = session.query(Contact).filter_by(address_state=AddressState.REFUSED).all()
        assert [contact.address for contact in flagged] == ["елена@xn--e1afmkfd.xn--p1ai"]
        assert [task.kind for task in tasks.waiting(session)] == [TaskKind.MAIL_FAILED]


def test_a_domain_beyond_ascii_needs_nothing_of_the_server(database: Database, write_to: Write) -> None:
    write_to("Maria@bücher.example")
    given = {"mail_from": "news@фирма.example", "mail_return_path": "bounces@возврат.example"}

    with mail_server(offers_smtputf8=False) as (keeper, url):
        assert _drain(database, url, **given) == 1

    sender, options, recipient, data = keeper.mails[0]
    assert recipient == "Maria@xn--bcher-kva.example"
    assert sender.endswith("@xn--80adat8aop.example")
    assert not [option for option in options if "UTF8" in option]
    assert data.isascii()
    assert _parsed(data)["To"].addresses[0].addr_spec == "Maria@xn--bcher-kva.example"
    assert _parsed(data)["From"].addresses[0].addr_spec == "news@xn--80apmps.example"


@pytest.mark.parametrize(
    ("recipient", "replies_go_to"),
    [("maria@bennani.example", "office@darrenov.example"), ("елена@bennani.example", "алиса@darrenov.example")],
    ids=["reader in ASCII", "reader beyond"],
)
def test_a_colleagues_address_beyond_ascii_keeps_no_mail_from_a_reader(
    database: Database, write_to: Write, recipient: str, replies_go_to: str
) -> None:
    write_to(recipient)
    with database.writer() as session:
        session.execute(update(OutboxEmail).values(reply_to_address="алиса@darrenov.example"))
        session.commit()

    with mail_server(offers_smtputf8=not recipient.isascii()) as (keeper, url):
        assert _drain(database, url) == 1

    assert _parsed(keeper.mails[0][3])["Reply-To"].addresses[0].addr_spec == replies_go_to
