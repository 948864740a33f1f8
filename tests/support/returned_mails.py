"""Mails as servers send them back, in the shape each of them gives its report."""

from base64 import encodebytes
from textwrap import dedent

ORIGINAL = """\
Message-ID: <0011@news.firm.example>
From: Dar Renov <news@firm.example>
To: maria@bennani.example
Subject: On track
"""


def as_mail(text: str) -> bytes:
    return dedent(text).replace("\n", "\r\n").encode()


def postfix(
    status: str = "5.1.1",
    action: str = "failed",
    said: str = "smtp; 550 5.1.1 <maria@bennani.example>: Recipient address rejected: User unknown",
    to: str = "bounces@bounce.firm.example",
) -> bytes:
    return (
        as_mail(
            f"""\
        Return-Path: <>
        Delivered-To: {to}
        Date: Mon, 6 Apr 2026 16:02:11 +0000 (UTC)
        From: MAILER-DAEMON@mail.firm.example (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: {to}
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
         boundary="4F2A1C0E2.1775491331/mail.firm.example"
        Message-Id: <20260406160211.4F2A1C0E5@mail.firm.example>

        This is a MIME-encapsulated message.

        --4F2A1C0E2.1775491331/mail.firm.example
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mail.firm.example.

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients. It's attached below.

        --4F2A1C0E2.1775491331/mail.firm.example
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.firm.example
        X-Postfix-Queue-ID: 4F2A1C0E2
        X-Postfix-Sender: rfc822; {to}
        Arrival-Date: Mon,  6 Apr 2026 16:02:10 +0000 (UTC)

        Final-Recipient: rfc822; maria@bennani.example
        Original-Recipient: rfc822;maria@bennani.example
        Action: {action}
        Status: {status}
        Remote-MTA: dns; mx.bennani.example
        Diagnostic-Code: {said}

        --4F2A1C0E2.1775491331/mail.firm.example
        Content-Description: Undelivered Message Headers
        Content-Type: text/rfc822-headers

        """
        )
        + (ORIGINAL + "\n--4F2A1C0E2.1775491331/mail.firm.example--\n").replace("\n", "\r\n").encode()
    )


def exim() -> bytes:
    """No Original-Recipient, and always the same status."""
    return as_mail(
        """\
        Return-path: <>
        Envelope-to: bounces@bounce.firm.example
        Received: from Debian-exim by mail.firm.example with local (Exim 4.98)
         id 1u1abc-00000001Xyz-1A2b
         for bounces@bounce.firm.example; Mon, 06 Apr 2026 16:02:11 +0000
        X-Failed-Recipients: maria@bennani.example
        Auto-Submitted: auto-replied
        From: Mail Delivery System <Mailer-Daemon@mail.firm.example>
        To: bounces@bounce.firm.example
        Content-Type: multipart/report; report-type=delivery-status; boundary=1775491331-eximdsn-804289383
        MIME-Version: 1.0
        Subject: Mail delivery failed: returning message to sender
        Message-Id: <E1u1abc-00000001Xyz-1A2b@mail.firm.example>

        --1775491331-eximdsn-804289383
        Content-type: text/plain; charset=us-ascii

        This message was created automatically by mail delivery software.

        --1775491331-eximdsn-804289383
        Content-type: message/delivery-status

        Reporting-MTA: dns; mail.firm.example

        Action: failed
        Final-Recipient: rfc822;maria@bennani.example
        Status: 5.0.0
        Remote-MTA: dns; mx.bennani.example
        Diagnostic-Code: smtp; 550-5.1.1 The address you tried to reach does not exist. Please
         550 5.1.1 check for typing errors.

        --1775491331-eximdsn-804289383
        Content-type: message/rfc822

        Subject: On track

        Hello

        --1775491331-eximdsn-804289383--
        """
    )


def exchange(status_part: str | None = None, encoding: str = "7bit") -> bytes:
    """The report in the middle, a page of HTML before it."""
    fields = status_part or EXCHANGE_FIELDS
    return (
        as_mail(
            """\
        From: <postmaster@bennani.example>
        To: <bounces@bounce.firm.example>
        Date: Mon, 6 Apr 2026 16:02:11 +0000
        Content-Type: multipart/report; report-type=delivery-status;
         boundary="c2f3dd5e-6d49-4a0f-8a7c-2a1b7c9a6f10"
        X-MS-Exchange-Message-Is-Ndr:
        Content-Language: en-US
        Message-ID: <c2f3dd5e@bennani.example>
        In-Reply-To: <0011@news.firm.example>
        Subject: Undeliverable: On track
        Auto-Submitted: auto-replied
        MIME-Version: 1.0

        --c2f3dd5e-6d49-4a0f-8a7c-2a1b7c9a6f10
        Content-Type: multipart/alternative; differences=Content-Type;
         boundary="72a2f0a4-inner"

        --72a2f0a4-inner
        Content-Type: text/plain; charset="us-ascii"
        Content-Transfer-Encoding: quoted-printable

        Your message to maria@bennani.example couldn't be delivered.=20

        --72a2f0a4-inner
        Content-Type: text/html; charset="us-ascii"

        <html><body><p>Your message couldn't be delivered.</p></body></html>

        --72a2f0a4-inner--

        --c2f3dd5e-6d49-4a0f-8a7c-2a1b7c9a6f10
        """
        )
        + (
            f"Content-Type: message/delivery-status\nContent-Transfer-Encoding: {encoding}\n\n{fields}\n"
            "--c2f3dd5e-6d49-4a0f-8a7c-2a1b7c9a6f10\nContent-Type: message/rfc822\n\nSubject: On track\n\nHello\n"
            "--c2f3dd5e-6d49-4a0f-8a7c-2a1b7c9a6f10--\n"
        )
        .replace("\n", "\r\n")
        .encode()
    )


EXCHANGE_FIELDS = """\
Reporting-MTA: dns;AM9PR01MB0001.eurprd01.prod.exchangelabs.example
Received-From-MTA: dns;mail.firm.example
Arrival-Date: Mon, 6 Apr 2026 16:02:10 +0000

Final-Recipient: rfc822;maria@bennani.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

"""


def exchange_in_base64() -> bytes:
    return exchange(encodebytes(EXCHANGE_FIELDS.replace("\n", "\r\n").encode()).decode(), "base64")


def exchange_in_quoted_printable() -> bytes:
    return exchange(EXCHANGE_FIELDS.replace("550 5", "550=20=\n5"), "quoted-printable")


def gmail() -> bytes:
    return as_mail(
        """\
        Return-Path: <>
        Received: by 2002:a05:6402:34c5:b0:5e1:aaaa:bbbb; Mon, 06 Apr 2026 09:02:11 -0700 (PDT)
        Content-Type: multipart/report; boundary="000000000000a1b2c3063220aaaa"; report-type=delivery-status
        To: bounces@bounce.firm.example
        Auto-Submitted: auto-replied
        From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
        Subject: Delivery Status Notification (Failure)
        X-Failed-Recipients: maria@bennani.example
        Message-ID: <67f2a5b3.050a0220.1d9fe9.0001.GMR@mx.google.com>

        --000000000000a1b2c3063220aaaa
        Content-Type: multipart/related; boundary="000000000000a1b2d0063220aaab"

        --000000000000a1b2d0063220aaab
        Content-Type: multipart/alternative; boundary="000000000000a1b2d5063220aaac"

        --000000000000a1b2d5063220aaac
        Content-Type: text/plain; charset="UTF-8"

        ** Address not found **

        --000000000000a1b2d5063220aaac--
        --000000000000a1b2d0063220aaab
        Content-Type: image/png; name="icon.png"
        Content-Transfer-Encoding: base64
        Content-ID: <icon.png>

        iVBORw0KGgo=

        --000000000000a1b2d0063220aaab--
        --000000000000a1b2c3063220aaaa
        Content-Type: message/delivery-status

        Reporting-MTA: dns; googlemail.com
        Received-From-MTA: dns; bounces@bounce.firm.example
        Arrival-Date: Mon, 06 Apr 2026 09:02:10 -0700 (PDT)
        X-Original-Message-ID: <0011@news.firm.example>

        Final-Recipient: rfc822; maria@bennani.example
        Action: failed
        Status: 5.1.1
        Remote-MTA: dns; mx.bennani.example. (192.0.2.7, the server for the domain bennani.example.)
        Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
         550-5.1.1 double-checking the recipient's email address for typos or
         550 5.1.1 unnecessary spaces.
        Last-Attempt-Date: Mon, 06 Apr 2026 09:02:11 -0700 (PDT)

        --000000000000a1b2c3063220aaaa
        Content-Type: message/rfc822

        Subject: On track

        Hello

        --000000000000a1b2c3063220aaaa--
        """
    )


def internationalised() -> bytes:
    """RFC 6533: the report itself in UTF-8."""
    return (
        postfix(status="5.6.7", said="X-Postfix; SMTPUTF8 is required, but was not offered by host mx.bennani.example")
        .replace(b"message/delivery-status", b"message/global-delivery-status")
        .replace(b"rfc822; maria@bennani.example", "utf-8; мария@bennani.example".encode())
    )
