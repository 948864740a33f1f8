"""The demo's firm behind a web server in this process: every page there is, without waiting for clock or worker."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.e2e.command import link_in
from webapp import create_app, database, schema
from webapp.config import MailTransport, Settings
from webapp.database import Database
from webapp.dev import demo_firm, maildir
from webapp.dev.demo_words import CLIENTS, DemoClient
from webapp.models import (
    Checkpoint,
    Contact,
    DateQuestion,
    Engagement,
    NoticeToRead,
    OutboxEmail,
    Purpose,
    Reply,
    Role,
    Slot,
    TaskKind,
    Telling,
    TellingState,
    Update,
    User,
)
from webapp.services.core import tasks
from webapp.services.dates import questions
from webapp.services.mail import links
from webapp.services.people import sign_in
from webapp.services.reports import day_mails
from webapp.services.updates.snapshot import Snapshot
from workers.delivery import Drain
from workers.inbox import InboxTransport

SECRET = "1:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe"
OWNER, OTHER_ADMIN = "salma@darrenov.example", "youssef@darrenov.example"
WITHOUT_ADDRESS = replace(
    CLIENTS[2],
    client="Tazi",
    contact="Hassan Tazi",
    greeting="Mr Tazi",
    address="",
    reference="MA-4503",
    title="roof terrace, Oasis",
    is_due=False,
    facts=(),
)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running firm: where it is, its pages by name, and what signs two admins in, by the language they read."""

    url: str
    staff: dict[str, str]
    public: dict[str, str]
    clients: dict[str, str]
    form: str
    secrets: dict[str, str]

    def signed_in(self, language: str) -> dict[str, Any]:
        """The storage state of a browser profile in which the admin who reads this language is signed in."""
        cookie = {"name": "milepost-user", "value": self.secrets[language], "domain": "127.0.0.1", "path": "/"}
        rest = {"expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}
        return {"cookies": [{**cookie, **rest}], "origins": []}


@contextmanager
def running_site(home: Path, clients: Sequence[DemoClient] = (*CLIENTS, WITHOUT_ADDRESS)) -> Iterator[Site]:
    """A site with this work planted and its mails so far in the demo inbox."""
    settings = Settings.load(
        milepost_home=home,
        database_url="",
        redis_url="",
        mail_transport=MailTransport.INBOX,
        public_url="http://127.0.0.1:8000",
        secret_key=SECRET,
        log_level="CRITICAL",
    )
    opened = Database(settings.database)
    schema.upgrade(opened)
    app = create_app(settings)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield _plant(opened, settings.model_copy(update={"public_url": url}), clients)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
        app.extensions["database"].dispose()
        opened.dispose()


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing: the console is pytest's."""


def _plant(opened: Database, settings: Settings, clients: Sequence[DemoClient]) -> Site:
    with opened.writer() as session:
        now = database.now(session)
        demo_firm.found(session, now=now)
        session.scalars(select(User).where(User.address == OTHER_ADMIN)).one().language = "ary"
        session.scalars(select(User).where(User.address == OTHER_ADMIN)).one().role = Role.ADMIN
        session.commit()
    with mock.patch.object(demo_firm, "CLIENTS", tuple(clients)):
        demo_firm.plant(opened)
    _mail(opened, settings)
    with opened.writer() as session:
        _raise_trouble(session)
        _ask_and_hold(session)
        site = _site(session, settings)
        session.commit()
    return site


def _mail(opened: Database, settings: Settings) -> None:
    """Everything that is due goes into the demo inbox."""
    with opened.writer() as session:
        day_mails.morning(session, now=database.now(session))
        session.commit()
    with InboxTransport(settings.inbox_folder) as transport:
        Drain(opened, settings, transport).run()


def _raise_trouble(session: Session) -> None:
    """One mail that was refused, so that the pages which say so have something to say."""
    now = database.now(session)
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.contact_id.is_not(None))).first()
    if mail is not None:
        mail.answer = "550 5.1.1 No such person"
        tasks.raise_once(session, TaskKind.MAIL_FAILED, str(mail.id), now=now, mail=mail)


def _ask_and_hold(session: Session) -> None:
    """A date that its owner is asked about, of work whose form is due, and a notice that a manager reads first."""
    now = database.now(session)
    due = session.scalars(select(Checkpoint).join(Slot).where(Checkpoint.state == "due").order_by(Slot.send_at)).first()
    told = session.scalars(select(Update).order_by(Update.id))
    moved = next(update for update in told if Snapshot.load(update.snapshot).delays)
    assert due
    step = next(step for step in due.slot.engagement.milestones if step.done_on is None)
    entry = questions.present(step)
    asked = DateQuestion(milestone_id=step.id, promise_id=entry.id, number=1, asked_on=now.date(), asked_at=now)
    until = now + timedelta(hours=2)
    held = NoticeToRead(engagement_id=moved.engagement_id, snapshot=moved.snapshot, kept_at=now, until=until)
    session.add_all([asked, held])
    tasks.raise_once(session, TaskKind.NOTICE_TO_READ, str(moved.engagement_id), now=now, engagement=moved.engagement)


def _site(session: Session, settings: Settings) -> Site:
    now = database.now(session)
    owner = session.scalars(select(User).where(User.address == OWNER)).one()
    other = session.scalars(select(User).where(User.address == OTHER_ADMIN)).one()
    mails = maildir.list_mails(settings.inbox_folder)
    texts = {mail.to: mail.text for mail in mails if "/u/" in mail.text or "/checkpoints/" in mail.text}
    readers = session.scalars(select(Contact).where(Contact.address != "").order_by(Contact.id)).all()
    invitation = links.make(session, settings.keyring, Purpose.INVITATION, now=now, user=owner, lives=timedelta(days=7))
    unsubscribe = _unsubscribe(session, settings, readers[0])
    telling = session.scalars(select(Telling).where(Telling.state == TellingState.BY_PHONE)).first()
    base = settings.public_url
    return Site(
        url=base,
        staff=_staff_pages(session, telling),
        public={
            "sign-in": "/sign-in",
            "code": "/sign-in/code/abc",
            "invitation": f"/invitations/{links.token(settings.keyring, invitation)}",
            "fresh-link": "/fresh-link",
            "bad-link": "/u/nothing",
            "not-found": "/nothing-here",
            "unsubscribe": f"/unsubscribe/{unsubscribe}",
            "inbox": "/dev/inbox",
            "inbox-phone": "/dev/inbox?view=phone",
            "inbox-headers": "/dev/inbox?view=headers",
            "inbox-raw": "/dev/inbox?view=raw",
        },
        clients={reader.language: link_in(texts[reader.address or ""], "/u/") for reader in readers},
        form=link_in(texts[OWNER], "/checkpoints/"),
        secrets={
            "en": sign_in.open_session(session, owner, browser="Chromium", now=now),
            "ary": sign_in.open_session(session, other, browser="Chromium", now=now),
        },
    )


def _unsubscribe(session: Session, settings: Settings, reader: Contact) -> str:
    engagement = session.scalars(select(Engagement).order_by(Engagement.id)).first()
    link = links.make(
        session,
        settings.keyring,
        Purpose.UNSUBSCRIBE,
        now=database.now(session),
        contact=reader,
        engagement=engagement,
    )
    return links.token(settings.keyring, link)


def _staff_pages(session: Session, telling: Telling | None) -> dict[str, str]:
    reply = session.scalars(select(Reply)).first()
    update = session.scalars(select(Update).order_by(Update.id.desc())).first()
    due = session.scalars(
        select(Checkpoint).join(Slot).where(Checkpoint.state == "due").order_by(Slot.send_at, Slot.id)
    ).first()
    assert reply
    assert update
    assert due
    step = next(step for step in due.slot.engagement.milestones if step.done_on is None)
    held = session.scalars(select(NoticeToRead)).one()
    pages = {
        "today": "/",
        "engagements": "/engagements",
        "engagements-late": "/engagements?state=late",
        "notice": f"/engagements/{held.engagement_id}/notice",
        "engagement-moved": "/engagements/2",
        "engagement-due": f"/engagements/{due.slot.engagement_id}",
        "new-engagement": "/engagements/new",
        "dates": f"/engagements/{due.slot.engagement_id}/dates",
        "move": f"/engagements/{due.slot.engagement_id}/dates/{step.id}/move?no=1",
        "delays": "/delays?within=60",
        "owner": "/engagements/1/owner",
        "rhythm": "/engagements/1/rhythm",
        "form": f"/forms/{due.id}",
        "correction": f"/updates/{update.id}/correct",
        "reply": f"/replies/{reply.id}",
        "clients": "/clients",
        "client": "/clients/1",
        "contact": "/contacts/1",
        "outbox": "/outbox",
        "mail": "/outbox/1",
        "settings": "/settings",
        "calendar": "/settings/calendar",
        "people": "/settings/people",
        "person": "/settings/people/2",
        "playbooks": "/settings/kinds-of-work",
        "playbook": "/settings/kinds-of-work/1",
        "new-playbook": "/settings/kinds-of-work/new",
        "import": "/settings/import",
        "gallery": "/settings/mails",
        "gallery-real": "/settings/mails?mail=welcome&language=ary&work=1&width=desk&scheme=dark",
        "gallery-text": "/settings/mails?mail=delay_notice&language=az&view=text",
        "gallery-source": "/settings/mails?mail=on_track&language=ar&work=1&view=source",
        "gallery-none": "/settings/mails?mail=sign_in&work=1",
        "numbers": "/numbers?period=all",
        "numbers-own": "/numbers/mine",
        "numbers-work": "/engagements/2/numbers?period=year",
        "me": "/me",
    }
    return pages | ({"telling": f"/tellings/{telling.id}"} if telling else {})
