"""What machines read: alive, ready, and how the mails stand."""

from pathlib import Path

from flask import Flask

from tests.support.site import Site, Visitor
from tests.webapp.conftest import built, settings_for
from webapp.models import Tick


def test_a_process_that_lives_says_so_without_a_database(tmp_path: Path) -> None:
    app = built(settings_for(tmp_path, f"sqlite:///{tmp_path / 'none.db'}"))

    answer = app.test_client().get("/healthz")

    assert answer.json == {"status": "ok"}
    app.extensions["database"].dispose()


def test_an_unmigrated_database_is_not_ready(tmp_path: Path) -> None:
    app = built(settings_for(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}"))

    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {"status": "the database needs: milepost db upgrade"}
    app.extensions["database"].dispose()


def test_a_database_that_cannot_be_opened_is_not_ready(tmp_path: Path) -> None:
    app = built(settings_for(tmp_path, f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"))

    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    app.extensions["database"].dispose()


def test_a_migrated_database_is_ready(app: Flask) -> None:
    assert app.test_client().get("/readyz").json == {"status": "ok"}


def test_metrics_count_without_naming(site: Site, client: Visitor) -> None:
    site.no_mail_left_yet()
    with site.writing() as session:
        session.add(Tick(name="clock", at=site.clock.now))
    site.clock.on(minutes=5)

    said = client.get("/metrics")

    assert said.status_code == 200
    assert 'milepost_mails{state="queued"} 2.0' in said.text
    assert "milepost_mails_due 2.0" in said.text
    assert "milepost_oldest_due_mail_seconds 300.0" in said.text
    assert "milepost_slots_planned 2.0" in said.text
    assert "milepost_clock_last_tick_seconds 1.77" in said.text
    for name in ("Bennani", "MA-4471", "alice", "example"):
        assert name not in said.text


def test_metrics_are_for_this_machine_or_who_knows_the_token(sqlite_url: str, tmp_path: Path) -> None:
    app = built(settings_for(tmp_path, sqlite_url, metrics_token="m" * 40))
    http = app.test_client()

    def status(address: str, **headers: str) -> int:
        return http.get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers).status_code

    assert status("127.0.0.1") == 200
    assert status("127.0.0.1", **{"X-Forwarded-For": "203.0.113.9"}) == 404
    assert status("203.0.113.9") == 404
    assert status("203.0.113.9", Authorization=f"Bearer {'m' * 40}") == 200
    assert status("203.0.113.9", Authorization="Bearer x") == 404
    app.extensions["database"].dispose()
