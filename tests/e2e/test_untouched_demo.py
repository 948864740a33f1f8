"""The demo shows its point by itself: nobody reports, and the client is told so in time."""

import time

import pytest

from tests.e2e.command import Demo, link_in, until

pytestmark = pytest.mark.e2e

OWNER, CLIENT = "salma@darrenov.example", "emma.clarke@example.com"
PROMISED_WITHIN_SECONDS = 135


def test_a_demo_nobody_touches_tells_the_client_that_there_is_no_news(untouched: Demo) -> None:
    left = untouched.started + PROMISED_WITHIN_SECONDS - time.monotonic()

    mail = until(lambda: _no_news(untouched), within_seconds=max(left, 5))

    assert mail["subject"] == "No news yet: bathroom, Gauthier (MA-4492)"
    assert "Our tiler begins" not in mail["text"].partition("Next")[0]
    assert link_in(mail["text"], "/u/")
    assert "http" in mail["html"]
    assert len([sent for sent in untouched.mails(CLIENT) if "No news" in sent["subject"]]) == 1


def test_the_good_update_from_before_is_there_from_the_start(untouched: Demo) -> None:
    subjects = [mail["subject"] for mail in untouched.mails(CLIENT)]

    assert any(subject.startswith("On track") for subject in subjects)


def _no_news(demo: Demo) -> dict[str, str] | None:
    return next((mail for mail in demo.mails(CLIENT) if mail["subject"].startswith("No news")), None)
