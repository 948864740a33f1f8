"""What clients and colleagues write stands on pages as they meant it: paragraphs, lists, links that are safe."""

from xml.etree.ElementTree import Element

import pytest

from tests.support.pages import Page, text_of
from tests.support.site import Site, Visitor
from webapp.models import Contact, HandOver, Reply

WRITTEN = (
    "Two things:\n- the tap\n- the oven\n\nSee https://plans.example/a?b=1. Or javascript:alert(1)\n"
    "maria@bennani.example, 06 61 23 45 67"
)


@pytest.fixture
def asked(site: Site, client: Visitor) -> Reply:
    path = site.page_of(site.kitchen)
    client.post(path, client.page(path).form(path).filled(text=WRITTEN), csrf=False)
    return site.one(Reply)  # type: ignore[no-any-return]


def _said(page: Page) -> Element:
    return next(element for element in page.all("div") if "said" in (element.get("class") or "").split())


def test_words_of_a_client_keep_their_shape_on_every_page(
    site: Site, client: Visitor, alice: Visitor, asked: Reply
) -> None:
    pages = {
        "their own": client.page(site.page_of(site.kitchen)),
        "the work": alice.page(f"/engagements/{site.kitchen.engagement_id}"),
        "the answer": alice.page(f"/replies/{asked.id}"),
    }

    for name, page in pages.items():
        said = _said(page)
        assert [text_of(item) for item in said.iter("li")] == ["the tap", "the oven"], name
        assert [link.get("href") for link in said.iter("a")] == [
            "https://plans.example/a?b=1",
            "mailto:maria@bennani.example",
            "tel:0661234567",
        ], name
        assert "javascript:alert(1)" in text_of(said), name
        assert len(list(said.iter("br"))) == 1, name


def test_a_brief_and_an_answer_keep_theirs(site: Site, client: Visitor, alice: Visitor, asked: Reply) -> None:
    with site.writing() as session:
        session.get_one(Reply, asked.id).answer = "Yes:\n1. Saturday\n2. Sunday"
        session.add(
            HandOver(
                engagement_id=site.kitchen.engagement_id,
                to_user_id=site.world.alice.id,
                brief="- phones late\n- no lift",
                made_at=site.clock.now,
            )
        )

    own, today = client.page(site.page_of(site.kitchen)), alice.page("/")

    numbered = [words for words in own.all("ol") if words.get("class") is None]
    assert [text_of(item) for words in numbered for item in words] == ["Saturday", "Sunday"]
    assert [text_of(item) for item in _said(today).iter("li")] == ["phones late", "no lift"]


def test_words_in_another_language_and_direction_say_so(site: Site, client: Visitor, asked: Reply) -> None:
    with site.writing() as session:
        reply = session.get_one(Reply, asked.id)
        reply.text, reply.language = "واش نقدر نجي؟ 06 61 23 45 67، شكرا", "ary"

    said = _said(client.page(site.page_of(site.kitchen)))

    (inner,) = said
    assert (inner.get("lang"), inner.get("dir")) == ("ary", "rtl")
    assert [link.get("href") for link in inner.iter("a")] == ["tel:0661234567"]


def test_a_name_is_never_a_link(site: Site, client: Visitor, alice: Visitor) -> None:
    with site.writing() as session:
        session.get_one(Contact, site.kitchen.contact_id).name = "https://evil.example win"

    for page in (client.page(site.page_of(site.kitchen)), alice.page(f"/engagements/{site.kitchen.engagement_id}")):
        assert "https://evil.example win" in page.text
        assert not any("evil.example" in (link.get("href") or "") for link in page.all("a"))
