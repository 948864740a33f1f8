"""What the world's inboxes ask of a sender's domain: SPF, DKIM, DMARC, and a return path that takes mail back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dkim
import dns.exception
import dns.resolver

from webapp.config import Settings

Finding = tuple[bool, str]

LOOK_UP_SECONDS = 5


class _DnsAway(Exception):
    """Nobody answers, which says nothing about the domain."""


def check(settings: Settings) -> Iterator[Finding]:
    """SPF of the envelope's domain, DKIM, and DMARC of the domain people see (RFC 7208, 6376, 7489)."""
    if settings.mail_transport.stays_here:
        return
    try:
        yield from _check(settings)
    except _DnsAway:
        yield False, "The DNS does not answer from here: the sender's domain was not looked at any further."


def _check(settings: Settings) -> Iterator[Finding]:
    domain = settings.sender.partition("@")[2]
    envelope = (settings.mail_return_path or settings.sender).partition("@")[2]
    yield from _return_path(settings, envelope)
    yield _one_record(envelope, _is_spf, "SPF")
    if settings.dkim_domain:
        yield _dkim(settings)
    else:
        yield True, "DKIM: not signed by Milepost (DKIM_DOMAIN is not set); let your mail server sign."
    found_at = _dmarc_at(domain)
    yield _one_record(f"_dmarc.{found_at or domain}", _is_dmarc, "DMARC")
    if found_at and not any(_is_within(name, found_at) for name in (envelope, settings.dkim_domain)):
        yield False, f"DMARC: {envelope} is not part of {domain}: sign with DKIM for {domain}, or inboxes may refuse."


def _return_path(settings: Settings, domain: str) -> Iterator[Finding]:
    if not settings.mail_return_path:
        yield True, f"MAIL_RETURN_PATH is not set: mails that come back go to {settings.sender}, and nobody is told."
        return
    yield True, f"Mails come back to an address of their own at {domain}; your mail server must pipe it to us."
    hosts = [str(answer.exchange).rstrip(".") for answer in _answers(domain, "MX")]
    takes = any(hosts) or (not hosts and bool(_answers(domain, "A") or _answers(domain, "AAAA")))
    told = f"by {hosts[0]}" if any(hosts) else "at its own address"
    yield takes, f"MX: mail to {domain} is taken {told}." if takes else f"MX: nobody takes mail to {domain}."


def _dkim(settings: Settings) -> Finding:
    """A signature of ours must hold with the key in the DNS: one changed on one side only fails every mail."""
    name = f"{settings.dkim_selector}._domainkey.{settings.dkim_domain}"
    texts = _texts(name)
    if not any("p=" in text for text in texts):
        return False, f"DKIM: no record at {name}; many inboxes will distrust your mail."
    sample = f"From: {settings.sender}\r\nSubject: test\r\n\r\ntest\r\n".encode()
    try:
        key = Path(settings.dkim_key_file or "").read_bytes()
        signature = dkim.sign(sample, settings.dkim_selector.encode(), settings.dkim_domain.encode(), key)
    except (OSError, dkim.DKIMException) as fault:
        return False, f"DKIM: the key in DKIM_KEY_FILE cannot be used: {fault}"
    if any(dkim.verify(signature + sample, dnsfunc=lambda *_, text=text, **__: text.encode()) for text in texts):
        return True, f"DKIM: found at {name}, and our signature holds."
    return False, f"DKIM: the record at {name} does not fit the key in DKIM_KEY_FILE: no signature holds."


def _dmarc_at(domain: str) -> str | None:
    """The domain whose DMARC record counts: its own or the nearest above it that has one."""
    labels = domain.split(".")
    names = [".".join(labels[at:]) for at in range(max(1, len(labels) - 1))]
    return next((name for name in names if any(map(_is_dmarc, _texts(f"_dmarc.{name}")))), None)


def _one_record(name: str, fits: Callable[[str], bool], what: str) -> Finding:
    found = sum(map(fits, _texts(name)))
    if found == 1:
        return True, f"{what}: found at {name}."
    if found:
        return False, f"{what}: {found} records at {name}; there may be only one, or none counts."
    return False, f"{what}: no record at {name}; many inboxes will distrust your mail."


def _is_within(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")


def _is_spf(text: str) -> bool:
    return text == "v=spf1" or text.startswith("v=spf1 ")


def _is_dmarc(text: str) -> bool:
    return text.startswith("v=DMARC1")


def _texts(name: str) -> list[str]:
    return [b"".join(answer.strings).decode("utf-8", "replace") for answer in _answers(name, "TXT")]


def _answers(name: str, kind: str) -> list[Any]:
    """What the DNS says: nothing where there is no such name or record. Raises _DnsAway where nobody answers."""
    try:
        return list(dns.resolver.resolve(name, kind, lifetime=LOOK_UP_SECONDS))
    except (dns.exception.Timeout, dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration):
        raise _DnsAway from None
    except dns.exception.DNSException:
        return []
