"""Who is spoken to in which language: their own choice, then the browser's wish, then the firm's usual one."""

import pytest

from tests.support.pages import Page
from tests.support.site import Site, Visitor
from webapp.models import Contact, Engagement, Firm, User


def _language(page: Page) -> str | None:
    return next(page.all("html")).get("lang")


def test_a_colleagues_own_choice_goes_before_the_browsers_wish(site: Site) -> None:
    with site.writing() as session:
        session.get_one(User, site.world.alice.id).language = "az"
    alice = site.visitor(site.world.alice, language="ary,en;q=0.5")

    assert _language(alice.page("/")) == "az"
    assert _language(alice.page("/no-such-page", 404)) == "az"


def test_a_colleague_chooses_and_reads_it_at_once(alice: Visitor) -> None:
    alice.post("/me/language", {"language": "ary"})

    assert _language(alice.page("/me")) == "ary"


def test_a_contacts_own_choice_goes_before_the_browsers_wish(site: Site) -> None:
    with site.writing() as session:
        session.get_one(Contact, site.kitchen.contact_id).language = "az"
    stranger = site.visitor(language="ary,en;q=0.5")

    assert _language(stranger.page(site.page_of(site.kitchen))) == "az"


def test_a_contact_chooses_on_their_page_and_mails_follow(site: Site, client: Visitor) -> None:
    path = site.page_of(site.kitchen)
    client.post(f"{path}/language", {"language": "ary"}, csrf=False)
    form = f"/forms/{site.kitchen.checkpoint_id}"
    alice = site.visitor(site.world.alice)
    alice.post(form, alice.page(form).form(form).filled(done="Tiles"))
    site.clock.on(days=1, hours=7)

    site.advance(site.kitchen)

    assert _language(client.page(path)) == "ary"
    assert site.news().language == "ary"


@pytest.mark.parametrize(
    ("wished", "spoken"),
    [
        ("az", "az"),
        ("ar-MA,fr;q=0.8", "ary"),
        ("fr,ru;q=0.8", "en"),
        ("fr,az;q=0.8", "az"),
        (None, "en"),
    ],
)
def test_a_stranger_is_spoken_to_as_the_browser_wishes_if_the_firm_speaks_it(
    site: Site, wished: str | None, spoken: str
) -> None:
    assert _language(site.visitor(language=wished).page("/sign-in")) == spoken


def test_a_stranger_without_a_wish_is_spoken_to_in_the_firms_usual_language(site: Site) -> None:
    with site.writing() as session:
        session.get_one(Firm, 1).language = "ary"

    assert _language(site.visitor().page("/sign-in")) == "ary"
    assert _language(site.visitor(language="fr").page("/sign-in")) == "ary"


def test_a_page_in_french_writes_the_first_of_a_month_as_french_does(site: Site, client: Visitor) -> None:
    with site.writing() as session:
        session.get_one(Firm, 1).languages = ["en", "fr"]
        session.get_one(Contact, site.kitchen.contact_id).language = "fr"
    alice, form = site.visitor(site.world.alice), f"/forms/{site.kitchen.checkpoint_id}"
    moved = {"holds": "no", "cause": "us", "why": "Retard", "what_we_do": "Samedi", "new_on": "2026-05-01"}
    typed = {f"dates__1__{name}": value for name, value in moved.items()}
    alice.post(form, alice.page(form).form(form).filled(done="Carrelage", **typed))
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)

    text = client.page(site.page_of(site.kitchen)).text

    assert "vendredi 1er mai" in text
    assert "1 mai" not in text


def test_a_client_and_a_work_keep_their_directions_in_a_heading_of_another(site: Site) -> None:
    with site.writing() as session:
        session.get_one(User, site.world.alice.id).language = "ary"
        client = session.get_one(Engagement, site.kitchen.engagement_id).client
        client.name = "Bennani 0661 20 30 40"
    alice = site.visitor(site.world.alice)

    heading = next(alice.page(f"/engagements/{site.kitchen.engagement_id}").all("h1"))

    said = "".join(heading.itertext())
    assert "،" in said
    assert "Bennani" in said
    assert said.index("\u200e") < said.index("0661"), "a mark holds the number in its own direction"
