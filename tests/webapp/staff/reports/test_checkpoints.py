"""The half-minute form, by the link of the day's mail and signed in: filled in, refused, kept, previewed, amended."""

import pytest

from tests.support.pages import Fields, FormOnPage, Page
from tests.support.site import Site, Visitor
from webapp.forms.core.fields import Line, Text
from webapp.forms.reports.checkpoints import CheckpointForm
from webapp.models import (
    Ask,
    CheckpointDraft,
    CheckpointRevision,
    InternalNote,
    Milestone,
    OutboxEmail,
    Promise,
    Purpose,
    Slot,
    SlotState,
    Update,
)

NASTY = [
    "{{7*7}} {% raw %} ${7*7}",
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "a\x00b\x1b[31m\x07c\ufffe",
    "left \u202eright\u202c and \u2066isolated\u2069",
    "half \ud83d of a pair",
    "<mj-raw>{% include 'x' %}</mj-raw>\r\nBcc: evil@evil.example",
]


def _form(visitor: Visitor, site: Site) -> FormOnPage:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    return visitor.page(path).form(path)


def _file(visitor: Visitor, site: Site, **typed: object) -> Fields:
    return _form(visitor, site).filled(**typed)


def _send(visitor: Visitor, site: Site, status: int = 303, **typed: object) -> Page:
    answer = visitor.post(f"/forms/{site.kitchen.checkpoint_id}", _file(visitor, site, **typed))
    assert answer.status_code == status, answer.text[:3000]
    return Page(answer.text)


def test_by_the_link_of_the_mail_one_form_follows_the_other_without_signing_in(site: Site, client: Visitor) -> None:
    with site.writing() as session:
        site.world.session = session
        site.world.client = session.merge(site.world.client)
        site.world.playbook = session.merge(site.world.playbook)
        site.world.bennani = session.merge(site.world.bennani)
        site.world.open_engagement(
            "MA-4472",
            title="bathroom",
            owner=session.merge(site.world.alice),
            contacts=[(site.world.bennani, "decides")],
            by=session.merge(site.world.dalia),
        )
    start = f"/checkpoints/{site.link(Purpose.FORMS, user=site.world.alice)}"

    first = client.page(start)
    assert "1 of 2" in first.text
    filed = client.post(
        f"{start}/{site.kitchen.checkpoint_id}",
        first.form(f"/{site.kitchen.checkpoint_id}").filled(done="Wall tiles finished"),
        csrf=False,
    )
    second = client.page(filed.headers["Location"])
    other = site.all(Slot)[-1].id
    done = client.post(f"{start}/{other}", second.form(f"/{other}").filled(done="Bath is in"), csrf=False)
    end = client.page(done.headers["Location"])

    assert filed.status_code == done.status_code == 303
    assert "bathroom" in second.text
    assert end.text.count("Bennani") >= 2
    assert len(site.all(CheckpointRevision)) == 2
    assert client.get("/").status_code == 303


def test_what_got_done_starts_empty_and_must_not_stay_so(alice: Visitor, site: Site) -> None:
    assert _form(alice, site)["done"] == ""

    page = _send(alice, site, 422, note="only for us: the tiler is slow")

    assert page.message_at("done")
    assert page.form(f"/forms/{site.kitchen.checkpoint_id}")["note"] == "only for us: the tiler is slow"
    assert site.all(CheckpointRevision) == []


@pytest.mark.parametrize(
    ("missing", "at"),
    [("cause", "cause"), ("why", "why"), ("what_we_do", "what_we_do"), ("new_on", "new_on")],
)
def test_a_date_does_not_move_without_its_whole_explanation(alice: Visitor, site: Site, missing: str, at: str) -> None:
    whole = {"holds": "no", "cause": "us", "why": "We ordered late", "what_we_do": "Courier", "new_on": "2026-04-27"}
    typed = {f"dates__0__{name}": value for name, value in whole.items() if name != missing}

    page = _send(alice, site, 422, done="Tiles", **typed)

    assert "Please look at this again" in page.text, "the summary at the top names nested faults too"
    if missing != "cause":
        assert page.message_at(f"dates-0-{at}")
    else:
        assert "error" in "".join(
            e.get("class") or "" for e in page.root.iter() if e.get("id") == "dates-0-cause-error"
        )
    sent_back = page.form(f"/forms/{site.kitchen.checkpoint_id}")
    for name, value in typed.items():
        assert (name.replace("__", "-"), value) in sent_back.fields
    assert ("done", "Tiles") in sent_back.fields
    assert len(site.all(Promise)) == 4


def test_an_explained_move_is_in_the_ledger_and_said_first(alice: Visitor, site: Site) -> None:
    _send(
        alice, site, done="Tiles", dates__1__holds="no", dates__1__cause="other", dates__1__other_name="Zellij SARL",
        dates__1__why="The taps are late", dates__1__what_we_do="We fetch them", dates__1__new_on="2026-04-28",
    )  # fmt: skip
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)

    moved = site.all(Promise)[-1]
    mail = site.news()

    assert str(moved.starts_on) == "2026-04-28"
    assert "28 April" in mail.subject
    assert mail.text.index("The taps are late") < mail.text.index("Tiles")


def test_after_the_sending_time_it_goes_out_at_once(alice: Visitor, site: Site) -> None:
    site.clock.on(days=1, hours=6, minutes=30)
    visitor = site.visitor(site.world.alice)
    assert site.slot(site.kitchen).send_at < site.clock.now < site.slot(site.kitchen).promised_by

    _send(visitor, site, done="Pipes tested")

    mail = site.news()
    assert "Pipes tested" in mail.text
    assert mail.to_address == "maria@bennani.example"
    assert mail.not_before <= site.clock.now


def test_two_people_on_one_form_both_see_both_texts(site: Site, alice: Visitor, dalia: Visitor) -> None:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    alices, dalias = _form(alice, site), _form(dalia, site)

    alice.post(path, alices.filled(done="Alice says: tiles"))
    second = dalia.post(path, dalias.filled(done="Dalia says: pipes", note="for us only"))

    assert second.status_code == 409
    assert "Alice says: tiles" in second.text
    assert "Dalia says: pipes" in second.text
    again = dalia.post(path, Page(second.text).form(path).filled())
    assert again.status_code == 303
    assert [r.answers["done"] for r in site.all(CheckpointRevision)] == ["Alice says: tiles", "Dalia says: pipes"]


def test_after_it_went_out_what_was_typed_comes_back(site: Site, alice: Visitor) -> None:
    form = _form(alice, site)
    site.clock.on(days=1, hours=9)
    site.advance(site.kitchen)
    with site.writing() as session:
        session.get_one(Slot, site.kitchen.slot_id).state = SlotState.RELEASED

    answer = site.visitor(site.world.alice).post(
        f"/forms/{site.kitchen.checkpoint_id}",
        form.filled(
            done="Wall tiles", note="for us", dates__0__holds="no", dates__0__cause="us", dates__0__why="We lost a day",
            dates__0__what_we_do="Two people more", dates__0__new_on="2026-04-27", is_order_right="y",
        ),
    )  # fmt: skip

    assert answer.status_code == 409
    for typed in ("Wall tiles", "for us", "We lost a day", "Two people more"):
        assert typed in answer.text


def _words(form: FormOnPage) -> dict[str, str]:
    """Something of its own for each box of free words on the form."""
    boxes = [name for name, field in CheckpointForm()._fields.items() if isinstance(field, Text | Line)]
    assert {"done", "step_text", "sentence", "ask_text", "note"} <= set(boxes)
    return {name: f"words for {name}" for name in boxes}


@pytest.mark.parametrize("kind", ["news", "nothing"])
def test_no_box_of_the_form_forgets_what_was_filed_in_it(site: Site, alice: Visitor, kind: str) -> None:
    """A question that is added and not filled in again would lose its words at the first change."""
    form = _form(alice, site)
    typed = _words(form) | {"kind": kind, "step_who": "other", "waiting_who": "other", "waiting_since": "2026-04-01"}
    shown = {
        "news": {"done", "step_text", "step_name", "ask_text"},
        "nothing": {"waiting_name", "sentence", "ask_text"},
    }

    assert alice.post(f"/forms/{site.kitchen.checkpoint_id}", form.filled(**typed)).status_code == 303

    again = dict(_form(alice, site).fields)
    assert [ask.text for ask in site.all(Ask)] == ["words for ask_text"]
    unknown = set(_words(form)) - shown["news"] - shown["nothing"] - {"note"}
    assert {name: again.get(name) for name in shown[kind] | unknown} == {
        name: f"words for {name}" for name in shown[kind] | unknown
    }


def test_no_box_of_the_form_is_lost_where_the_mail_has_gone(site: Site, alice: Visitor) -> None:
    form = _form(alice, site)
    with site.writing() as session:
        session.get_one(Slot, site.kitchen.slot_id).state = SlotState.RELEASED

    answer = alice.post(f"/forms/{site.kitchen.checkpoint_id}", form.filled(**_words(form)))

    assert answer.status_code == 409
    assert [words for words in _words(form).values() if words not in answer.text] == []


def test_it_can_be_amended_until_it_goes_out(alice: Visitor, site: Site) -> None:
    _send(alice, site, done="Tiles finished")
    assert _form(alice, site)["done"] == "Tiles finished"

    _send(alice, site, done="Tiles finished, pipes tested")
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)

    assert "Tiles finished, pipes tested" in site.news().text
    assert len(site.mails("client_update")) == 1
    gone = site.visitor(site.world.alice).page(f"/forms/{site.kitchen.checkpoint_id}")
    assert gone.by_id("done") is None


def test_the_same_form_pressed_twice_is_one_revision(alice: Visitor, site: Site) -> None:
    fields = _file(alice, site, done="Tiles", note="careful")
    path = f"/forms/{site.kitchen.checkpoint_id}"

    assert [alice.post(path, fields).status_code for _ in range(2)] == [303, 303]

    assert len(site.all(CheckpointRevision)) == 1
    assert len(site.all(InternalNote)) == 1


def test_a_draft_is_kept_as_one_types_and_is_each_persons_own(site: Site, alice: Visitor, dalia: Visitor) -> None:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    saved = alice.post(f"{path}/draft", _file(alice, site, done="half a sent", dates__0__holds="not_sure"))

    assert saved.status_code == 200
    assert saved.json is not None
    assert ":" in saved.json["saved"]
    form = _form(alice, site)
    assert form["done"] == "half a sent"
    assert form["dates-0-holds"] == "not_sure"
    assert _form(dalia, site)["done"] == ""
    assert "Alice" in dalia.page(path).text
    assert "csrf_token" not in site.one(CheckpointDraft).fields
    _send(alice, site, done="whole")
    assert site.all(CheckpointDraft) == []


def test_nothing_new_says_for_whom_we_wait_and_the_third_in_a_row_takes_a_sentence(site: Site) -> None:
    work = site.kitchen
    for number in range(3):
        alice = site.visitor(site.world.alice)
        path = f"/forms/{work.checkpoint_id}"
        form = alice.page(path).form(path)
        typed = {"kind": "nothing", "waiting_who": "other", "waiting_name": "Lydec", "plan_stands": "yes"}

        bare = alice.post(path, form.filled(**typed, waiting_since=""))
        assert bare.status_code == 422
        assert Page(bare.text).message_at("waiting_since")
        typed["waiting_since"] = "2026-04-01"
        answer = alice.post(path, form.filled(**typed))
        if number == 2:
            assert answer.status_code == 422
            assert Page(answer.text).message_at("sentence")
            answer = alice.post(path, form.filled(**typed, sentence="They promised Thursday"))
        assert answer.status_code == 303
        site.clock.on(days=1 if number == 0 else 7, hours=7 if number == 0 else 0)
        site.advance(work)
        assert "Lydec" in site.news().text
        slot = site.all(Slot, Slot.engagement_id == work.engagement_id)[-1]
        work.slot_id, work.checkpoint_id = slot.id, slot.id + (work.checkpoint_id - work.slot_id)
        with site.looking() as session:
            work.checkpoint_id = session.get_one(Slot, slot.id).checkpoint.id


def test_the_preview_is_the_clients_mail_in_the_clients_language_and_writes_nothing(site: Site, bob: Visitor) -> None:
    path = f"/forms/{site.report.checkpoint_id}"
    form = bob.page(path).form(path)
    before = site.dump()

    typed = form.filled(done="Bank records entered", note="SECRET for us", dates__0__holds="no", dates__0__cause="us")
    theirs = bob.post(f"{path}/preview", typed)
    mine = bob.post(f"{path}/preview", [*typed, ("preview_mine", "1")])
    empty = bob.post(f"{path}/preview", [])

    assert site.dump() == before
    assert "Salam" in theirs.text or "Hörmətli" in theirs.text or 'lang="az"' in theirs.text
    assert 'lang="en"' in mine.text
    for answer in (theirs, mine):
        assert answer.status_code == 200
        assert "Bank records entered" in answer.text
        assert "SECRET" not in answer.text
        assert "link.invalid" not in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert empty.status_code == 200


def test_an_internal_note_reaches_no_client(alice: Visitor, site: Site) -> None:
    _send(alice, site, done="Tiles", note="SECRET: they pay late")
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)

    assert site.one(InternalNote).text == "SECRET: they pay late"
    assert all("SECRET" not in f"{m.subject}{m.html}{m.text}" for m in site.all(OutboxEmail))
    assert all("SECRET" not in str(update.snapshot) for update in site.all(Update))
    assert "SECRET" not in site.visitor().get(site.page_of(site.kitchen)).text


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_in_every_field_is_only_text(site: Site, text: str) -> None:
    alice = site.visitor(site.world.alice)
    path = f"/forms/{site.kitchen.checkpoint_id}"
    sent = text.encode("utf-8", "replace").decode() if "\ud83d" in text else text
    fields = alice.page(path).form(path).filled(
        done=sent, step_text=sent, step_who="other", step_name=sent, ask_text=sent, note=sent, last_step=sent,
        dates__0__holds="no", dates__0__cause="other", dates__0__other_name=sent, dates__0__why=sent,
        dates__0__what_we_do=sent, dates__0__new_kind="after", dates__0__after_days="3", dates__0__condition=sent,
        ask_contact=sent, preview_for=sent, dates__0__reason=sent,
    )  # fmt: skip

    drafted = alice.post(f"{path}/draft", fields)
    previewed = alice.post(f"{path}/preview", fields)
    filed = alice.post(path, fields)
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)

    assert (drafted.status_code, previewed.status_code, filed.status_code) == (200, 200, 303)
    mail = site.news()
    assert mail.state == "queued"
    shown = [previewed.text, mail.html, site.visitor().get(site.page_of(site.kitchen)).text]
    shown.append(site.visitor(site.world.alice).get(f"/engagements/{site.kitchen.engagement_id}").text)
    for html in shown:
        assert "49" not in html.replace("&#49", "").split("{{7*7}}")[0][-20:]
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert not set(html) & {"\x00", "\x1b", "\x07", "\u202e"}
    if "7*7" in text:
        assert "{{7*7}}" in mail.text
    assert "\nBcc:" not in mail.subject


def test_half_a_character_is_no_fault(alice: Visitor, site: Site) -> None:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    token = alice.csrf_token()
    body = f"csrf_token={token}&based_on=0&kind=news&done=a%ED%A0%80b%FF%00c&step_who=us".encode()

    answer = alice.http.post(path, data=body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 303
    stored = site.one(CheckpointRevision).answers["done"]
    assert stored.isprintable()


def test_five_megabytes_are_too_much_and_too_long_is_said_beside_the_field(alice: Visitor, site: Site) -> None:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    long = "wall " * 1000

    huge = alice.post(path, _file(alice, site, done="x" * 5_000_000))
    page = _send(alice, site, 422, done=long)

    assert huge.status_code == 413
    assert "Traceback" not in huge.text
    assert page.message_at("done")
    assert page.form(path)["done"] == long.strip()


@pytest.mark.parametrize(
    "forged",
    [
        {"based_on": "9" * 5000}, {"based_on": "x"}, {"step_who": "evil", "step_text": "x"}, {"kind": "evil"},
        {"dates__0__milestone_id": "999"}, {"dates__0__milestone_id": "x"}, {"dates__0__holds": "evil"},
        {"dates__0__holds": "no", "dates__0__cause": "evil"}, {"ask_text": "x", "ask_contact": "9" * 30},
        {"last_step": "evil"}, {"dates__0__holds": "no", "dates__0__new_kind": "evil"},
        {"dates__0__holds": "no", "dates__0__after_days": "9" * 40, "dates__0__new_kind": "after"},
        {"kind": "nothing", "waiting_who": "evil"}, {"dates__7__holds": "no", "dates__7__milestone_id": "1"},
        {"asks__0__ask_id": "1", "asks__0__state": "received"}, {"asks__0__ask_id": "x", "asks__0__state": "evil"},
        {"step_by": "0001-01-01", "step_text": "x"}, {"ask_due": "9999-12-31", "ask_text": "x"},
        {"dates__0__holds": "no", "dates__0__new_kind": "unknown", "dates__0__news_on": "2100-12-31"},
    ],
)  # fmt: skip
def test_a_form_made_by_hand_gets_an_answer_and_no_fault(site: Site, alice: Visitor, forged: dict[str, str]) -> None:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    fields = _form(alice, site).filled(**{"done": "Tiles", **forged})

    previewed = alice.post(f"{path}/preview", fields)
    filed = alice.post(path, fields)

    assert previewed.status_code == 200
    assert filed.status_code in {303, 409, 422}


def test_a_reason_that_is_not_the_playbooks_explains_nothing(alice: Visitor, site: Site) -> None:
    page = _send(
        alice, site, 422, done="x", dates__0__holds="no", dates__0__cause="us", dates__0__reason="evil",
        dates__0__what_we_do="y", dates__0__new_on="2026-04-27",
    )  # fmt: skip

    assert page.message_at("dates-0-why")


def test_the_form_keeps_its_dates_apart_when_one_is_done_meanwhile(site: Site, alice: Visitor, dalia: Visitor) -> None:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    opened = _form(alice, site)
    with site.writing() as session:
        session.query(Milestone).filter_by(engagement_id=site.kitchen.engagement_id, position=1).update(
            {"done_on": site.clock.now.date()}
        )

    answer = alice.post(path, opened.filled(dates__1__holds="no"))

    assert answer.status_code == 422
    page = Page(answer.text)
    assert "Handover" in page.text
    assert sum(1 for name, _ in page.form(path).fields if name.endswith("milestone_id")) == 1


def test_a_question_above_the_form_is_answered_there(site: Site, client: Visitor) -> None:
    client.post(site.page_of(site.kitchen), {"text": "Which tap?"}, csrf=False)
    start = f"/checkpoints/{site.link(Purpose.FORMS, user=site.world.alice)}"
    page = site.visitor().page(start)
    assert "Which tap?" in page.text
    form = next(f.get("action") for f in page.root.iter("form") if "/replies/" in (f.get("action") or ""))
    assert form is not None

    answered = site.visitor().post(form, {"text": "The\x00 brass\u202e one", "how": "mail"}, csrf=False)

    assert answered.status_code == 303
    assert "The brass one" in site.mails("answer")[-1].text
    assert "Which tap?" not in site.visitor().page(start).text


@pytest.mark.parametrize(
    "name", ["dates-\u00b2-on", "asks-\u00b2-state", f"dates-{'1' * 5000}-on", "dates-99999-holds"]
)
def test_a_row_numbered_by_hand_is_not_there(alice: Visitor, site: Site, name: str) -> None:
    path = f"/forms/{site.kitchen.checkpoint_id}"

    answer = alice.post(path, [*_file(alice, site, done="Tiles"), (name, "1")])

    assert answer.status_code == 303
