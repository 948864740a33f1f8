"""SpamAssassin's local rules over every sample in every language, as the bytes a receiving server gets."""

from pathlib import Path

from tests.support.proof.mails import every_mail
from tests.support.proof.tools import run_perl

MOST_POINTS = 1.0
"""Mail is held back from 5 on; what a server asks of DNS and of its own memory comes on top."""


def test_no_mail_comes_near_to_looking_like_spam(tmp_path: Path) -> None:
    for mail in every_mail():
        (tmp_path / f"{mail.name}.eml").write_bytes(mail.octets())

    lines = run_perl("spam_score.pl", "Mail::SpamAssassin", tmp_path).splitlines()
    scores = {name: (float(points), rules) for name, points, rules in (line.split("\t") for line in lines)}

    assert set(scores) == {mail.name for mail in every_mail()}
    assert all("HTML_MESSAGE" in rules for _, rules in scores.values()), "no rules are loaded"
    assert {name: rules for name, (points, rules) in scores.items() if points >= MOST_POINTS} == {}
