"""The demo shows its point by itself: nobody reports, and the client is told so in time."""

import time

import pytest

from tests.support.e2e.command import Demo, link_in, until

pytestmark = pytest.mark.e2e

OWNER, CLIENT = "salma@darrenov.example", "emma.clarke@example.com"
SAYS_SO = "nothing confirmed, so we will not guess"
PROMISED_WITHIN_SECONDS = 135


def test_a_demo_nobody_touches_tells_the_client_that_there_is_no_news(untouched: Demo) -> None:
    left = untouched.started + PROMISED_WITHIN_SECONDS - time.monotonic()

    mail = until(lambda: _no_news(untouched), within_seconds=max(left, 5))

    assert "bathroom, Gauthier (MA-4492)" in mail["subject"]
    assert "The old bath is out" not in mail["text"]
    assert link_in(mail["text"], "/u/") in mail["html"]
    assert sum(SAYS_SO in sent["text"] for sent in untouched.mails(CLIENT)) == 1


def test_the_good_update_from_before_is_there_from_the_start(untouched: Demo) -> None:
    subjects = [mail["subject"] for mail in untouched.mails(CLIENT)]

    assert any(subject.startswith("On track") for subject in subjects)


def test_its_first_minutes_raise_no_false_alarm(untouched: Demo) -> None:
    until(lambda: _no_news(untouched), within_seconds=PROMISED_WITHIN_SECONDS)

    assert [mail["subject"] for mail in untouched.mails(OWNER) if "attention" in mail["subject"]] == []


def _no_news(demo: Demo) -> dict[str, str] | None:
    return next((mail for mail in demo.mails(CLIENT) if SAYS_SO in mail["text"]), None)
