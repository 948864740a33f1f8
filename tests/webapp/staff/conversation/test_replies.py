"""Answering what a client wrote: from its own page, and beside the form that shows it."""

import pytest

from tests.support.pages import Page
from tests.support.site import Site, Visitor
from webapp.models import Purpose, Reply


@pytest.fixture
def asked(site: Site, client: Visitor) -> int:
    client.post(site.page_of(site.kitchen), {"text": "Which tap?"}, csrf=False)
    number: int = site.all(Reply)[-1].id
    return number


def _ways(site: Site, reply_id: int) -> list[tuple[Visitor, str]]:
    """Every address an answer can be sent to, with somebody who may."""
    token = site.link(Purpose.FORMS, user=site.world.alice)
    return [
        (site.visitor(site.world.alice), f"/replies/{reply_id}"),
        (site.visitor(site.world.alice), f"/forms/replies/{reply_id}"),
        (site.visitor(), f"/checkpoints/{token}/replies/{reply_id}"),
    ]


@pytest.mark.parametrize("text", ["", " \n\x00", "a" * 4001])
@pytest.mark.parametrize("way", [0, 1, 2])
def test_what_cannot_be_an_answer_is_said_beside_it_and_kept(site: Site, asked: int, way: int, text: str) -> None:
    visitor, path = _ways(site, asked)[way]

    answer = visitor.post(path, {"text": text, "how": "mail"})

    assert answer.status_code == 422
    assert Page(answer.text).message_at("text")
    assert text.strip(" \n\x00") in answer.text
    assert site.mails("answer") == []
    assert site.all(Reply)[-1].answered_at is None


@pytest.mark.parametrize("way", [0, 1, 2])
def test_an_answer_by_phone_needs_no_words(site: Site, asked: int, way: int) -> None:
    visitor, path = _ways(site, asked)[way]

    answer = visitor.post(path, {"text": "", "how": "phone"})

    assert answer.status_code == 303
    assert site.mails("answer") == []
    assert site.all(Reply)[-1].answered_how == "phone"


@pytest.mark.parametrize("way", [0, 1, 2])
def test_the_first_answer_counts(site: Site, asked: int, way: int) -> None:
    visitor, path = _ways(site, asked)[way]

    for text in ("The brass one.", "The steel one."):
        assert visitor.post(path, {"text": text, "how": "mail"}).status_code == 303

    assert len(site.mails("answer")) == 1
    assert "The brass one." in site.mails("answer")[0].text


def test_other_words_are_another_reply_whatever_the_browser_remembers(site: Site, client: Visitor) -> None:
    page = site.page_of(site.kitchen)

    for text in ("Which tap?", "Which colour?", "Which tap?"):
        client.post(page, {"text": text, "once": "7"}, csrf=False)

    assert [reply.text for reply in site.all(Reply)] == ["Which tap?", "Which colour?"]
