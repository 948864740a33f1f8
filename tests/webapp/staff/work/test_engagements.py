"""One piece of work from its first page to its last: new, live, paused, handed over, corrected, closed."""

from datetime import date

from tests.support.pages import Page, text_of
from tests.support.site import Site, Visitor
from webapp.models import (
    AuditEntry,
    Contact,
    Engagement,
    EngagementState,
    Fact,
    HandOver,
    MailState,
    OutboxEmail,
    Participation,
    Promise,
    Slot,
    Task,
    TaskKind,
    Telling,
    TellingState,
    Update,
    UpdateKind,
)
from webapp.services.core import tasks


def _work(site: Site) -> Engagement:
    return site.all(Engagement, Engagement.id == site.kitchen.engagement_id)[0]  # type: ignore[no-any-return]


def _new(visitor: Visitor, **typed: object) -> tuple[int, str]:
    page = visitor.page("/engagements/new")
    form = page.form("/engagements/new")
    fields = {
        "title": "bathroom, Gauthier", "client_name": "Alaoui", "contact_name": "Nadia Alaoui",
        "address": "nadia@alaoui.example", "phone": "+212 661-00 00 01", **typed,
    }  # fmt: skip
    answer = visitor.post(form.action or "/engagements/new", form.filled(**fields))
    return answer.status_code, answer.text if answer.status_code != 303 else answer.headers["Location"]


def test_a_new_client_with_its_work_takes_one_page(alice: Visitor, site: Site) -> None:
    status, where = _new(alice, facts="Has a cat\nPhones only after 18:00")

    work = site.all(Engagement)[-1]
    contact = site.all(Contact)[-1]
    assert status == 303
    assert where == f"/engagements/{work.id}"
    assert (work.state, work.owner_id) == (EngagementState.DRAFT, site.world.alice.id)
    assert (contact.name, contact.phone) == ("Nadia Alaoui", "+212661000001")
    assert [fact.text for fact in site.all(Fact)] == ["Has a cat", "Phones only after 18:00"]
    assert all(mail.contact_id != contact.id for mail in site.all(OutboxEmail))
    assert "Has a cat" in alice.get(where).text


def test_a_new_work_for_a_known_contact_can_be_live_at_once(alice: Visitor, site: Site) -> None:
    status, _ = _new(alice, client_name="", contact_name="", address="", contact=site.kitchen.contact_id, is_live="y")

    assert status == 303
    assert site.all(Engagement)[-1].state is EngagementState.OPEN
    assert len(site.mails("welcome")) == 3
    assert site.all(Slot)[-1].engagement_id == site.all(Engagement)[-1].id


def test_a_reference_that_is_taken_is_said_beside_it_and_nothing_is_made(alice: Visitor, site: Site) -> None:
    before = site.dump()

    status, html = _new(alice, reference="MA-4471", facts="Has a cat")

    page = Page(html)
    assert status == 422
    assert page.message_at("reference")
    assert page.form("/engagements/new")["client_name"] == "Alaoui"
    assert page.form("/engagements/new")["facts"] == "Has a cat"
    assert site.dump() == before


def test_faults_of_a_new_work_stand_beside_their_fields(alice: Visitor, site: Site) -> None:
    status, html = _new(
        alice, title="", contact_name="", address="no address", phone="abc", steps__0__on="2026-13-45",
        rhythm__send_at="18:00", rhythm__promised_by="17:00", rhythm__weekdays=None,
    )  # fmt: skip

    page = Page(html)
    assert status == 422
    for field in ("title", "contact_name", "address", "phone", "steps-0-on", "rhythm-promised_by"):
        assert page.message_at(field), field
    assert page.form("/engagements/new")["address"] == "no address"
    assert len(site.all(Engagement)) == 2


def test_a_playbook_that_is_not_there_asks_which(alice: Visitor) -> None:
    for number in ("99", "9" * 30, "x"):
        assert alice.get(f"/engagements/new?playbook={number}").status_code == 200
        assert alice.post(f"/engagements/new?playbook={number}").status_code == 303


def test_going_live_tells_the_client_and_twice_is_once(alice: Visitor, site: Site) -> None:
    _, where = _new(alice)

    for _ in range(2):
        assert alice.post(f"{where}/live").status_code == 303

    assert len(site.mails("welcome")) == 3
    assert len(site.all(Slot)) == 3


def test_all_drafts_go_live_together_and_their_first_news_are_spread(
    alice: Visitor, dalia: Visitor, site: Site
) -> None:
    for number in range(6):
        _new(
            alice, reference=f"N-{number}", rhythm__every="weekly", rhythm__weekdays=["0", "1", "2", "3", "4"],
            address=f"n{number}@alaoui.example",
        )  # fmt: skip

    assert alice.post("/engagements/live").status_code == 404
    assert dalia.post("/engagements/live").status_code == 303

    assert {work.state for work in site.all(Engagement)} == {EngagementState.OPEN}
    assert len({slot.local_on for slot in site.all(Slot)[2:]}) >= 4


def test_a_pause_is_told_and_going_on_plans_again(alice: Visitor, site: Site) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}"

    alice.post(f"{path}/rest", {"words": "Until you are back"})
    assert _work(site).state is EngagementState.PAUSED
    assert "Until you are back" in site.mails("closing")[-1].text
    assert alice.get(f"/forms/{site.kitchen.checkpoint_id}").status_code == 200
    alice.post(f"{path}/resume")

    assert _work(site).state is EngagementState.OPEN
    assert [s.state for s in site.all(Slot, Slot.engagement_id == site.kitchen.engagement_id)][-1] == "planned"


def test_a_rule_that_says_no_is_told_on_the_next_page(alice: Visitor, site: Site) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}"

    sent = alice.post(f"{path}/resume")

    assert sent.status_code == 303
    assert "callout-bad" in alice.get(sent.headers["Location"]).text


def test_the_last_mail_closes_and_words_that_are_too_long_stay(alice: Visitor, site: Site) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}"

    long = alice.post(f"{path}/close", {"words": "thank you " * 200})
    assert long.status_code == 422
    assert ("thank you " * 200).strip() in long.text
    assert _work(site).state is EngagementState.OPEN
    alice.post(f"{path}/close", {"words": "Thank you"})

    assert _work(site).state is EngagementState.CLOSED
    assert "Thank you" in site.mails("closing")[-1].text


def test_a_new_owner_gets_the_brief_and_is_introduced_once(site: Site, alice: Visitor, bob: Visitor) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}"
    form = alice.page(f"{path}/owner").form("/owner")

    bare = alice.post(f"{path}/owner", form.filled(owner=site.world.bob.id))
    assert bare.status_code == 422
    assert Page(bare.text).message_at("brief")
    viewer = alice.post(f"{path}/owner", form.filled(owner=site.world.charlie.id, brief="x"))
    assert viewer.status_code == 422
    done = alice.post(f"{path}/owner", form.filled(owner=site.world.bob.id, brief="Phones only late"))
    assert done.status_code == 303

    assert "Phones only late" in bob.get("/").text
    handover = site.one(HandOver)
    assert bob.post(f"/hand-overs/{handover.id}/acknowledge").status_code == 303
    assert "Phones only late" not in bob.get("/").text
    form_path = f"/forms/{site.kitchen.checkpoint_id}"
    bob.post(form_path, bob.page(form_path).form(form_path).filled(done="Tiles"))
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)
    assert "Bob" in site.news().text
    assert "Phones only late" not in site.news().text
    assert site.news().reply_to_address == "bob@darrenov.example"


def test_another_rhythm_moves_only_the_planned_update(alice: Visitor, site: Site) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}/rhythm"
    form = alice.page(path).form("/rhythm")

    wrong = alice.post(path, form.filled(send_at="25:00"))
    thursdays = {"every": "weekly", "weekdays": ["3"], "send_at": "10:00", "promised_by": "12:00"}
    right = alice.post(path, form.filled(**thursdays, in_writing="tell"))

    assert wrong.status_code == 422
    assert Page(wrong.text).message_at("send_at")
    assert right.status_code == 303
    slot = site.slot(site.kitchen)
    assert (slot.local_on, slot.send_at.hour) == (date(2026, 4, 9), 9)
    assert "Thursday 9 April, by 12:00" in site.mails("news_moved")[-1].subject


def test_another_rhythm_leaves_the_hour_that_clients_have_in_writing(alice: Visitor, site: Site) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}/rhythm"
    page = alice.page(path)
    thursdays = {"every": "weekly", "weekdays": ["3"], "send_at": "10:00", "promised_by": "12:00"}

    looked = alice.post(path, page.form("/rhythm").filled(**thursdays, look="1"))
    alice.post(path, page.form("/rhythm").filled(**thursdays))

    assert "the next news comes Tuesday 7 April, by 18:00" in page.text
    planned = [time.get("datetime") for time in Page(looked.text).all("time")]
    assert [at[:10] for at in planned if at][:2] == ["2026-04-07", "2026-04-09"]
    assert site.slot(site.kitchen).local_on == date(2026, 4, 7)
    assert site.mails("news_moved") == []


def test_only_a_manager_with_a_reason_switches_the_no_news_mail_off(site: Site, alice: Visitor, dalia: Visitor) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}/no-news"

    assert alice.post(path, {"why": "x"}).status_code == 404
    dalia.post(path, {"why": " "})
    assert not _work(site).is_no_news_off
    dalia.post(path, {"why": "The client asked for it"})
    assert _work(site).is_no_news_off
    dalia.post(path, {})

    assert not _work(site).is_no_news_off


def test_one_more_reader_of_the_same_client(alice: Visitor, site: Site) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}/people"
    others = [c for c in site.all(Contact) if c.id != site.kitchen.contact_id]

    alice.post(path, {"contact": others[0].id, "part": "supplies"})
    alice.post(path, {"contact": "999", "part": "supplies"})
    alice.post(path, {"contact": others[0].id, "part": "supplies"})

    parts = site.all(Participation, Participation.engagement_id == site.kitchen.engagement_id)
    assert [part.contact_id for part in parts] == [site.kitchen.contact_id, others[0].id]


def test_a_wrong_word_is_put_right_in_a_mail_of_its_own(alice: Visitor, site: Site, client: Visitor) -> None:
    form = f"/forms/{site.kitchen.checkpoint_id}"
    alice.post(form, alice.page(form).form(form).filled(done="Wall tiles finished"))
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)
    site.deliver()
    alice = site.visitor(site.world.alice)
    wrong = site.all(Update, Update.kind == UpdateKind.REGULAR)[0]
    path = f"/updates/{wrong.id}/correct"
    page = alice.page(path).form("/correct")

    unchanged = alice.post(path, page.filled())
    sent = alice.post(path, page.filled(done="Floor tiles finished"))

    assert unchanged.status_code == 422
    assert sent.status_code == 303
    mail = site.mails("correction")[-1]
    assert "Wall tiles finished" in mail.text
    assert "Floor tiles finished" in mail.text
    shown = client.page(site.page_of(site.kitchen))
    assert [text_of(gone) for gone in shown.all("del")] == ["Wall tiles finished"]


def test_a_correction_of_words_leaves_a_range_of_days_a_range(alice: Visitor, site: Site) -> None:
    form = f"/forms/{site.kitchen.checkpoint_id}"
    typed = alice.page(form).form(form).filled(
        done="Wall tiles", dates__0__holds="no", dates__0__cause="us", dates__0__why="Late", dates__0__new_kind="range",
        dates__0__what_we_do="Courier", dates__0__new_on="2026-04-27", dates__0__new_until="2026-04-29",
        is_order_right="y",
    )  # fmt: skip
    alice.post(form, typed)
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)
    alice = site.visitor(site.world.alice)
    path = f"/updates/{site.all(Update, Update.slot_id == site.kitchen.slot_id)[0].id}/correct"

    sent = alice.post(path, alice.page(path).form("/correct").filled(done="Floor tiles"))

    assert sent.status_code == 303
    assert str(site.all(Promise)[-1].ends_on) == "2026-04-29"


def test_who_has_no_address_is_told_by_phone(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        session.get_one(Contact, site.kitchen.contact_id).address = None
    site.clock.on(days=1, hours=8, minutes=30)
    site.advance(site.kitchen)
    alice = site.visitor(site.world.alice)
    told = site.all(Telling, Telling.state == TellingState.BY_PHONE)[-1]

    assert f"/tellings/{told.id}" in alice.get("/").text
    page = alice.page(f"/tellings/{told.id}")
    assert "link.invalid" not in page.text
    assert "+212661000000" in page.text.replace(" ", "")
    for _ in range(2):
        assert alice.post(f"/tellings/{told.id}").status_code == 303

    told = site.all(Telling, Telling.id == told.id)[0]
    assert (told.state, told.told_by_id) == (TellingState.TOLD, site.world.alice.id)
    assert f"/tellings/{told.id}" not in alice.get("/").text


def test_a_link_for_the_messenger_opens_the_contacts_page(site: Site, alice: Visitor, client: Visitor) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}"

    shown = alice.post(f"{path}/link/{site.kitchen.contact_id}").text
    token = shown.partition("/u/")[2][:53]
    assert client.get(f"/u/{token}").status_code == 200
    assert alice.post(f"{path}/link/{site.report.contact_id}").status_code == 404
    alice.post(f"{path}/revoke/{site.kitchen.contact_id}")

    assert client.get(f"/u/{token}").status_code == 404


def test_a_reply_is_answered_from_its_page(site: Site, alice: Visitor, client: Visitor) -> None:
    client.post(site.page_of(site.kitchen), {"text": "Which tap?"}, csrf=False)

    empty = alice.post("/replies/1", {"text": " ", "how": "mail"})
    long = alice.post("/replies/1", {"text": "y" * 4001})
    assert empty.status_code == long.status_code == 422
    assert "y" * 4001 in long.text
    for _ in range(2):
        alice.post("/replies/1", {"text": "The brass one", "how": "mail"})

    assert len(site.mails("answer")) == 1
    assert "The brass one" in client.get(site.page_of(site.kitchen)).text


def test_a_mail_in_doubt_is_settled_by_a_person(site: Site, alice: Visitor) -> None:
    mail = site.mails("welcome")[0]
    with site.writing() as session:
        row = session.get_one(OutboxEmail, mail.id)
        row.state = MailState.UNKNOWN
        tasks.raise_once(session, TaskKind.MAIL_UNKNOWN, str(mail.id), now=site.clock.now, mail=row)
    assert f"/outbox/{mail.id}" in alice.get("/").text

    for _ in range(2):
        assert alice.post(f"/outbox/{mail.id}/again").status_code == 303

    assert len(site.mails("welcome")) == 3
    assert site.one(Task).done_at is not None
    alice.post(f"/outbox/{mail.id}/arrived")
    assert site.all(OutboxEmail, OutboxEmail.id == mail.id)[0].state == "sent"


def test_a_sent_mail_is_not_sent_again(site: Site, alice: Visitor) -> None:
    mail = site.mails("welcome")[0]

    sent = alice.post(f"/outbox/{mail.id}/again")

    assert len(site.mails("welcome")) == 2
    assert "callout-bad" in alice.get(sent.headers["Location"]).text


def test_mails_that_open_an_account_are_nobodys_to_read(site: Site, amina: Visitor) -> None:
    amina.post(f"/settings/people/{site.world.charlie.id}/invite")
    mail = site.mails("invitation")[0]

    assert amina.get(f"/outbox/{mail.id}").status_code == 404
    assert amina.get(f"/outbox/{mail.id}/body").status_code == 404
    assert f"/outbox/{mail.id}" not in amina.get("/outbox").text


def test_the_list_is_searched_filtered_and_sorted_without_a_way_into_the_database(site: Site, amina: Visitor) -> None:
    assert "kitchen, Anfa" in amina.get("/engagements?q=anfa").text
    assert "kitchen, Anfa" not in amina.get("/engagements?q=annual").text
    evil = "' OR 1=1 --", "%", "_", '"; DROP TABLE engagement;--', "\x00", "\\"
    for text in evil:
        for name in ("q", "state", "owner", "playbook", "sort", "order", "page"):
            answer = amina.get("/engagements", query_string={name: text})
            assert answer.status_code == 200, (name, text)
    assert "kitchen, Anfa" not in amina.get("/engagements?q=%25").text
    for path in ("/clients", "/outbox"):
        for text in evil:
            assert amina.get(path, query_string={"q": text, "state": text, "page": text}).status_code == 200


def test_acts_are_noted_without_their_words(site: Site, alice: Visitor) -> None:
    alice.post(f"/engagements/{site.kitchen.engagement_id}/rest", {"words": "Very private words"})

    notes = [(row.act, row.details) for row in site.all(AuditEntry)]
    assert "paused" in [act for act, _ in notes]
    assert "private" not in str(notes)
