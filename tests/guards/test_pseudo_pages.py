"""Every page, fault and refusal in a language nobody speaks: no word comes from anywhere but the catalogue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from emails.languages import REGISTRY
from tests.support import pseudo_language
from tests.support.addresses import rules
from tests.support.marked_firm import addresses_of, marked_site
from tests.support.pages import Page
from tests.support.pseudo_language import TAG, said
from tests.support.site import Clock, Site
from tests.support.spoken_words import unmarked, unmarked_words
from tests.webapp.conftest import moment_is, shared_app  # noqa: F401 - fixtures of the pages' tests
from webapp.models import Engagement, EngagementState, MailState, OutboxEmail, Purpose, TaskKind, Telling, TellingState
from webapp.services.core import tasks
from webapp.services.imports.table import COLUMNS
from webapp.services.reports import day_mails
from webapp.timezones import zone_names

BROWSER = "Test"
CODE = {"{{code}}"}
"""The place into which the code to sign in is put when the mail is sent."""
BLANKS = {"{name}", "{date}"}
"""What stands in a ready sentence until somebody picks it."""
DATA = {
    "UTC",
    BROWSER,
    *BLANKS,
    *(name.replace("_", " ") for name in zone_names()),
    *(entry.native_name for entry in REGISTRY),
}
"""What stands on pages as it is in every language; on those for imports the names of the columns too."""

VIEWS = (
    "/engagements?state=draft", "/engagements?state=closed&q=nothing", "/clients?q=nothing", "/outbox?state=failed",
    "/engagements/new?playbook=1", "/nothing-here", "/forms/999", "/dev/inbox?view=headers",
)  # fmt: skip
PUBLIC = ("/sign-in", "/sign-in/code/abc", "/invitations/abc", "/fresh-link", "/u/abc", "/unsubscribe/abc", "/nothing")
LEAVING = ("/sign-out", "/me/browsers/")
KEPT = {"csrf_token", "once", "based_on"}


@pytest.fixture(scope="module")
def seventh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pseudo_language.one_more_language(tmp_path_factory.mktemp("languages") / "emails") as tag:
        yield tag


@pytest.fixture
def firm(seventh: str, shared_app: Flask, sqlite_url: str, tmp_path: Path, moment_is: Clock) -> Iterator[Site]:  # noqa: F811 - the fixtures
    site = marked_site(shared_app, sqlite_url, tmp_path, moment_is)
    yield site
    site.database.dispose()


def pages(app: Flask) -> list[Rule]:
    return [rule for rule in rules(app, "GET") if rule.endpoint != "static"]


def _found(what: object, answer: TestResponse) -> list[str]:
    """The unmarked words of an answer, where it is one for people to read."""
    assert answer.status_code != 500, (what, answer.text)
    if answer.mimetype != "text/html" or answer.status_code in {302, 303, 308}:
        return []
    accepted = DATA | set(COLUMNS) if str(what).startswith("staff_imports") else DATA
    return [f"{what}: {line}" for line in unmarked_words(answer.text, accepted)]


def test_no_page_says_an_unmarked_word(firm: Site) -> None:
    admin, own, seen = firm.visitor(firm.world.amina, language=TAG), addresses_of(firm), 0
    found: list[str] = []
    for rule in pages(firm.app):
        answer = admin.get(own.of(rule), follow_redirects=True)
        seen += answer.mimetype == "text/html" and answer.status_code == 200
        found += _found(rule.endpoint, answer)

    assert seen > 35
    assert sorted(set(found)) == []


def test_no_page_as_somebody_opens_it_in_another_way_says_one(firm: Site) -> None:
    addresses_of(firm)
    admin, stranger = firm.visitor(firm.world.amina, language=TAG), firm.visitor(language=TAG)
    client, form = firm.page_of(firm.kitchen), f"/checkpoints/{firm.link(Purpose.FORMS, user=firm.world.alice)}"
    found: list[str] = []
    for path in VIEWS:
        found += _found(path, admin.get(path))
    for path in (*PUBLIC, client, f"{client}?said=reply", f"{client}?said=mails", form):
        found += _found(path, stranger.get(path, follow_redirects=True))
    firm.clock.on(days=9)
    admin.sign_in(firm.world.amina)
    for path in ("/", client):
        found += _found(path, admin.get(path))

    assert sorted(set(found)) == []


def test_no_refusal_of_an_empty_form_says_one(firm: Site) -> None:
    own = addresses_of(firm)
    found: list[str] = []
    for rule in rules(firm.app, "POST"):
        admin = firm.visitor(firm.world.amina, language=TAG)
        answer = admin.post(own.of(rule), {})
        found += _found(rule.endpoint, answer)
        if answer.status_code in {302, 303}:
            found += _found(f"{rule.endpoint}, and then", admin.get(answer.headers["Location"], follow_redirects=True))

    assert sorted(set(found)) == []


@pytest.mark.parametrize("typed", ["?", "x" * 5000], ids=["nonsense", "too long"])
def test_no_refusal_of_a_form_filled_in_wrongly_says_one(firm: Site, typed: str) -> None:
    own = addresses_of(firm)
    found: list[str] = []
    refused = 0
    for rule in pages(firm.app):
        admin = firm.visitor(firm.world.amina, language=TAG)
        path = own.of(rule)
        page = admin.get(path, follow_redirects=True)
        if page.mimetype != "text/html":
            continue
        for form in Page(page.text).forms():
            if form.action.startswith(LEAVING):
                continue
            wrong = [(name, said(typed) if name not in KEPT else value) for name, value in form.fields]
            answer = admin.post(form.action or path, wrong)
            refused += answer.status_code in {400, 422}
            found += _found(f"{rule.endpoint} {form.action}", answer)

    assert refused > 10
    assert sorted(set(found)) == []


def test_no_page_without_its_database_says_one(firm: Site) -> None:
    visitor = firm.visitor(language=TAG)
    with firm.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE firm RENAME TO gone")

    answer = visitor.get("/sign-in")

    assert answer.status_code == 503
    assert _found("503", answer) == []


def test_no_mail_to_clients_and_colleagues_says_one(firm: Site) -> None:
    visitor = firm.visitor(language=TAG)
    visitor.post("/sign-in", {"address": "amina@darrenov.example"})
    visitor.post(firm.page_of(firm.kitchen), {"text": said("Why?")}, csrf=False)
    with firm.writing() as session:
        day_mails.morning(session, now=firm.clock.now)
    firm.clock.on(days=7, hours=3)
    firm.advance(firm.report)

    mails = firm.all(OutboxEmail)

    assert len({mail.kind for mail in mails}) >= 6, {mail.kind for mail in mails}
    for mail in mails:
        said_outside = [unmarked(mail.subject, CODE), unmarked(mail.text, CODE), unmarked_words(mail.html, CODE)]
        assert [line for found in said_outside for line in found] == [], mail.kind


def test_no_state_of_a_mail_a_work_or_a_telling_says_one(firm: Site) -> None:
    firm.no_mail_left_yet()
    admin, client = firm.visitor(firm.world.amina, language=TAG), firm.page_of(firm.kitchen)
    mail, work = f"/outbox/{firm.all(OutboxEmail)[0].id}", f"/engagements/{firm.kitchen.engagement_id}"
    found: list[str] = []
    for state in (*MailState, *EngagementState, *TellingState):
        with firm.writing() as session:
            if isinstance(state, MailState):
                session.execute(update(OutboxEmail).values(state=state))
            elif isinstance(state, EngagementState):
                session.execute(update(Engagement).values(state=state))
            else:
                session.execute(update(Telling).values(state=state))
        for path in ("/", "/outbox", "/engagements", mail, work, client):
            found += _found(f"{state.value} {path}", admin.get(path))

    assert sorted(set(found)) == []


def test_no_kind_of_task_says_one(firm: Site) -> None:
    admin = firm.visitor(firm.world.amina, language=TAG)
    with firm.writing() as session:
        known: dict[str, Any] = {
            "engagement": session.get_one(Engagement, firm.kitchen.engagement_id),
            "mail": session.scalars(select(OutboxEmail)).first(),
            "telling": session.scalars(select(Telling)).first(),
        }
        for kind in TaskKind:
            tasks.raise_once(session, kind, f"one of {kind}", now=firm.clock.now, **known)

    found = _found("/", admin.get("/")) + _found("the work", admin.get(f"/engagements/{firm.kitchen.engagement_id}"))

    assert sorted(set(found)) == []
