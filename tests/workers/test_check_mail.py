"""`milepost doctor`'s look at the mail server: let in or not, and one test mail like any other."""

import logging
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest

from tests.support.certificates import make_signing_key
from tests.support.faults.scene import SECRET
from tests.support.smtpd import SmtpServer
from workers import check_mail


@pytest.fixture(autouse=True)
def _log_is_left_alone() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        monkeypatch.setenv("SMTP_URL", server.url)
        monkeypatch.setenv("SECRET_KEY", SECRET)
        monkeypatch.setenv("PUBLIC_URL", "https://news.firm.example")
        yield server


def test_without_an_address_it_only_signs_in(server: SmtpServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_mail.main() == 0

    assert capsys.readouterr().out == "Mail can leave.\n"
    assert server.accepted == []


def test_the_test_mail_is_signed_and_comes_back_to_the_return_path(
    server: SmtpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = make_signing_key(tmp_path)
    monkeypatch.setenv("DKIM_DOMAIN", "firm.example")
    monkeypatch.setenv("DKIM_KEY_FILE", str(key.file))
    monkeypatch.setenv("MAIL_RETURN_PATH", "bounces@bounce.firm.example")

    assert check_mail.main("me@firm.example") == 0

    (mail,) = server.accepted
    assert (mail.envelope_from, mail.recipients) == ("bounces@bounce.firm.example", ("me@firm.example",))
    assert dkim.verify(mail.data, dnsfunc=lambda *_, **__: key.record.encode())


def test_a_test_mail_to_letters_beyond_ascii_goes_where_the_server_takes_them(
    server: SmtpServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_mail.main("елена@пример.рф") == 0
    server.drop_all()
    server.extensions = ()
    assert check_mail.main("елена@пример.рф") == 1

    assert [mail.recipients for mail in server.accepted] == [("елена@xn--e1afmkfd.xn--p1ai",)]
    assert "only ASCII letters before the @" in capsys.readouterr().out


def test_what_is_no_address_is_said_before_anything_is_tried(
    server: SmtpServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_mail.main("me at firm") == 1

    assert capsys.readouterr().out == "me at firm is no mail address.\n"
    assert server.connections == 0


def test_a_server_that_refuses_us_is_a_plain_sentence(server: SmtpServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.misbehave("MAIL", "550 5.7.1 Not your domain")

    assert check_mail.main("me@firm.example") == 1

    assert capsys.readouterr().out == "Mail cannot leave: MAIL: 550 5.7.1 Not your domain\n"
