"""Reading what mail servers send back: each in its own shape, and everything that is no report."""

import pytest

from tests.support import no_reports, returned_mails
from webapp.services.mail import delivery_reports
from webapp.services.mail.delivery_reports import Fate


@pytest.mark.parametrize(
    ("raw", "status", "words"),
    [
        (
            returned_mails.postfix(),
            "5.1.1",
            "550 5.1.1 <maria@bennani.example>: Recipient address rejected: User unknown",
        ),
        (
            returned_mails.exim(),
            "5.1.1",
            "550-5.1.1 The address you tried to reach does not exist. Please 550 5.1.1 check for typing errors.",
        ),
        (
            returned_mails.exchange(),
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        ),
        (
            returned_mails.gmail(),
            "5.1.1",
            "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking "
            "the recipient's email address for typos or 550 5.1.1 unnecessary spaces.",
        ),
        (
            returned_mails.internationalised(),
            "5.6.7",
            "5.6.7 SMTPUTF8 is required, but was not offered by host mx.bennani.example",
        ),
    ],
    ids=["postfix", "exim", "exchange", "gmail", "internationalised"],
)
def test_each_servers_way_to_say_that_an_address_is_wrong_is_read(raw: bytes, status: str, words: str) -> None:
    report = delivery_reports.read(raw)

    assert report is not None
    assert (report.fate, report.status, report.words) == (Fate.FAILED, status, words)
    assert report.is_about_address
    assert any("bounces@bounce.firm.example" in address for address in report.addressed_to)


@pytest.mark.parametrize(
    "raw",
    [returned_mails.exchange_in_base64(), returned_mails.exchange_in_quoted_printable()],
    ids=["base64", "quoted-printable"],
)
def test_an_encoded_report_is_read_like_a_plain_one(raw: bytes) -> None:
    assert delivery_reports.read(raw) == delivery_reports.read(returned_mails.exchange())


@pytest.mark.parametrize(
    ("status", "action", "said", "fate", "is_about_address"),
    [
        ("4.4.1", "delayed", "X-Postfix; connect timed out", Fate.DELAYED, False),
        ("2.0.0", "relayed", "smtp; 250 ok", Fate.DELIVERED, False),
        ("2.1.5", "delivered", "smtp; 250 2.1.5 ok", Fate.DELIVERED, False),
        ("5.1.1", "FAILED (permanently)", "smtp; 550 no", Fate.FAILED, True),
        ("5.2.1", "failed", "smtp; 550 5.2.1 disabled", Fate.FAILED, True),
        ("5.4.4", "failed", "X-Postfix; no such domain", Fate.FAILED, False),
        ("5.0.0", "failed", "smtp; 550 no such user here", Fate.FAILED, True),
        ("5.0.0", "failed", "smtp; 554 5.7.1 looks like spam", Fate.FAILED, False),
        ("5.7.26", "failed", "smtp; 550 5.7.26 not authenticated", Fate.FAILED, False),
        ("5.3.4", "failed", "smtp; 552 5.3.4 too big", Fate.FAILED, False),
        ("4.4.7", "failed", "smtp; 451 4.4.7 gave up after five days", Fate.FAILED, False),
        ("nothing", "", "smtp; 550 no such user", Fate.FAILED, True),
        ("nothing", "", "smtp; 421 come back later", Fate.DELAYED, False),
    ],
)
def test_what_became_of_the_mail_and_whether_the_address_is_to_blame(
    status: str, action: str, said: str, fate: Fate, is_about_address: bool
) -> None:
    report = delivery_reports.read(returned_mails.postfix(status, action, said))

    assert report is not None
    assert (report.fate, report.is_about_address) == (fate, is_about_address)


def test_an_address_that_stands_for_several_readers_failed_only_where_nobody_has_it() -> None:
    other = b"\r\n\r\nFinal-Recipient: rfc822; karim@bennani.example\r\nAction: relayed\r\nStatus: 2.0.0\r\n"
    both = returned_mails.postfix().replace(b"User unknown\r\n", b"User unknown" + other)

    report = delivery_reports.read(both)

    assert both.count(b"Final-Recipient") == 2
    assert report is not None
    assert report.fate is Fate.DELIVERED


@pytest.mark.parametrize(
    "raw",
    [
        no_reports.VACATION,
        no_reports.READ_RECEIPT,
        no_reports.PLAIN_REPLY,
        no_reports.forwarded_report(),
        *no_reports.RUBBISH,
    ],
)
def test_what_is_no_report_says_nothing_about_the_mail(raw: bytes) -> None:
    report = delivery_reports.read(raw)

    assert report is None or report.fate is Fate.CAME_BACK


@pytest.mark.parametrize("raw", [b"", b"rubbish", no_reports.VACATION, no_reports.READ_RECEIPT])
def test_what_has_no_head_or_answers_by_itself_is_nothing(raw: bytes) -> None:
    assert delivery_reports.read(raw) is None


def test_the_servers_words_are_one_line_without_controls_and_not_endless() -> None:
    said = "smtp; 550 5.1.1 \x1b[31mno\x00 such\u202e user" + "!" * 600

    report = delivery_reports.read(returned_mails.postfix(said=said))

    assert report is not None
    assert report.words.startswith("550 5.1.1 [31mno such user!!!")
    assert len(report.words) == delivery_reports.WORDS_MAXIMUM
