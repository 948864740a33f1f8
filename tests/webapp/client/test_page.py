"""The client's page: read in three languages, written to once, and closed to everybody else."""

import logging
from datetime import date

import pytest

from tests.support.moving import WHY
from tests.support.pages import Page, text_of
from tests.support.site import Site, Visitor
from webapp.logs import TokenFreeFormatter
from webapp.models import (
    Ask,
    AskState,
    Contact,
    Engagement,
    EngagementState,
    Link,
    MailState,
    OutboxEmail,
    Participation,
    Purpose,
    Reply,
    ReplyKind,
)
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When
from webapp.services.mail import links
from webapp.services.updates import notices


def _file(site: Site, text: str = "Wall tiles finished", **more: str) -> None:
    alice = site.visitor(site.world.alice)
    path = f"/forms/{site.kitchen.checkpoint_id}"
    alice.post(path, alice.page(path).form(path).filled(done=text, **more))


def _release(site: Site) -> None:
    site.clock.on(days=1, hours=6, minutes=30)
    site.advance(site.kitchen)


@pytest.mark.parametrize(("tag", "direction"), [("en", "ltr"), ("ary", "rtl"), ("az", "ltr")])
def test_the_page_speaks_the_contacts_language(site: Site, client: Visitor, tag: str, direction: str) -> None:
    _file(site, step_text="The carpenter comes", ask_text="Which tap?")
    _release(site)
    with site.writing() as session:
        session.get_one(Contact, site.kitchen.contact_id).language = tag

    page = client.page(site.page_of(site.kitchen))

    html = next(page.all("html"))
    assert (html.get("lang"), html.get("dir")) == (tag, direction)
    for words in ("Wall tiles finished", "The carpenter comes", "Which tap?", "Alice", "MA-4471"):
        assert words in page.text


def test_a_reply_shows_at_once_reaches_the_owner_and_today(site: Site, client: Visitor, alice: Visitor) -> None:
    path = site.page_of(site.kitchen)
    form = next(f for f in [client.page(path).form(path)])

    sent = client.post(path, form.filled(text="When do the\x00 cupboards come?\u202e"), csrf=False)

    assert sent.status_code == 303
    assert "When do the cupboards come?" in client.get(sent.headers["Location"]).text
    assert "When do the cupboards come?" in alice.get("/").text
    assert [mail.to_address for mail in site.mails("reply_received")] == ["alice@darrenov.example"]
    assert [mail.to_address for mail in site.mails("receipt")] == ["maria@bennani.example"]


def test_nothing_written_is_said_beside_the_box(site: Site, client: Visitor) -> None:
    answer = client.post(site.page_of(site.kitchen), {"text": " \n\x00 "}, csrf=False)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert site.all(Reply) == []


def test_what_is_too_long_comes_back_whole(site: Site, client: Visitor) -> None:
    long = "a" * 4001

    path = site.page_of(site.kitchen)
    answer = client.post(path, {"text": long, "kind": "wrong", "written_as": "Karim"}, csrf=False)

    assert answer.status_code == 422
    assert answer.text.count(long) == 1
    page = Page(answer.text)
    assert page.message_at("question")
    assert [box.get("value") for box in page.all("input", name="written_as")] == ["Karim"]
    assert [box.get("value") for box in page.all("input", type="radio", name="kind", checked="")] == ["wrong"]


def test_a_fault_about_a_date_stands_in_its_own_box(site: Site, client: Visitor) -> None:
    page = Page(client.post(site.page_of(site.kitchen), {"text": "", "kind": "date_unsuitable"}, csrf=False).text)

    assert page.message_at("unsuitable")
    assert not page.message_at("question")


def test_a_form_pressed_twice_is_one_reply_and_a_new_form_is_another(site: Site, client: Visitor) -> None:
    path = site.page_of(site.kitchen)
    form = client.page(path).form(path).filled(text="When?")

    for _ in range(3):
        assert client.post(path, form, csrf=False).status_code == 303
    client.post(path, client.page(path).form(path).filled(text="When?"), csrf=False)

    assert len(site.all(Reply)) == 2


def test_too_many_replies_are_refused_and_come_back(site: Site, client: Visitor) -> None:
    path = site.page_of(site.kitchen)
    for number in range(10):
        client.post(path, {"text": f"question {number}"}, csrf=False)

    answer = client.post(path, {"text": "And one question more, please"}, csrf=False)

    assert answer.status_code == 429
    assert "And one question more, please" in answer.text
    assert len(site.all(Reply)) == 10


def test_what_we_asked_for_is_answered_on_the_page(site: Site, client: Visitor) -> None:
    _file(site, ask_text="Which tap do you choose?")
    _release(site)
    path = site.page_of(site.kitchen)
    ask = site.one(Ask)

    sent = client.post(path, {"text": "The brass one", "ask": ask.id, "once": "1", "written_as": "Karim"}, csrf=False)

    reply = site.one(Reply)
    assert sent.status_code == 303
    assert (reply.kind, reply.ask_id, reply.written_as) == (ReplyKind.ANSWER, ask.id, "Karim")
    assert site.one(Ask).state is AskState.ANSWERED
    assert "Karim" in site.mails("reply_received")[-1].text
    shown = Page(client.get(path).text)
    assert "The brass one" in shown.text
    assert shown.by_id("asks") is None


def test_a_question_of_another_work_is_not_found(site: Site, client: Visitor) -> None:
    _file(site, ask_text="Which tap?")
    _release(site)
    theirs = site.one(Ask).id

    for number in (theirs, "9" * 30, "x", -1):
        answer = client.post(site.page_of(site.report), {"text": "hello", "ask": number}, csrf=False)
        assert answer.status_code == (404 if number == theirs else 303), number
    assert site.one(Ask).state is AskState.OPEN
    assert all(reply.engagement_id == site.report.engagement_id for reply in site.all(Reply))


def test_hostile_words_are_only_words(site: Site, client: Visitor, alice: Visitor) -> None:
    path = site.page_of(site.kitchen)
    words = '<script>alert(1)</script> {{7*7}} "><img src=x onerror=alert(1)>'

    client.post(path, {"text": words, "written_as": words, "kind": "evil", "once": words}, csrf=False)
    shown = [client.get(path).text, alice.get("/").text, alice.get(f"/engagements/{site.kitchen.engagement_id}").text]
    shown += [mail.html for mail in site.mails("receipt", "reply_received")]
    shown.append(alice.get(f"/replies/{site.one(Reply).id}").text)

    for html in shown:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "{{7*7}}" in html


def _part(site: Site) -> Participation:
    return site.all(Participation, Participation.engagement_id == site.kitchen.engagement_id)[0]  # type: ignore[no-any-return]


def test_mails_are_stopped_paused_and_started_again(site: Site, client: Visitor) -> None:
    site.no_mail_left_yet()
    path = site.page_of(site.kitchen)

    for choice in ("week", "month", "stop", "start", "evil", ""):
        answer = client.post(f"{path}/mails", {"choice": choice}, csrf=False)
        assert answer.status_code == 303, choice
        part = _part(site)
        if choice == "week":
            assert str(part.paused_until) == "2026-04-13"
        if choice == "month":
            assert str(part.paused_until) == "2026-05-06"
        if choice == "stop":
            assert part.stopped_at is not None
            assert {mail.state for mail in site.mails("welcome") if mail.contact_id == part.contact_id} == {"cancelled"}
        if choice == "start":
            assert (part.stopped_at, part.paused_until) == (None, None)


def test_the_language_is_the_readers_choice(site: Site, client: Visitor) -> None:
    path = site.page_of(site.kitchen)

    client.post(f"{path}/language", {"language": "ary"}, csrf=False)
    unknown = client.post(f"{path}/language", {"language": "xx"}, csrf=False)

    assert 'dir="rtl"' in client.get(path).text
    assert unknown.status_code == 404
    assert site.all(Contact, Contact.id == site.kitchen.contact_id)[0].language == "ary"


def test_a_page_is_read_in_another_language_and_the_mails_keep_theirs(site: Site, client: Visitor) -> None:
    path = site.page_of(site.kitchen)
    page = client.page(f"{path}?language=az")

    assert next(page.all("html")).get("lang") == "az"
    assert next(client.page(path).all("html")).get("lang") == "en"
    sent = client.post(page.form(path).action, {"text": "Nə vaxt?", "once": "1"}, csrf=False)
    assert "language=az" in sent.headers["Location"]
    assert site.all(Contact, Contact.id == site.kitchen.contact_id)[0].language == "en"
    assert next(client.page(f"{path}?language=xx").all("html")).get("lang") == "en"


def test_unsubscribing_takes_a_press_and_no_more(site: Site, client: Visitor) -> None:
    path = f"/unsubscribe/{site.link(Purpose.UNSUBSCRIBE, site.kitchen)}"

    page = client.page(path)
    client.http.head(path)
    assert _part(site).stopped_at is None
    pressed = client.post(path, page.form(path).filled(), csrf=False)

    assert pressed.status_code == 200
    assert _part(site).stopped_at is not None
    assert list(Page(pressed.text).all("form")) == []


def test_a_mail_program_unsubscribes_with_one_click(site: Site, client: Visitor) -> None:
    path = f"/unsubscribe/{site.link(Purpose.UNSUBSCRIBE, site.kitchen)}"

    for _ in range(2):
        assert client.post(path, {"List-Unsubscribe": "One-Click"}, csrf=False).status_code == 200

    assert _part(site).stopped_at is not None


def test_unsubscribing_works_when_everything_else_of_the_contact_is_revoked(site: Site, client: Visitor) -> None:
    page, stop = site.page_of(site.kitchen), f"/unsubscribe/{site.link(Purpose.UNSUBSCRIBE, site.kitchen)}"
    site.visitor(site.world.alice).post(f"/engagements/{site.kitchen.engagement_id}/revoke/{site.kitchen.contact_id}")
    site.clock.on(days=400)

    assert client.get(page).status_code == 404
    assert client.post(stop, csrf=False).status_code == 200


def test_unknown_expired_and_revoked_links_are_the_same_page_to_the_byte(site: Site, client: Visitor) -> None:
    paths = {name: site.page_of(site.kitchen) for name in ("revoked", "epoch", "forged")}
    with site.writing() as session:
        keyring = site.settings.keyring
        for link in session.query(Link).filter_by(contact_id=site.kitchen.contact_id):
            if links.token(keyring, link) in paths["revoked"]:
                link.revoked_at = site.clock.now
    expired = site.page_of(site.report)
    with site.writing() as session:
        work = session.get_one(Engagement, site.report.engagement_id)
        work.state, work.closed_at = EngagementState.CLOSED, site.clock.now
        session.get_one(Contact, site.kitchen.contact_id).link_epoch += 1
    site.clock.on(days=91)
    forged = paths["forged"][:-2] + ("a" if paths["forged"][-2] != "a" else "b") + paths["forged"][-1]
    tried = [*paths.values(), forged, expired, "/u/unknown", "/u/" + "a" * 53, "/u/%00", "/u/ы", "/unsubscribe/none"]

    answers = {(client.get(path).status_code, client.get(path).data) for path in tried}
    acts = {client.post(path, {"text": "hello"}, csrf=False).status_code for path in tried}

    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert acts == {404}
    assert site.all(Reply) == []


def test_a_closed_work_is_still_read_for_a_while(site: Site, client: Visitor) -> None:
    path = site.page_of(site.kitchen)
    site.visitor(site.world.alice).post(f"/engagements/{site.kitchen.engagement_id}/close", {"words": "Thank you"})

    site.clock.on(days=89)

    assert client.get(path).status_code == 200


def test_a_fresh_link_gives_every_address_the_same_answer(site: Site) -> None:
    known = site.visitor().post("/fresh-link", {"address": "Maria@Bennani.example"}, csrf=False)
    unknown = site.visitor().post("/fresh-link", {"address": "maria@benmani.example"}, csrf=False)
    again = site.visitor().post("/fresh-link", {"address": "maria@bennani.example"}, csrf=False)

    assert known.status_code == unknown.status_code == again.status_code == 200
    assert known.data == unknown.data == again.data
    assert [mail.to_address for mail in site.mails("fresh_link")] == ["maria@bennani.example"]
    wrong = site.visitor().post("/fresh-link", {"address": "nonsense"}, csrf=False)
    assert wrong.status_code == 422
    assert 'value="nonsense"' in wrong.text


def test_one_place_cannot_have_many_mails_sent(site: Site) -> None:
    with site.writing() as session:
        maria = session.get_one(Contact, site.kitchen.contact_id)
        for number in range(12):
            other = Contact(
                client_id=maria.client_id, name=f"P{number}", address=f"p{number}@bennani.example", language="en",
                zone="Africa/Casablanca", created_at=site.clock.now,
            )  # fmt: skip
            session.add(Participation(engagement_id=site.kitchen.engagement_id, contact=other, part="informed"))

    for number in range(12):
        site.visitor().post("/fresh-link", {"address": f"p{number}@bennani.example"}, csrf=False)

    assert len(site.mails("fresh_link")) == 10


def test_the_page_carries_no_cookie_and_no_link_of_anybody_else(site: Site, client: Visitor) -> None:
    path = site.page_of(site.kitchen)

    answer = client.get(path)

    assert "Set-Cookie" not in answer.headers
    assert "annual report" not in answer.text
    assert "Aliyev" not in answer.text
    assert "csrf" not in answer.text


def test_tokens_never_reach_the_log(site: Site, client: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    token = site.link(Purpose.PAGE, site.kitchen)
    said = TokenFreeFormatter("%(asctime)s %(message)s")
    with caplog.at_level(logging.DEBUG):
        for path in (f"/u/{token}", f"/u/{token.upper()}", f"/checkpoints/{token}/1", f"/unsubscribe/{token}"):
            client.get(path)
            logging.getLogger("x").error("failed at %s", f"https://x.example{path}?a=1")

    lines = [said.format(record) for record in caplog.records]

    assert any("/u/***" in line for line in lines)
    assert not any(token in line.lower() for line in lines)


def test_an_act_through_a_mails_link_proves_that_the_mail_arrived(site: Site, client: Visitor) -> None:
    mail = site.mails("welcome")[0]
    with site.writing() as session:
        row = session.get_one(OutboxEmail, mail.id)
        row.state = MailState.UNKNOWN
    token = site.link(Purpose.PAGE, site.kitchen, mail=mail)

    client.get(f"/u/{token}")
    assert site.all(OutboxEmail, OutboxEmail.id == mail.id)[0].state == "unknown"
    client.post(f"/u/{token}", {"text": "thanks"}, csrf=False)

    assert site.all(OutboxEmail, OutboxEmail.id == mail.id)[0].state == "sent"


def test_a_refused_message_does_not_look_sent(site: Site, client: Visitor) -> None:
    page = Page(client.post(site.page_of(site.kitchen), {"text": ""}, csrf=False).text)

    assert text_of(next(page.all("title"))).startswith("Your message has not been sent yet")
    (summary,) = [link for link in page.all("a") if link.get("href") == "#question"]
    assert summary.text
    box = page.by_id("question")
    assert box is not None
    assert box.get("autofocus") is not None


def test_which_of_several_dates_does_not_suit_is_named(site: Site, client: Visitor) -> None:
    path = site.page_of(site.kitchen)
    page = client.page(path)
    (choice,) = page.all("select", id="about")
    cupboards, handover = [option.get("value") for option in choice.iter("option")]

    client.post(path, {"text": "We are away.", "kind": "date_unsuitable", "about": handover}, csrf=False)
    client.post(path, {"text": "Too early.", "kind": "date_unsuitable", "about": "99999", "once": "2"}, csrf=False)

    assert cupboards != handover
    assert [reply.text for reply in site.all(Reply)] == ["Handover: We are away.", "Too early."]


def test_a_moved_date_takes_nothing_of_the_last_report_from_the_page(
    site: Site, client: Visitor, alice: Visitor
) -> None:
    form = f"/forms/{site.kitchen.checkpoint_id}"
    alice.post(form, alice.page(form).form(form).filled(done="Wall tiles finished", step_text="The carpenter comes"))
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)
    site.deliver()
    with site.writing() as session:
        step = session.get_one(Engagement, site.kitchen.engagement_id).milestones[0]
        ledger.move(
            session, step, When(starts_on=date(2026, 5, 5)), WHY, by=site.world.alice, now=site.clock.now, origin="test"
        )
    site.clock.on(hours=1)
    with site.writing() as session:
        notices.release(session, session.get_one(Engagement, site.kitchen.engagement_id), now=site.clock.now)
    site.deliver()

    shown = client.page(site.page_of(site.kitchen)).text

    assert "5 May" in shown
    assert "Wall tiles finished" in shown
    assert "The carpenter comes" in shown
