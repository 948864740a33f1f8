"""A running site for tests: the application over a fresh database, the personas' work, and visitors with browsers."""

import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.support.delivering import deliver, write_all
from tests.support.factories import World
from tests.support.pages import Page
from webapp.config import Settings
from webapp.database import Database
from webapp.models import (
    Base,
    Checkpoint,
    Contact,
    Engagement,
    Link,
    MailState,
    OutboxEmail,
    Purpose,
    Slot,
    Telling,
    TellingState,
    User,
)
from webapp.services.conversation import preferences
from webapp.services.mail import links
from webapp.services.people import sign_in
from webapp.services.promised import planning

PLACEHOLDER = re.compile(r"https://link\.invalid/([a-z_]+)")


@dataclass
class Clock:
    """The moment requests happen at."""

    now: datetime

    def on(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


@dataclass
class Work:
    """One live engagement, by its numbers."""

    engagement_id: int
    slot_id: int
    checkpoint_id: int
    contact_id: int


class Visitor:
    """Somebody with a browser. Posts carry the CSRF token of this browser unless told otherwise."""

    def __init__(self, site: "Site", user: User | None = None, *, language: str | None = None) -> None:
        self.site = site
        self.http: FlaskClient = site.app.test_client()
        self.base = site.settings.public_url if site.settings.is_https else "http://localhost"
        self.host = self.base.partition("://")[2]
        self.headers = {"Accept-Language": language} if language else {}
        if user is not None:
            self.sign_in(user)

    def sign_in(self, user: User) -> None:
        with self.site.writing() as session:
            known = session.get_one(User, user.id)
            secret = sign_in.open_session(session, known, browser="Test", now=self.site.clock.now)
        name = "__Host-milepost-user" if self.site.settings.is_https else "milepost-user"
        self.http.set_cookie(name, secret, domain=self.host, secure=self.site.settings.is_https)

    def get(self, path: str, **more: Any) -> TestResponse:
        headers = {**self.headers, **more.pop("headers", {})}
        return self.http.get(path, base_url=self.base, headers=headers, **more)

    def page(self, path: str, status: int = 200) -> Page:
        answer = self.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return Page(answer.text)

    def post(self, path: str, data: Any = None, *, csrf: bool = True, **more: Any) -> TestResponse:
        headers = {**self.headers, **more.pop("headers", {})}
        fields = list(data.items()) if isinstance(data, dict) else list(data or [])
        if csrf:
            fields = [(name, value) for name, value in fields if name != "csrf_token"]
            fields.append(("csrf_token", self.csrf_token()))
        sent: dict[str, list[str]] = {}
        for name, value in fields:
            sent.setdefault(name, []).append(str(value))
        return self.http.post(path, base_url=self.base, headers=headers, data=sent, **more)

    def csrf_token(self) -> str:
        app = self.site.app
        with self.http.session_transaction(base_url=self.base) as stored:
            raw = stored.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(raw))


@dataclass
class Site:
    """alice owns `kitchen` for Mrs Bennani; bob owns `report` for Mr Aliyev."""

    app: Flask
    settings: Settings
    database: Database
    clock: Clock
    world: World
    kitchen: Work
    report: Work
    is_mail_sent: bool = True
    """Whether whoever opens a client's page has got the mails that were due."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.database.writer() as session:
            yield session
            session.commit()

    @contextmanager
    def looking(self) -> Iterator[Session]:
        with self.database.reader() as session:
            yield session

    def all(self, model: type[Base], *where: Any) -> list[Any]:
        """Rows as they are now; what they refer to is not loaded."""
        with self.looking() as session:
            return list(session.scalars(select(model).where(*where).order_by(model.id)))  # type: ignore[attr-defined]

    def one(self, model: type[Base], *where: Any) -> Any:
        (found,) = self.all(model, *where)
        return found

    def answer_who_asked(self) -> None:
        """A worker looked at what was asked for by an address."""
        with self.writing() as session:
            sign_in.answer(session, self.settings.keyring, now=self.clock.now)
            preferences.send_fresh_links(session, now=self.clock.now)

    def mails(self, *kinds: str) -> list[OutboxEmail]:
        self.answer_who_asked()
        with self.writing() as session:
            write_all(session)
        return self.all(OutboxEmail, OutboxEmail.kind.in_(kinds))

    def news(self) -> OutboxEmail:
        """The newest update a client is sent."""
        return self.mails("client_update", "delay_notice")[-1]

    def visitor(self, user: User | None = None, **more: Any) -> Visitor:
        return Visitor(self, user, **more)

    def link(self, purpose: Purpose, work: Work | None = None, **more: Any) -> str:
        """A token for the contact of a work, who got the mails that were due, or for a colleague."""
        if purpose is Purpose.PAGE and self.is_mail_sent:
            self.deliver()
        with self.writing() as session:
            if work is not None:
                more.setdefault("contact", session.get_one(Contact, work.contact_id))
                more["engagement"] = session.get_one(Engagement, work.engagement_id)
            if "user" in more:
                more["user"] = session.get_one(User, more["user"].id)
            more.setdefault("lives", links.LIVES.get(purpose))
            made = links.make(session, self.settings.keyring, purpose, now=self.clock.now, **more)
            return links.token(self.settings.keyring, made)

    def page_of(self, work: Work) -> str:
        return f"/u/{self.link(Purpose.PAGE, work)}"

    def deliver(self) -> None:
        """Every mail that is due was sent."""
        with self.writing() as session:
            deliver(session, now=self.clock.now)

    def no_mail_left_yet(self) -> None:
        """Every mail waits, and nobody was told anything."""
        self.is_mail_sent = False
        with self.writing() as session:
            session.execute(update(OutboxEmail).values(state=MailState.QUEUED, finished_at=None, answer=None))
            session.execute(update(Telling).values(state=TellingState.DUE, told_at=None))

    def links_of(self, mail: OutboxEmail) -> list[Link]:
        return self.all(Link, Link.outbox_email_id == mail.id)

    def advance(self, work: Work) -> None:
        """What the clock does with the slot of a work at this moment."""
        with self.writing() as session:
            planning.advance(session, work.slot_id, now=self.clock.now)

    def slot(self, work: Work) -> Slot:
        return self.all(Slot, Slot.id == work.slot_id)[0]  # type: ignore[no-any-return]

    def dump(self) -> list[str]:
        """The whole database as text."""
        connection = sqlite3.connect(self.settings.database.removeprefix("sqlite:///"))
        try:
            return list(connection.iterdump())
        finally:
            connection.close()


def found(session: Session, world: World) -> tuple[Work, Work]:
    """The two works of the site."""
    kitchen, slot = world.open_engagement("MA-4471")
    aliyev = world.contact("Aliyev", address="aliyev@report.example", language="az", zone="Asia/Baku")
    report, other = world.open_engagement(
        "BA-118", title="annual report", owner=world.bob, contacts=[(aliyev, world.participation(kitchen).part)]
    )
    session.flush()
    return (
        Work(kitchen.id, slot.id, _checkpoint(session, slot), world.bennani.id),
        Work(report.id, other.id, _checkpoint(session, other), aliyev.id),
    )


def _checkpoint(session: Session, slot: Slot) -> int:
    return session.scalars(select(Checkpoint.id).where(Checkpoint.slot_id == slot.id)).one()
