"""The half-minute form where its writer and its readers do not all read one language."""

import json
from xml.etree.ElementTree import Element

import pytest

from tests.support.pages import Page, text_of
from tests.support.site import Site
from webapp.models import (
    Ask,
    Checkpoint,
    CheckpointRevision,
    Contact,
    Engagement,
    Participation,
    PartOf,
    Playbook,
    Update,
)


@pytest.fixture
def leyla(site: Site) -> Contact:
    """Reads Azerbaijani, beside Mrs Bennani, who reads English."""
    with site.writing() as session:
        client = session.get_one(Engagement, site.kitchen.engagement_id).client
        made = Contact(
            client=client,
            name="Leyla",
            address="leyla@bennani.example",
            language="az",
            zone="Asia/Baku",
            created_at=site.clock.now,
        )
        session.add(made)
        session.flush()
        session.add(Participation(engagement_id=site.kitchen.engagement_id, contact_id=made.id, part=PartOf.INFORMED))
    return made


def _path(site: Site) -> str:
    return f"/forms/{site.kitchen.checkpoint_id}"


def _page(site: Site, **typed: object) -> Page:
    """The form as alice opens it, or as it comes back when she sends it."""
    alice, path = site.visitor(site.world.alice), _path(site)
    page = alice.page(path)
    return Page(alice.post(path, page.form(path).filled(**typed)).text) if typed else page


def _further(page: Page) -> list[Element]:
    return [element for element in page.all("details") if element.get("class") == "further"]


def _release(site: Site) -> dict[str, str]:
    """The newest news, by language."""
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)
    return {mail.language: mail.html for mail in site.mails("client_update", "delay_notice")}


def _next(site: Site) -> Page:
    """The form of the slot after the one that was released."""
    site.kitchen.checkpoint_id = site.all(Checkpoint)[-1].id
    return _page(site)


def test_where_everybody_reads_what_the_writer_writes_nothing_is_asked_about_languages(site: Site) -> None:
    page = _page(site)

    assert _further(page) == []
    assert page.by_id("language") is None
    assert "You write in" not in page.text


def test_each_box_that_goes_to_clients_has_one_more_for_the_reader_of_another_language(
    site: Site, leyla: Contact
) -> None:
    page = _page(site)

    boxes = {box.get("name"): box for element in _further(page) for box in element.iter("textarea")}

    wanted = {"done", "step_text", "sentence", "ask_text"}
    wanted |= {f"dates-{n}-{part}" for n in (0, 1) for part in ("why", "what_we_do", "condition")}
    assert {name for name in boxes if name and name.endswith("-az")} == {f"{name}_in-az" for name in wanted}
    assert {(box.get("lang"), box.get("dir")) for box in boxes.values()} == {("az", "ltr"), ("en", "ltr")}
    assert all(element.get("open") is None for element in _further(page)), "nothing typed, nothing unfolded"
    assert "Azərbaycanca, for Leyla" in page.text
    assert "Leyla reads Azərbaycanca" in page.text


def test_every_box_but_the_note_says_in_which_language_it_is_written(site: Site, leyla: Contact) -> None:
    page = _page(site)

    written = {element.get("id") for element in page.root.iter() if element.get("data-written") is not None}

    assert {"done", "step_text", "sentence", "ask_text", "dates-0-why"} <= written
    assert "note" not in written
    done = page.by_id("done")
    assert done is not None
    assert (done.get("lang"), done.get("dir")) == ("en", "ltr")


def test_what_was_written_for_leyla_reaches_leyla_and_nobody_else(site: Site, leyla: Contact) -> None:
    _page(
        site, done="Tiles finished", **{"done_in-az": "Kafel bitdi"}, step_text="The carpenter comes",
        ask_text="Your plans", **{"ask_text_in-az": "Planlarınız"},
    )  # fmt: skip

    mails = _release(site)

    assert "Tiles finished" in mails["en"]
    assert "Kafel bitdi" not in mails["en"]
    assert "Kafel bitdi" in mails["az"]
    assert "Tiles finished" not in mails["az"]
    assert '<span lang="en">The carpenter comes</span>' in mails["az"], "as written, and marked"
    assert site.one(Ask).translations == {"az": "Planlarınız"}


def test_the_page_of_a_client_has_the_ask_in_their_language_or_marked(site: Site, leyla: Contact) -> None:
    _page(site, done="Tiles", ask_text="Your plans", **{"ask_text_in-az": "Planlarınız"})
    _release(site)
    with site.writing() as session:
        session.get_one(Contact, site.kitchen.contact_id).language = "ary"
    site.kitchen.contact_id, maria = leyla.id, site.kitchen.contact_id
    hers = site.visitor().page(site.page_of(site.kitchen))
    site.kitchen.contact_id = maria
    marias = site.visitor().page(site.page_of(site.kitchen))

    assert any(text_of(heading) == "Planlarınız" for heading in hers.all("h3"))
    (marked,) = (span for heading in marias.all("h3") for span in heading if text_of(span) == "Your plans")
    assert (marked.get("lang"), marked.get("dir")) == ("en", "ltr")


def test_the_preview_shows_the_mail_of_any_contact_and_it_in_the_writers_language(site: Site, leyla: Contact) -> None:
    alice, path = site.visitor(site.world.alice), _path(site)
    form = alice.page(path).form(path)
    words = {"done": "Tiles finished", "done_in-az": "Kafel bitdi"}

    ways: dict[str, dict[str, object]] = {
        "maria": {"preview_for": site.kitchen.contact_id},
        "leyla": {"preview_for": leyla.id},
        "leyla in mine": {"preview_for": leyla.id, "preview_mine": "1"},
    }

    shown = {name: alice.post(f"{path}/preview", form.filled(**words, **more)).text for name, more in ways.items()}

    assert "Tiles finished" in shown["maria"]
    assert "Kafel bitdi" not in shown["maria"]
    assert "Kafel bitdi" in shown["leyla"]
    assert "Tiles finished" not in shown["leyla"]
    assert "Tiles finished" in shown["leyla in mine"]
    assert "Leyla" in shown["leyla in mine"]


def test_a_form_that_is_refused_and_a_draft_keep_the_further_boxes(site: Site, leyla: Contact) -> None:
    alice, path = site.visitor(site.world.alice), _path(site)
    words = {"done": "Tiles", "done_in-az": "Kafel", "dates__0__holds": "no", "dates__0__why_in-az": "Gecikir"}

    refused = _page(site, **words)
    alice.post(f"{path}/draft", alice.page(path).form(path).filled(**words))
    drafted = _page(site)

    for page in (refused, drafted):
        form = page.form(path)
        assert (form["done_in-az"], form["dates-0-why_in-az"]) == ("Kafel", "Gecikir")
        opened = [element for element in _further(page) if element.get("open") is not None]
        assert len(opened) == 2
    assert site.all(CheckpointRevision) == []


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"done": "{name} was here"}, "done"),
        ({"done": "Karim was here", "done_in-az": "{name} burada idi"}, "done_in-az"),
        ({"done_in-az": "Kafel"}, "done"),
        ({"done": "Tiles", "done_in-az": "K" * 4001}, "done_in-az"),
    ],
)
def test_no_blank_goes_out_and_nobody_is_told_what_the_others_are_not(
    site: Site, leyla: Contact, typed: dict[str, str], at: str
) -> None:
    page = _page(site, **{"done": "", **typed})

    assert page.message_at(at)
    assert site.all(CheckpointRevision) == []
    assert any((link.get("href") or "").startswith("#done") for link in page.all("a"))


def test_the_language_that_was_chosen_is_kept_with_the_words_and_for_the_next_form(site: Site, leyla: Contact) -> None:
    _page(site, language="az", done="Kafel bitdi", **{"done_in-en": "Tiles finished", "done_in-az": "hidden"})

    amended = _page(site).form(_path(site))
    mails = _release(site)
    stored = site.one(CheckpointRevision).answers
    upcoming = _next(site).form(_path(site))

    assert (amended["language"], upcoming["language"]) == ("az", "az")
    assert (stored["language"], stored["translations"]) == ("az", {"done": {"en": "Tiles finished"}})
    assert "Kafel bitdi" in mails["az"]
    assert "Tiles finished" in mails["en"]
    assert 'lang="az"' not in mails["en"].split("<body")[1]


def test_a_language_that_was_not_offered_is_not_taken(site: Site, leyla: Contact) -> None:
    _page(site, language="tlh", done="Tiles")

    assert site.one(CheckpointRevision).answers["language"] == "en"


def test_words_for_the_step_before_do_not_go_out_with_the_next_one(site: Site, leyla: Contact) -> None:
    _page(site, done="Tiles", step_text="The carpenter comes", **{"step_text_in-az": "Dülgər gəlir"})
    _release(site)
    prefilled = _next(site).form(_path(site))

    _page(site, done="Cupboards", last_step="yes", step_text="The painter comes")
    stored = site.all(CheckpointRevision)[-1].answers

    assert prefilled["step_text_in-az"] == "Dülgər gəlir"
    assert stored["step"]["text"] == "The painter comes"
    assert stored["step"]["translations"] == {}


def test_a_ready_sentence_is_offered_once_with_its_words_for_every_reader(site: Site, leyla: Contact) -> None:
    with site.writing() as session:
        playbook = session.get_one(Playbook, site.world.playbook.id)
        labels = {"en": "{name} comes on {date}", "az": "{name} gəlir: {date}"}
        playbook.sentences = [*playbook.sentences, {"part": "next", "labels": labels}]

    page = _page(site)
    (chip,) = (element for element in page.all("button") if element.get("data-insert-into") == "step_text")
    form = next(form for form in page.all("form") if form.get("data-days"))
    days = json.loads(form.get("data-days") or "")

    assert text_of(chip) == "‹Name› comes on ‹Day›"
    assert json.loads(chip.get("data-words") or "") == labels
    assert set(days) == {"en", "az", "ary"}, "every language of the firm may be chosen"
    assert (days["en"]["weekdays"][0], days["az"]["months"][3]) == ("Monday", "aprel")
    assert page.by_id("step_text-blank-name") is not None
    assert page.by_id("done-blank-name") is None, "no blanks, no questions"


def test_staff_see_whose_language_words_are_in(site: Site, leyla: Contact) -> None:
    _page(site, language="az", done="Kafel bitdi", ask_text="Planlarınız", step_text="Dülgər gəlir")
    _release(site)

    page = site.visitor(site.world.alice).page(f"/engagements/{site.kitchen.engagement_id}")

    for words in ("Kafel bitdi", "Planlarınız", "Dülgər gəlir"):
        marked = [e for e in page.root.iter() if e.get("lang") == "az" and words in text_of(e)]
        assert marked, words


def test_a_correction_asks_for_the_words_of_every_reader(site: Site, leyla: Contact) -> None:
    _page(site, done="Tiles finished", **{"done_in-az": "Kafel bitdi"})
    _release(site)
    site.deliver()
    alice, path = site.visitor(site.world.alice), f"/updates/{site.all(Update)[-1].id}/correct"
    form = alice.page(path).form(path)

    refused = Page(alice.post(path, form.filled(done="", **{"done_in-az": "Kafelin yarısı"})).text)
    sent = alice.post(path, form.filled(done="Half the tiles", **{"done_in-az": "Kafelin yarısı"}))

    assert form["done_in-az"] == "Kafel bitdi"
    assert refused.message_at("done")
    assert refused.form(path)["done_in-az"] == "Kafelin yarısı"
    assert sent.status_code == 303
    assert "Kafelin yarısı" in {mail.language: mail.text for mail in site.mails("correction")}["az"]
