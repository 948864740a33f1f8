"""Presses at the same moment, each in a transaction of its own on PostgreSQL: one counts, nobody reads of a fault."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from werkzeug.test import TestResponse

from tests.support.factories import World
from tests.support.site import Clock, Site, found
from tests.webapp.conftest import built, settings_for
from webapp.models import Purpose, Reply

AT_ONCE = 6


@pytest.fixture
def busy(postgres_url: str, tmp_path: Path, moment_is: Clock) -> Iterator[Site]:
    app = built(settings_for(tmp_path, postgres_url))
    database = app.extensions["database"]
    with database.writer() as session:
        world = World.build(session, now=moment_is.now)
        kitchen, report = found(session, world)
        session.commit()
    yield Site(app, app.extensions["settings"], database, moment_is, world, kitchen, report)
    database.dispose()


def _pressed(site: Site, path: str, texts: list[str]) -> list[TestResponse]:
    """The same form sent by as many browsers at the same moment."""
    gate = Barrier(len(texts))

    def press(text: str) -> TestResponse:
        visitor = site.visitor()
        gate.wait()
        return visitor.post(path, {"text": text, "how": "mail", "once": "7"}, csrf=False)

    with ThreadPoolExecutor(len(texts)) as pool:
        return list(pool.map(press, texts))


def test_a_clients_many_presses_are_one_reply(busy: Site) -> None:
    answers = _pressed(busy, busy.page_of(busy.kitchen), ["Which tap?"] * AT_ONCE)

    assert [answer.status_code for answer in answers] == [303] * AT_ONCE
    assert len(busy.all(Reply)) == 1
    assert len(busy.mails("receipt")) == 1


def test_of_two_answers_at_once_the_record_is_the_one_that_was_mailed(busy: Site) -> None:
    busy.visitor().post(busy.page_of(busy.kitchen), {"text": "Which tap?"}, csrf=False)
    reply = busy.one(Reply)
    token = busy.link(Purpose.FORMS, user=busy.world.alice)

    answers = _pressed(busy, f"/checkpoints/{token}/replies/{reply.id}", ["The brass one.", "The steel one."])

    assert [answer.status_code for answer in answers] == [303, 303]
    (mail,) = busy.mails("answer")
    assert busy.one(Reply).answer in mail.text
