"""An owner is asked before a date and says no: each client hears of it in their language, by day, before it is late."""

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from unittest import mock

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from tests.support.e2e.browsing import DESK, PHONE, Complaints, open_page
from tests.support.e2e.command import link_in
from tests.support.e2e.site import SECRET
from webapp import create_app, database, schema
from webapp.config import MailTransport, Settings
from webapp.database import Database
from webapp.dev import maildir
from webapp.models import (
    Client,
    Contact,
    DateQuestion,
    Firm,
    OutboxEmail,
    PartOf,
    Playbook,
    Role,
    Stage,
    User,
)
from webapp.services.people import sign_in
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import Cadence, Every
from webapp.services.work import engagements
from webapp.services.work.engagements import PlannedStep
from workers.clock import Clock
from workers.delivery import Drain
from workers.inbox import InboxTransport

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

OWNER, BENNANI, ALIYEV = "salma@darrenov.example", "maria@bennani.example", "rauf@aliyev.example"
DUE, NEW = date(2027, 1, 19), date(2027, 1, 26)
# Thursday 14 January 2027 is a public holiday in Morocco, and none in Azerbaijan.
START = datetime(2027, 1, 12, 19, tzinfo=UTC)
ASKED = datetime(2027, 1, 13, 8, 1, tzinfo=UTC)
ANSWERED = datetime(2027, 1, 13, 21, tzinfo=UTC)
MORNING_IN_BAKU = datetime(2027, 1, 14, 4, 1, tzinfo=UTC)
MORNING_AFTER_THE_HOLIDAY = datetime(2027, 1, 15, 8, 1, tzinfo=UTC)
REASON = {"en": "A supplier is late", "az": "Təchizatçı gecikir", "ary": "المورّد تعطل"}
HANDOVER = {"en": "Handover", "az": "Təhvil", "ary": "التسليم"}


@dataclass
class Work:
    """A running firm with a clock that stands where it is put."""

    url: str
    settings: Settings
    opened: Database
    now: datetime

    def at(self, moment: datetime) -> None:
        """It is this moment now: the clock ticks and everything that may go out goes out."""
        self.now = moment
        Clock(self.opened, self.settings).tick()
        with InboxTransport(self.settings.inbox_folder) as transport:
            Drain(self.opened, self.settings, transport).run()

    def texts(self, address: str) -> list[str]:
        mails = maildir.list_mails(self.settings.inbox_folder)
        return [f"{mail.subject}\n{mail.text}" for mail in mails if mail.to == address]


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    settings = Settings.load(
        milepost_home=tmp_path,
        database_url="",
        redis_url="",
        mail_transport=MailTransport.INBOX,
        public_url="http://127.0.0.1:8000",
        secret_key=SECRET,
        log_level="CRITICAL",
        bell_grace_seconds=10_000_000,
    )
    opened = Database(settings.database)
    schema.upgrade(opened)
    app = create_app(settings)
    with _served(app) as url:
        made = Work(url, settings.model_copy(update={"public_url": url}), opened, START)
        with mock.patch.object(database, "now", side_effect=lambda _session: made.now):
            _found(opened, made.now)
            made.at(START)
            yield made
    app.extensions["database"].dispose()
    opened.dispose()


@contextmanager
def _served(app: object) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)  # type: ignore[arg-type]
    server.RequestHandlerClass.log = lambda *_: None  # type: ignore[attr-defined]
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _found(opened: Database, now: datetime) -> None:
    """A firm in Casablanca with two clients, one of them in Baku; their handover is due on Tuesday 19 January."""
    cadence = Cadence(
        every=Every.WEEKLY,
        weekdays=(1,),
        anchor=date(2027, 1, 4),
        zone="Africa/Casablanca",
        send_at=time(16),
        promised_by=time(18),
    )
    with opened.writer() as session:
        session.add(
            Firm(
                id=1,
                name="Dar Renov",
                languages=["en", "az", "ary"],
                language="en",
                zone="Africa/Casablanca",
                working_days=[0, 1, 2, 3, 4],
                country="MA",
                phone="+212522204060",
                quiet_from=time(20),
                quiet_until=time(8),
            )
        )
        salma = User(address=OWNER, name="Salma Idrissi", role=Role.STAFF, language="en", created_at=now)
        youssef = User(address="y@darrenov.example", name="Youssef", role=Role.MANAGER, language="en", created_at=now)
        playbook = Playbook(
            key="renovation",
            labels={"en": "Renovation"},
            cadence=cadences.dump(cadence),
            reasons=[{"key": "supplier", "labels": REASON}],
            stages=[Stage(position=1, labels={"en": "Works"})],
        )
        session.add_all([salma, youssef, playbook])
        for name, address, tag, zone, country in (
            ("Maria Bennani", BENNANI, "ary", "Africa/Casablanca", None),
            ("Rauf Aliyev", ALIYEV, "az", "Asia/Baku", "AZ"),
        ):
            client = Client(name=name.split()[1], country=country, created_at=now)
            reader = Contact(client=client, name=name, address=address, language=tag, zone=zone, created_at=now)
            session.add_all([client, reader])
            session.flush()
            started = engagements.start(
                session,
                reference=f"W-{client.id}",
                title="flat" if tag == "az" else "kitchen",
                client=client,
                playbook=playbook,
                owner=salma,
                contacts=[(reader, PartOf.DECIDES)],
                steps=[PlannedStep(labels=HANDOVER, on=DUE)],
                cadence=cadences.dump(cadence),
                by=youssef,
                now=now,
            )
            engagements.go_live(session, started, by=youssef, now=now)
        session.commit()


def test_a_no_three_days_before_reaches_each_client_by_day_in_their_language_and_counts_as_told_before_due(
    work: Work, browser: Browser, complaints: Complaints
) -> None:
    work.at(ASKED)
    forms = link_in(_asked(work), "/checkpoints/")
    _scan(forms)
    _answers(work, count=0)

    work.now = ANSWERED
    page = open_page(browser, complaints, viewport=PHONE)
    for client in ("Bennani", "Aliyev"):
        _say_no(page, forms, client)
    _answers(work, count=2)
    work.at(ANSWERED.replace(minute=20))
    at_night = _notices(work, BENNANI) + _notices(work, ALIYEV)
    work.at(MORNING_IN_BAKU)
    on_the_holiday = _notices(work, BENNANI)
    work.at(MORNING_AFTER_THE_HOLIDAY)

    assert at_night == on_the_holiday == []
    (in_azerbaijani,), (in_darija,) = _notices(work, ALIYEV), _notices(work, BENNANI)
    for words in ("19 yanvar", "26 yanvar", REASON["az"], HANDOVER["az"]):
        assert words in in_azerbaijani
    for words in ("19 يناير", "26 يناير", REASON["ary"], HANDOVER["ary"]):
        assert words in in_darija
    _counts_as_told(work, browser, complaints)


def _asked(work: Work) -> str:
    return next(text for text in work.texts(OWNER) if "/checkpoints/" in text and "19 January" in text)


def _scan(link: str) -> None:
    """What a mail scanner does: every link, GET and HEAD, more than once."""
    for method in ("HEAD", "GET", "GET"):
        with urllib.request.urlopen(urllib.request.Request(link, method=method)) as answer:
            assert answer.status == 200


def _answers(work: Work, *, count: int) -> None:
    with work.opened.reader() as session:
        questions = session.scalars(select(DateQuestion)).all()
        assert len(questions) == 2
        assert sum(question.answered_at is not None for question in questions) == count


def _say_no(page: Page, forms: str, client: str) -> None:
    page.goto(forms)
    question = page.locator("li, article, section, .card").filter(has_text=client).filter(has_text="19 January").last
    question.get_by_role("button", name="No", exact=True).click()
    page.locator("input[name=cause][value=other]").check()
    page.locator("select[name=reason]").select_option("supplier")
    page.locator("[name=what_we_do]").fill("We fetch the doors ourselves.")
    page.locator("input[name=new_on]").fill(NEW.isoformat())
    page.get_by_role("button", name="Move the date").click()


def _notices(work: Work, address: str) -> list[str]:
    with work.opened.reader() as session:
        subjects = session.scalars(
            select(OutboxEmail.subject).where(OutboxEmail.kind == "delay_notice", OutboxEmail.to_address == address)
        ).all()
    return [text for text in work.texts(address) if text.split("\n")[0] in subjects]


def _counts_as_told(work: Work, browser: Browser, complaints: Complaints) -> None:
    with work.opened.writer() as session:
        youssef = session.scalars(select(User).where(User.role == Role.MANAGER)).one()
        secret = sign_in.open_session(session, youssef, browser="Chromium", now=work.now)
        session.commit()
    cookie = {"name": "milepost-user", "value": secret, "domain": "127.0.0.1", "path": "/"}
    state = {
        "cookies": [{**cookie, "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}],
        "origins": [],
    }
    page = open_page(browser, complaints, viewport=DESK, storage_state=state)
    page.goto(f"{work.url}/numbers")
    expect(page.locator("main")).to_contain_text("2 of 2")
