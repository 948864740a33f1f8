"""Faults as pages: plain words, the right status, what was typed kept, never a traceback."""

import sqlite3
from typing import Any

import pytest

from tests.support.site import Site, Visitor


def test_nothing_there_is_a_plain_page(client: Visitor) -> None:
    answer = client.get("/no-such-page")

    assert answer.status_code == 404
    assert "<h1>" in answer.text


@pytest.mark.parametrize(("tag", "direction"), [("ary", "rtl"), ("az", "ltr")])
def test_a_fault_speaks_the_browsers_language(site: Site, tag: str, direction: str) -> None:
    answer = site.visitor(language=tag).get("/no-such-page")

    assert f'lang="{tag}" dir="{direction}"' in answer.text


def test_a_method_that_is_not_meant_says_which_are(client: Visitor) -> None:
    for path, method in (("/sign-out", "GET"), ("/healthz", "DELETE"), ("/u/x", "PUT")):
        answer = client.http.open(path, method=method)

        assert answer.status_code == 405, path
        assert answer.headers["Allow"], path
        assert "<h1>" in answer.text


def test_a_fault_of_ours_shows_no_traceback_and_gives_back_what_was_typed(
    site: Site, alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret reason in /srv/somewhere.py")

    monkeypatch.setattr("webapp.services.reports.checkpoints.submit", broken)
    path = f"/forms/{site.kitchen.checkpoint_id}"

    answer = alice.post(path, alice.page(path).form(path).filled(done="Wall tiles finished, pipes tested"))

    assert answer.status_code == 500
    assert "Wall tiles finished, pipes tested" in answer.text
    for inside in ("Traceback", "secret reason", "somewhere.py", "RuntimeError"):
        assert inside not in answer.text


def test_a_locked_database_is_busy_and_gives_back_what_was_typed(site: Site, alice: Visitor) -> None:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    fields = alice.page(path).form(path).filled(done="Wall tiles finished, pipes tested")
    before = site.dump()
    other = sqlite3.connect(site.settings.database.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = alice.post(path, fields)
        reading = alice.get("/")
    finally:
        other.execute("ROLLBACK")
        other.close()

    assert answer.status_code == 503
    assert "Wall tiles finished, pipes tested" in answer.text
    assert "database is locked" not in answer.text
    assert reading.status_code == 200
    assert site.dump() == before


def test_a_client_whose_words_could_not_be_kept_gets_them_back(site: Site, client: Visitor) -> None:
    path = site.page_of(site.kitchen)
    other = sqlite3.connect(site.settings.database.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = client.post(path, {"text": "When do the cupboards come?", "once": "1234567890abcdef"}, csrf=False)
    finally:
        other.execute("ROLLBACK")
        other.close()

    assert answer.status_code == 503
    assert "When do the cupboards come?" in answer.text
    assert "1234567890abcdef" not in answer.text


def test_a_database_that_is_gone_is_still_a_page(site: Site, client: Visitor) -> None:
    site.app.extensions["settings"] = site.settings
    with site.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE firm RENAME TO gone")

    answer = client.get("/sign-in")

    assert answer.status_code == 503
    assert "<h1>" in answer.text
    assert "no such table" not in answer.text


def test_a_body_that_is_too_large_is_said_plainly(site: Site, client: Visitor) -> None:
    answer = client.post(site.page_of(site.kitchen), {"text": "x" * 4_000_000}, csrf=False)

    assert answer.status_code == 413
    assert "<h1>" in answer.text


def test_what_was_typed_comes_back_as_text(client: Visitor) -> None:
    answer = client.post("/sign-in", {"address": "<script>alert(1)</script>"}, csrf=False)

    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
