"""What every transport asks of an envelope and a mail before it touches the line."""

from emails.policy import is_address


def check_envelope(envelope_from: str, recipient: str, data: bytes) -> None:
    """Exactly one plain address on each side, the sender's may be empty; every line of the mail ends in CRLF.

    A bare CR or LF lets a mail be read as two by some servers. Raises ValueError: a defect of ours, not of the line.
    """
    if not is_address(recipient) or (envelope_from and not is_address(envelope_from)):
        raise ValueError("the envelope takes exactly one plain address on each side")
    if not data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r"):
        raise ValueError("a mail's lines end in CRLF, and CR and LF stand nowhere else")
