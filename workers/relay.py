"""The mail server that takes our mails on, as written in SMTP_URL."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from webapp.config import is_loopback
from workers.transport import CannotOpen


class StartTls(StrEnum):
    """Whether a plain connection must turn to TLS before anything is said on it."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NEVER = "never"


class BadRelay(CannotOpen):
    """SMTP_URL cannot be used; says why without repeating the password."""


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Where mails are handed over, and how. `is_tls` means TLS from the first byte (smtps)."""

    host: str
    port: int
    is_tls: bool
    starttls: StartTls
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def parse_relay(url: str) -> Relay:
    """Read `smtp://user:password@host:port?starttls=required|optional|never` or `smtps://user:password@host:port`.

    User and password are percent-decoded. Ports default to 465 for smtps, 587 with a user name, else 25 (RFC 6409,
    RFC 8314). STARTTLS is required by default, never on a loopback host. A password that would cross a network in
    the clear is refused. Raises BadRelay.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise BadRelay("SMTP_URL is not a valid address; percent-encode special characters in the password") from None
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise BadRelay("SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465")
    if parts.path not in ("", "/") or parts.fragment or set(query) - {"starttls"}:
        raise BadRelay("SMTP_URL: only ?starttls=... may follow the host and port; percent-encode /, # and ? before it")
    is_tls, is_here = parts.scheme == "smtps", is_loopback(host)
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password is not None else None
    if (user is None) != (password is None):
        raise BadRelay("SMTP_URL: a user name and a password go together")
    if is_tls and query:
        raise BadRelay("SMTP_URL: smtps is TLS from the start, starttls does not apply")
    try:
        starttls = StartTls(query.get("starttls", [StartTls.NEVER if is_here or is_tls else StartTls.REQUIRED])[-1])
    except ValueError:
        raise BadRelay("SMTP_URL: starttls is required, optional or never") from None
    if user and starttls is StartTls.NEVER and not is_tls and not is_here:
        raise BadRelay("SMTP_URL: starttls=never would send the password in the clear")
    default_port = 465 if is_tls else 587 if user else 25
    return Relay(host=host, port=port or default_port, is_tls=is_tls, starttls=starttls, user=user, password=password)
