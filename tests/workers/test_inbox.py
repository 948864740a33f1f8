"""The demo's inbox folder as a way out, and reading it back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emails.message import Mailbox, OutgoingMessage, encode
from tests.support.faults.scene import SECRET
from webapp.config import Settings
from webapp.dev import maildir
from workers.inbox import InboxTransport
from workers.outcomes import Interrupted, SendingStopped, Withdrawn
from workers.smtp import SmtpTransport
from workers.ways_out import open_transport

NAME = "Salma İdrissi, Atlas — أطلس للبناء والتجديد، الدار البيضاء"
SUBJECT = "Tarix dəyişdi: 28 aprel — Anfa · مطبخ"


def mail(*, number: int = 1, subject: str = SUBJECT) -> bytes:
    return encode(
        OutgoingMessage(
            message_id=f"<{number}@firm.example>",
            date=datetime(2026, 4, 21, 17, 0, tzinfo=UTC),
            sender=Mailbox(name=NAME, address="news@firm.example"),
            recipient=Mailbox(name="مريم", address="maria@client.example"),
            subject=subject,
            html="<p>Yolunda gedir. سلام</p>\n",
            text="Yolunda gedir.\nسلام\n",
            language="az",
            boundary_seed=str(number),
            unsubscribe_url="https://firm.example/unsubscribe/" + "a" * 200,
        )
    )


def send(transport: InboxTransport, data: bytes, *, is_wanted: bool = True, is_stopping: bool = False) -> str:
    return transport.send(
        envelope_from="news@firm.example",
        recipient="other+maria@client.example",
        data=data,
        at_data=lambda: is_wanted,
        stopping=lambda: is_stopping,
    )


def test_a_kept_mail_reads_back_as_it_was_sent(tmp_path: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)

    with InboxTransport(tmp_path / "new" / "inbox") as transport:
        answer = send(transport, mail())

    [kept] = maildir.list_mails(tmp_path / "new" / "inbox")
    assert answer == f"250 2.0.0 kept as {kept.id}"
    assert kept.to == "other+maria@client.example"
    assert kept.from_ == f"{NAME} <news@firm.example>"
    assert kept.subject == SUBJECT
    assert kept.message_id == "<1@firm.example>"
    assert kept.headers["List-Unsubscribe"] == "<https://firm.example/unsubscribe/" + "a" * 200 + ">"
    assert kept.text == "Yolunda gedir.\nسلام\n"
    assert kept.html == "<p>Yolunda gedir. سلام</p>\n"
    assert kept.raw == mail()
    assert before <= kept.sent_at <= datetime.now(UTC)


def test_the_newest_mail_is_last(tmp_path: Path) -> None:
    for number in range(30):
        send(InboxTransport(tmp_path), mail(number=number))

    ids = [kept.message_id for kept in maildir.list_mails(tmp_path)]

    assert ids == [f"<{number}@firm.example>" for number in range(30)]


def test_many_writers_lose_no_mail(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: send(InboxTransport(tmp_path / "box"), mail(number=number)), range(40)))

    assert {kept.message_id for kept in maildir.list_mails(tmp_path / "box")} == {
        f"<{number}@firm.example>" for number in range(40)
    }


def test_a_withdrawn_mail_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(Withdrawn):
        send(InboxTransport(tmp_path), mail(), is_wanted=False)

    assert maildir.list_mails(tmp_path) == []


def test_a_stop_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        send(InboxTransport(tmp_path), mail(), is_stopping=True)

    assert maildir.list_mails(tmp_path) == []


def test_a_folder_that_cannot_be_made_stops_sending(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SendingStopped, match="inbox folder"):
        send(InboxTransport(tmp_path / "file" / "inbox"), mail())


def test_a_missing_folder_has_no_mails(tmp_path: Path) -> None:
    assert maildir.list_mails(tmp_path / "nowhere") == []


def test_a_mail_is_found_by_its_id_and_by_nothing_else(tmp_path: Path) -> None:
    send(InboxTransport(tmp_path), mail())
    [kept] = maildir.list_mails(tmp_path)

    assert maildir.find_mail(tmp_path, kept.id) == kept
    assert maildir.find_mail(tmp_path, f"../new/{kept.id}") is None
    assert maildir.find_mail(tmp_path, "") is None


def test_a_mail_of_any_bytes_can_be_listed(tmp_path: Path) -> None:
    maildir.keep(tmp_path, b"\xff\xfe\r\nSubject: =?utf-8?b?////?=\r\nContent-Type: x\r\n\r\n\x00", "a@b.example")

    [kept] = maildir.list_mails(tmp_path)

    assert kept.to == "a@b.example"


def test_the_setting_names_the_way_out() -> None:
    inbox = Settings.load(secret_key=SECRET, mail_transport="inbox")
    server = Settings.load(secret_key=SECRET, smtp_url="smtp://localhost:1025")

    assert isinstance(open_transport(inbox), InboxTransport)
    assert isinstance(open_transport(server), SmtpTransport)


def test_a_folder_that_cannot_be_made_is_found_before_a_mail(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SendingStopped):
        InboxTransport(tmp_path / "file").check()

    assert InboxTransport(tmp_path / "inbox").check() == str(tmp_path / "inbox")
