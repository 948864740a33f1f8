"""Fixtures of the pages' tests: one application, a fresh SQLite database each, visitors with their own browsers."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.conftest import NOW
from tests.support import locks
from tests.support.factories import World
from tests.support.site import Clock, Site, Visitor, found
from webapp import create_app
from webapp.config import MailTransport, Settings
from webapp.database import Database
from webapp.models import User

KEY = "7:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe"


def settings_for(home: Path, database_url: str, **given: Any) -> Settings:
    fields = {"mail_transport": MailTransport.INBOX, "public_url": "http://127.0.0.1:8000", **given}
    return Settings.load(database_url=database_url, secret_key=KEY, milepost_home=home, **fields)


def built(settings: Settings) -> Flask:
    """An application that leaves the log of the test run alone."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    app = create_app(settings)
    root.handlers, root.level = handlers, level
    return app


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Its templates are compiled once; each test gives it a database of its own."""
    home = tmp_path_factory.mktemp("home")
    app = built(settings_for(home, f"sqlite:///{home / 'unused.db'}"))
    app.extensions["database"].dispose()
    return app


@pytest.fixture
def moment_is(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(NOW)
    monkeypatch.setattr("webapp.database.now", lambda _session: clock.now)
    return clock


@pytest.fixture
def app(shared_app: Flask, sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application over an empty, migrated database."""
    shared_app.extensions["settings"] = settings_for(tmp_path, sqlite_url)
    shared_app.extensions["database"] = Database(sqlite_url, busy_timeout_ms=500)
    yield shared_app
    shared_app.extensions["database"].dispose()


@pytest.fixture(autouse=True)
def nobody_holds_up_others(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test of pages does: nothing is drawn or read under the write lock."""
    with locks.watched(monkeypatch):
        yield


@pytest.fixture
def site(app: Flask, moment_is: Clock) -> Site:
    """The firm with its people and two live works, on a Monday morning."""
    database = app.extensions["database"]
    with database.writer() as session:
        world = World.build(session, now=moment_is.now)
        kitchen, report = found(session, world)
        session.commit()
    return Site(app, app.extensions["settings"], database, moment_is, world, kitchen, report)


@pytest.fixture
def secure_site(sqlite_url: str, tmp_path: Path, moment_is: Clock) -> Iterator[Site]:
    """The same as it stands on the internet: https, real mail."""
    settings = settings_for(
        tmp_path, sqlite_url, mail_transport=MailTransport.SMTP, public_url="https://news.darrenov.example"
    )
    app = built(settings)
    database = app.extensions["database"]
    with database.writer() as session:
        world = World.build(session, now=moment_is.now)
        kitchen, report = found(session, world)
        session.commit()
    yield Site(app, settings, database, moment_is, world, kitchen, report)
    database.dispose()


@pytest.fixture
def client(site: Site) -> Visitor:
    """Somebody who has not signed in."""
    return site.visitor()


@pytest.fixture
def alice(site: Site) -> Visitor:
    return site.visitor(site.world.alice)


@pytest.fixture
def bob(site: Site) -> Visitor:
    return site.visitor(site.world.bob)


@pytest.fixture
def charlie(site: Site) -> Visitor:
    return site.visitor(site.world.charlie)


@pytest.fixture
def dalia(site: Site) -> Visitor:
    return site.visitor(site.world.dalia)


@pytest.fixture
def amina(site: Site) -> Visitor:
    return site.visitor(site.world.amina)


@pytest.fixture
def everybody(site: Site) -> Callable[[], dict[str, User]]:
    world = site.world
    return lambda: {name: getattr(world, name) for name in ("alice", "bob", "charlie", "dalia", "amina")}
