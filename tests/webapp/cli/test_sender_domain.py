"""What `milepost doctor` says of the sender's domain, on a DNS that answers as the test says."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import pytest

from tests.support.certificates import make_signing_key
from tests.support.faults.scene import SECRET
from webapp.cli import sender_domain
from webapp.config import Settings


@dataclass
class Zone:
    """Records by name and kind; what is not here does not exist."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    is_away: bool = False

    def resolve(self, name: str, kind: str, **_: Any) -> list[Any]:
        if self.is_away:
            raise dns.resolver.LifetimeTimeout
        if (name, kind) not in self.records:
            raise dns.resolver.NXDOMAIN
        type_ = dns.rdatatype.from_text(kind)
        return [dns.rdata.from_text(dns.rdataclass.IN, type_, text) for text in self.records[name, kind]]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Zone:
    made = Zone(
        {
            ("firm.example", "TXT"): ['"v=spf1 mx -all"', '"site-verification=1"'],
            ("bounce.firm.example", "TXT"): ['"v=spf1 mx -all"'],
            ("bounce.firm.example", "MX"): ["10 mail.firm.example."],
            ("_dmarc.firm.example", "TXT"): ['"v=DMARC1; p=reject"'],
        }
    )
    monkeypatch.setattr(dns.resolver, "resolve", made.resolve)
    return made


def _told(**given: Any) -> tuple[list[str], list[str]]:
    """What is fine, and what needs a look."""
    settings = Settings.load(
        **{"secret_key": SECRET, "public_url": "https://news.firm.example", "mail_from": "news@firm.example", **given}
    )
    findings = list(sender_domain.check(settings))
    return [text for fine, text in findings if fine], [text for fine, text in findings if not fine]


def _has(told: list[str], *starts: str) -> bool:
    return all(any(text.startswith(start) for text in told) for start in starts)


def test_a_domain_in_order_needs_no_look(zone: Zone) -> None:
    fine, look = _told()

    assert look == []
    assert _has(fine, "SPF: found at firm.example", "DMARC: found", "MAIL_RETURN_PATH is not set", "DKIM: not signed")


def test_a_return_path_is_looked_at_where_its_mails_come_in(zone: Zone) -> None:
    fine, look = _told(mail_return_path="bounces@bounce.firm.example")

    assert look == []
    assert _has(fine, "Mails come back", "MX: mail to bounce.firm.example is taken by mail.firm.example.", "SPF: found")
    assert "SPF: found at bounce.firm.example." in fine


@pytest.mark.parametrize("mx", [None, ["0 ."]])
def test_a_return_path_that_nobody_takes_mail_for_needs_a_look(zone: Zone, mx: list[str] | None) -> None:
    del zone.records["bounce.firm.example", "TXT"]
    del zone.records["bounce.firm.example", "MX"]
    if mx:
        zone.records["bounce.firm.example", "MX"] = mx
        zone.records["bounce.firm.example", "A"] = ["192.0.2.7"]

    _, look = _told(mail_return_path="bounces@bounce.firm.example")

    assert _has(look, "MX: nobody takes mail to bounce.firm.example", "SPF: no record at bounce.firm.example")


def test_a_return_path_at_a_host_without_mx_is_taken_at_its_address(zone: Zone) -> None:
    zone.records["bounce.firm.example", "A"] = ["192.0.2.7"]
    del zone.records["bounce.firm.example", "MX"]

    fine, _ = _told(mail_return_path="bounces@bounce.firm.example")

    assert _has(fine, "MX: mail to bounce.firm.example is taken at its own address.")


def test_a_return_path_elsewhere_needs_a_signature_of_our_own_domain(zone: Zone) -> None:
    zone.records["other.example", "TXT"] = ['"v=spf1 mx -all"']
    zone.records["other.example", "MX"] = ["10 mail.other.example."]

    _, look = _told(mail_return_path="bounces@other.example")

    assert _has(look, "DMARC: other.example is not part of firm.example")


def test_the_record_of_the_domain_above_counts_for_the_one_below(zone: Zone) -> None:
    zone.records["news.firm.example", "TXT"] = ['"v=spf1 mx -all"']

    fine, look = _told(mail_from="milepost@news.firm.example")

    assert look == []
    assert "DMARC: found at _dmarc.firm.example." in fine


def test_two_records_are_as_bad_as_none(zone: Zone) -> None:
    zone.records["firm.example", "TXT"] = ['"v=spf1 mx -all"', '"v=spf1 a -all"']

    _, look = _told()

    assert look == ["SPF: 2 records at firm.example; there may be only one, or none counts."]


def test_the_key_in_the_dns_must_be_the_one_we_sign_with(zone: Zone, tmp_path: Path) -> None:
    ours, other = make_signing_key(tmp_path), make_signing_key(tmp_path)
    given = {"dkim_domain": "firm.example", "dkim_key_file": ours.file}
    name = ("milepost._domainkey.firm.example", "TXT")

    without = _told(**given)[1]
    zone.records[name] = [_quoted(other.record)]
    wrong = _told(**given)[1]
    zone.records[name] = [_quoted(ours.record)]
    fine, look = _told(**given)

    assert _has(without, "DKIM: no record at milepost._domainkey.firm.example")
    assert _has(wrong, "DKIM: the record at milepost._domainkey.firm.example does not fit")
    assert look == []
    assert _has(fine, "DKIM: found at milepost._domainkey.firm.example, and our signature holds.")


def test_a_dns_that_is_away_says_nothing_about_the_domain(zone: Zone) -> None:
    zone.is_away = True

    _, look = _told(mail_return_path="bounces@bounce.firm.example")

    assert look == ["The DNS does not answer from here: the sender's domain was not looked at any further."]


def test_a_demo_asks_nobody(zone: Zone) -> None:
    assert _told(mail_transport="inbox", public_url="http://127.0.0.1:8000") == ([], [])


def _quoted(record: str) -> str:
    """A text of more than 255 characters is written in pieces."""
    return " ".join(f'"{record[at : at + 200]}"' for at in range(0, len(record), 200))
