"""The demo inbox: the same mails for eyes and for machines, inert, and only where mails stay here."""

from datetime import datetime

import pytest

from tests.support.site import Site, Visitor
from webapp.dev import maildir

MAIL = (
    b"From: Dar Renov <news@darrenov.example>\r\nTo: maria@bennani.example\r\nSubject: On track\r\n"
    b"Message-ID: <1@darrenov.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello <b>there</b>\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<html><head></head><body><script>alert(1)</script><a href='http://127.0.0.1/u/x'>page</a></body></html>\r\n--b--"
)


@pytest.fixture
def kept(site: Site) -> str:
    return maildir.keep(site.settings.inbox_folder, MAIL, "maria@bennani.example")


def test_the_json_has_the_agreed_shape_newest_last(site: Site, client: Visitor, kept: str) -> None:
    second = maildir.keep(site.settings.inbox_folder, MAIL.replace(b"On track", b"Later"), "alice@darrenov.example")

    mails = client.get("/dev/inbox.json").json

    assert isinstance(mails, list)
    assert [mail["id"] for mail in mails] == [kept, second]
    first = mails[0]
    assert set(first) == {"id", "to", "from", "subject", "sent_at", "message_id", "headers", "text", "html"}
    assert (first["to"], first["subject"]) == ("maria@bennani.example", "On track")
    assert first["message_id"] == "<1@darrenov.example>"
    assert first["headers"]["Subject"] == "On track"
    assert datetime.fromisoformat(first["sent_at"]).tzinfo is not None
    assert "<script>" in first["html"]


@pytest.mark.parametrize("view", ["html", "phone", "text", "headers", "raw", "evil"])
def test_every_view_shows_the_mail_and_runs_nothing(client: Visitor, kept: str, view: str) -> None:
    answer = client.get(f"/dev/inbox?mail={kept}&view={view}&to=maria@bennani.example")

    assert answer.status_code == 200
    assert "On track" in answer.text
    assert "<script>alert" not in answer.text
    assert "<b>there</b>" not in answer.text


def test_the_body_stands_in_a_sandbox_without_scripts(client: Visitor, kept: str) -> None:
    answer = client.get(f"/dev/inbox/{kept}/body")

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("name", ["..", "../../keys/secret.key", "%2e%2e", "none", "*"])
def test_an_id_is_never_a_path(client: Visitor, kept: str, name: str) -> None:
    assert client.get(f"/dev/inbox/{name}/body").status_code == 404


def test_an_empty_inbox_is_a_page_and_an_empty_list(client: Visitor) -> None:
    assert client.get("/dev/inbox").status_code == 200
    assert client.get("/dev/inbox.json").json == []


def test_where_mails_really_leave_there_is_no_inbox(secure_site: Site) -> None:
    visitor = secure_site.visitor()

    for path in ("/dev/inbox", "/dev/inbox.json", "/dev/inbox/x/body"):
        assert visitor.get(path).status_code == 404
