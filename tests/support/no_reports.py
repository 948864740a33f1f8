"""Mails that arrive where bounces do and are none."""

from tests.support.returned_mails import as_mail, postfix

VACATION = as_mail(
    """\
    From: Maria Bennani <maria@bennani.example>
    To: bounces@bounce.firm.example
    Subject: Automatic reply: On track
    Auto-Submitted: auto-replied
    X-Auto-Response-Suppress: All
    Precedence: bulk
    MIME-Version: 1.0
    Content-Type: multipart/alternative; boundary="away"

    --away
    Content-Type: text/plain; charset=utf-8

    I am away until Monday. Action: failed, Status: 5.1.1

    --away
    Content-Type: text/html; charset=utf-8

    <p>I am away until Monday.</p>

    --away--
    """
)
READ_RECEIPT = as_mail(
    """\
    From: maria@bennani.example
    To: bounces@bounce.firm.example
    Subject: Read: On track
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=disposition-notification; boundary="mdn"

    --mdn
    Content-Type: text/plain

    Your message was read.

    --mdn
    Content-Type: message/disposition-notification

    Final-Recipient: rfc822;maria@bennani.example
    Disposition: manual-action/MDN-sent-manually; displayed

    --mdn--
    """
)
PLAIN_REPLY = as_mail(
    """\
    From: maria@bennani.example
    To: bounces@bounce.firm.example
    Subject: Re: On track
    Content-Type: text/plain

    Final-Recipient: rfc822; maria@bennani.example
    Action: failed
    Status: 5.1.1
    """
)


def forwarded_report() -> bytes:
    """A person who passes a bounce on, as an attached mail: what lies in it is about another mail of theirs."""
    head = (
        "From: maria@bennani.example\r\nTo: bounces@bounce.firm.example\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="fwd"\r\n\r\n--fwd\r\nContent-Type: message/rfc822\r\n\r\n'
    )
    return head.encode() + postfix() + b"\r\n--fwd--\r\n"


RUBBISH = [
    b"",
    b"\r\n\r\n",
    bytes(range(256)) * 40,
    b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n--x--",
    b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--",
    b"Content-Type: multipart/report\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\n",
    b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)),
    postfix()[:900],
]
