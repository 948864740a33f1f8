"""A mail as bytes, read back by Python's own parser."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emails.message import (
    BadAddress,
    Mailbox,
    OutgoingMessage,
    check_address,
    encode,
    needs_smtputf8,
    new_message_id,
)
from emails.policy import BadHeader
from tests.support.examples import many

MESSAGE = OutgoingMessage(
    message_id="<n4wk@firm.example>",
    date=datetime(2026, 4, 20, 18, 0, tzinfo=timezone(timedelta(hours=1))),
    sender=Mailbox(name="Atlas Rénovation", address="news@firm.example"),
    recipient=Mailbox(name="Mrs Bennani", address="maria@client.example"),
    reply_to=Mailbox(name=None, address="r-abcdefghijklmnopqrstuvwxyz@firm.example"),
    subject="On track for Friday 23 April: kitchen, Anfa (MA-4471)",
    html="<p>Your kitchen is on track.</p>\n",
    text="Your kitchen is on track.\n",
    language="en",
    boundary_seed="mail 17",
    unsubscribe_url="https://firm.example/unsubscribe/" + "a" * 120,
    list_id="ma-4471.firm.example",
    in_reply_to="<first@firm.example>",
    references=tuple(f"<{number:060}@firm.example>" for number in range(20)),
    headers={"X-Milepost-Kind": "update"},
)
ARABIC = "مطبخك يسير حسب الخطة. التسليم يوم الجمعة ٢٣ أبريل كما اتفقنا.\n" * 5
AZERBAIJANI = "Mətbəxiniz plan üzrə gedir. Təhvil cümə günü, 23 apreldə, razılaşdırıldığı kimi.\n" * 5


def parsed(message: OutgoingMessage, *, smtputf8: bool = False) -> EmailMessage:
    data = encode(message, smtputf8=smtputf8)
    return email.message_from_bytes(data, EmailMessage, policy=email.policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n")


def encoding(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part["Content-Transfer-Encoding"])


def test_a_mail_carries_its_headers_as_standards_want_them() -> None:
    mail = parsed(MESSAGE)

    assert {name: str(value) for name, value in mail.items() if name != "Content-Type"} == {
        "Date": "Mon, 20 Apr 2026 17:00:00 +0000",
        "From": "Atlas Rénovation <news@firm.example>",
        "To": "Mrs Bennani <maria@client.example>",
        "Reply-To": "r-abcdefghijklmnopqrstuvwxyz@firm.example",
        "Subject": "On track for Friday 23 April: kitchen, Anfa (MA-4471)",
        "Message-ID": "<n4wk@firm.example>",
        "In-Reply-To": "<first@firm.example>",
        "References": " ".join(MESSAGE.references),
        "Auto-Submitted": "auto-generated",
        "List-Id": "<ma-4471.firm.example>",
        "List-Unsubscribe": "<https://firm.example/unsubscribe/" + "a" * 120 + ">",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "X-Milepost-Kind": "update",
        "Content-Language": "en",
        "MIME-Version": "1.0",
    }
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert not mail.defects


def test_headers_nobody_asked_for_are_left_out() -> None:
    mail = parsed(
        replace(
            MESSAGE,
            reply_to=None,
            unsubscribe_url=None,
            list_id=None,
            in_reply_to=None,
            references=(),
            auto_submitted=False,
            headers={},
        )
    )

    names = "Date From To Subject Message-ID Content-Language MIME-Version Content-Type"
    assert mail.keys() == names.split()


def test_the_same_message_gives_the_same_bytes() -> None:
    again = replace(MESSAGE, headers=dict(MESSAGE.headers))

    assert encode(again) == encode(MESSAGE)
    assert encode(replace(MESSAGE, boundary_seed="mail 18")) != encode(MESSAGE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Plain.\n", "quoted-printable"), (AZERBAIJANI, "quoted-printable"), (ARABIC, "base64"), ("", "quoted-printable")],
)
def test_text_mostly_beyond_latin_is_base64_and_html_never(text: str, expected: str) -> None:
    html = '<p style="color: #1d2523">=3D</p>\n' * 100 + text

    mail = parsed(replace(MESSAGE, text=text, html=html))

    assert encoding(mail, "plain") == expected
    assert encoding(mail, "html") == "quoted-printable"
    assert body(mail, "plain") == text
    assert body(mail, "html") == html


@settings(max_examples=many(200))
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300), st.integers(1, 40))
def test_any_body_comes_back_with_nothing_but_its_line_ends_changed(text: str, times: int) -> None:
    message = replace(MESSAGE, text=text * times, html=text * times)

    mail = parsed(message)

    expected = (text * times).replace("\r\n", "\n").replace("\r", "\n")
    assert body(mail, "plain") == expected
    assert body(mail, "html") == expected
    assert_fit_for_the_line(encode(message))


@pytest.mark.parametrize(
    "text", [".", ".\n.\n", "trailing \n", "tab\t\n", "no end", " ", "=", "=_", "a" * 2000, "ə" * 999, "\n\n"]
)
def test_awkward_bodies_come_back_exactly(text: str) -> None:
    mail = parsed(replace(MESSAGE, text=text, html=text))

    assert (body(mail, "plain"), body(mail, "html")) == (text, text)


def test_a_long_html_on_one_line_is_cut_into_lines_the_line_can_carry() -> None:
    html = "<td style='direction:rtl'>مطبخ, ətraflı</td>" * 1500

    data = encode(replace(MESSAGE, html=html))

    assert_fit_for_the_line(data)
    assert body(parsed(replace(MESSAGE, html=html)), "html") == html


def assert_fit_for_the_line(data: bytes) -> None:
    assert data.isascii()
    assert data.endswith(b"\r\n")
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    assert b"\0" not in data
    head, _, rest = data.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, rest.split(b"\r\n"))) <= 76


def test_no_body_can_contain_the_boundary() -> None:
    boundary = parsed(MESSAGE).get_boundary()
    assert boundary is not None
    hostile = f"\n--{boundary}\n--{boundary}--\n"

    for text in (hostile, hostile + ARABIC):
        message = replace(MESSAGE, text=text, html=text)
        mail = parsed(message)
        assert encode(message).count(f"--{boundary}".encode()) == 3
        assert (body(mail, "plain"), body(mail, "html")) == (text, text)


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": "<a@b>\r\nBcc: eve@evil.example"},
        {"in_reply_to": "no brackets@x"},
        {"references": ("<a@b> <c@d>",)},
        {"language": "en\r\nBcc: eve@evil.example"},
        {"list_id": "a>\r\nBcc: eve@evil.example"},
        {"unsubscribe_url": "javascript:alert(1)"},
        {"unsubscribe_url": "https://firm.example/>, <mailto:eve@evil.example"},
        {"unsubscribe_url": "https://firm.example/\r\nBcc: eve@evil.example"},
        {"recipient": Mailbox(name=None, address="a@x.example, b@y.example")},
        {"sender": Mailbox(name="x", address="a@x.example\r\nBcc: eve@evil.example")},
        {"headers": {"Bcc": "eve@evil.example"}},
        {"headers": {"Content-Type": "text/html"}},
        {"headers": {"X-A: b\r\nBcc": "eve@evil.example"}},
        {"date": datetime(2026, 4, 20, 18, 0)},  # noqa: DTZ001
    ],
)
def test_a_value_that_cannot_stand_in_its_header_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadHeader):
        encode(replace(MESSAGE, **change))  # type: ignore[arg-type]


def test_free_words_cannot_add_a_header_or_a_recipient() -> None:
    attack = "x\r\nBcc: eve@evil.example\r\n\r\n<script>"
    name = 'Maria" <eve@evil.example>, "'

    mail = parsed(
        replace(
            MESSAGE,
            subject=attack,
            recipient=Mailbox(name=name, address="maria@client.example"),
            sender=Mailbox(name=attack, address="news@firm.example"),
            headers={"X-Note": attack},
        )
    )

    assert mail["Bcc"] is None
    assert [mailbox.addr_spec for mailbox in mail["To"].addresses] == ["maria@client.example"]
    assert mail["To"].addresses[0].display_name == name
    assert [mailbox.addr_spec for mailbox in mail["From"].addresses] == ["news@firm.example"]
    assert body(mail, "plain") == MESSAGE.text


def test_an_address_outside_ascii_needs_smtputf8() -> None:
    message = replace(MESSAGE, recipient=Mailbox(name=None, address="مريم@client.example"))

    assert needs_smtputf8(message)
    assert not needs_smtputf8(MESSAGE)
    with pytest.raises(BadHeader):
        encode(message)
    assert "To: مريم@client.example\r\n".encode() in encode(message, smtputf8=True)


def test_a_message_id_is_new_each_time_and_plain() -> None:
    ids = {new_message_id("bücher.example") for _ in range(100)}

    assert len(ids) == 100
    assert all(encode(replace(MESSAGE, message_id=made)) for made in ids)
    assert all(made.endswith("@xn--bcher-kva.example>") for made in ids)


@pytest.mark.parametrize("domain", ["", "a b", "a>\r\nX: y", "[127.0.0.1]", "a@b"])
def test_a_message_id_needs_a_domain(domain: str) -> None:
    with pytest.raises(BadAddress):
        new_message_id(domain)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Maria.Bennani@Client.Example", "Maria.Bennani@client.example"),
        (" maria@client.example ", "maria@client.example"),
        ("maria+kitchen@bücher.example", "maria+kitchen@xn--bcher-kva.example"),
        ("o'neil@client.example", "o'neil@client.example"),
        ("مريم@client.example", "مريم@client.example"),
    ],
)
def test_one_address_is_taken_and_its_domain_made_ascii(text: str, address: str) -> None:
    assert check_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "maria",
        "a@x.example, b@y.example",
        "a@x.example b@y.example",
        "a@x.example;b@y.example",
        "Maria <maria@client.example>",
        "<maria@client.example>",
        "maria@client.example\n",
        "maria@client.example\r\nBcc: eve@evil.example",
        "maria@[127.0.0.1]",
        "maria@[IPv6:::1]",
        '"maria b"@client.example',
        "maria(her)@client.example",
        "maria@client..example",
        "maria@-client.example",
        "ma\0ria@client.example",
        "maria@client.example\u2028",
        "m" * 65 + "@client.example",
        "maria@localhost",
    ],
)
def test_anything_but_one_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        check_address(text)


def test_dates_are_written_in_utc() -> None:
    mail = parsed(replace(MESSAGE, date=datetime(2026, 11, 1, 0, 30, tzinfo=UTC)))

    assert str(mail["Date"]) == "Sun, 01 Nov 2026 00:30:00 +0000"
