"""A manager reads a new date before the client does, and everybody sees who has not heard of one."""

from datetime import date, timedelta

import pytest

from tests.support.moving import WHY, tick
from tests.support.pages import Page
from tests.support.site import Site, Visitor
from webapp.models import (
    AuditEntry,
    Contact,
    Engagement,
    NoticeToRead,
    Participation,
    Playbook,
    Promise,
    Update,
    UpdateKind,
)
from webapp.services.dates import deadlines, ledger
from webapp.services.dates.ledger import When
from webapp.services.updates import telling

QUARTER = timedelta(minutes=15)


def move(site: Site, on: date) -> None:
    """alice moves the cupboards, and the clock looks a quarter of an hour later."""
    with site.writing() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        ledger.move(
            session, work.milestones[0], When(starts_on=on), WHY, by=work.owner, now=site.clock.now, origin="test"
        )
    look(site, after=QUARTER)


def look(site: Site, *, after: timedelta) -> None:
    site.clock.on(seconds=after.total_seconds())
    with site.writing() as session:
        tick(session, at=site.clock.now)
        deadlines.look(session, now=site.clock.now)


def notices(site: Site) -> list[Update]:
    return site.all(Update, Update.kind == UpdateKind.DELAY_NOTICE)


def moves(site: Site) -> int:
    return len(site.all(Promise, Promise.act == "move"))


@pytest.fixture
def held(site: Site) -> str:
    """The notice waits for a manager; where it is read."""
    with site.writing() as session:
        session.get_one(Playbook, site.world.playbook.id).managers_read_first = True
    move(site, date(2026, 4, 28))
    return f"/engagements/{site.kitchen.engagement_id}/notice"


def test_today_leads_managers_to_it_and_nobody_else(site: Site, held: str, alice: Visitor, dalia: Visitor) -> None:
    assert any(a.get("href") == held for a in dalia.page("/").all("a"))
    assert not any(a.get("href") == held for a in alice.page("/").all("a"))
    assert "A manager reads the new date first" in alice.page(f"/engagements/{site.kitchen.engagement_id}").text
    assert alice.get(held).status_code == 404
    assert alice.post(held).status_code == 404
    assert notices(site) == []


def test_the_page_shows_the_mail_of_each_reader_and_when_it_goes_by_itself(
    site: Site, held: str, dalia: Visitor
) -> None:
    page = dalia.page(held)
    (frame,) = page.all("iframe")
    mail = dalia.get(frame.get("src") or "")

    assert "Monday 6 April, 12:15" in page.text
    assert frame.get("sandbox") == ""
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert "Mrs Bennani" in mail.text
    assert "28 April" in mail.text
    assert "The doors are late." in mail.text
    assert {a.get("href") for a in Page(mail.text).all("a")} <= {"#", "tel:+212600000001"}
    assert any("/move" in (a.get("href") or "") for a in page.all("a"))


def test_readers_with_one_address_share_the_mail_and_who_has_none_hears_by_phone(
    site: Site, held: str, dalia: Visitor
) -> None:
    with site.writing() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        first = work.participations[0]
        for name, address in (("Karim", first.contact.address), ("Hind", None)):
            more = Contact(
                client=work.client, name=name, address=address, language="en", zone="Africa/Casablanca",
                created_at=site.clock.now, phone="+212661000009",
            )  # fmt: skip
            work.participations.append(Participation(contact=more, part=first.part))
        session.flush()
        groups = [[part.contact.name for part in group] for group in telling.mails(work, now=site.clock.now)]

    page = dalia.page(held)
    mail = dalia.get(f"{held}/{site.kitchen.contact_id}")

    assert groups == [["Maria Bennani", "Karim"]]
    assert "Hind" in page.text
    assert "by phone" in page.text
    assert "Karim" in mail.text
    assert dalia.get(f"{held}/999999").status_code == 404


def test_a_manager_sends_what_they_saw(site: Site, held: str, dalia: Visitor) -> None:
    form = dalia.page(held).form("/notice")
    seen = dalia.get(f"{held}/{site.kitchen.contact_id}").text

    answer = dalia.post(held, form.filled())
    again = dalia.post(held, form.filled())

    (notice,) = notices(site)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert again.headers["Location"] == f"/engagements/{site.kitchen.engagement_id}"
    assert "The doors are late." in seen
    assert notice.snapshot["delays"][0]["now"]["starts_on"] == "2026-04-28"
    assert [entry.user_id for entry in site.all(AuditEntry, AuditEntry.act == "read_first")] == [site.world.dalia.id]


def test_a_text_that_changed_while_it_was_read_is_not_sent(site: Site, held: str, dalia: Visitor) -> None:
    form = dalia.page(held).form("/notice")
    with site.writing() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        ledger.move(
            session, work.milestones[0], When(starts_on=date(2026, 5, 5)), WHY, by=work.owner, now=site.clock.now,
            origin="test",
        )  # fmt: skip

    answer = dalia.post(held, form.filled())
    not_yet = notices(site)
    page = dalia.page(answer.headers["Location"])
    mail = dalia.get(f"{held}/{site.kitchen.contact_id}").text
    dalia.post(held, page.form("/notice").filled())

    assert not_yet == []
    assert "changed meanwhile" in page.text
    assert "5 May" in mail
    assert [notice.snapshot["delays"][0]["now"]["starts_on"] for notice in notices(site)] == ["2026-05-05"]


def test_looking_at_it_sends_nothing_and_what_is_gone_says_so(site: Site, held: str, dalia: Visitor) -> None:
    dalia.page(held)
    dalia.get(f"{held}/{site.kitchen.contact_id}")
    before = notices(site)
    look(site, after=timedelta(hours=2))

    answer = dalia.get(held)

    assert before == []
    assert len(notices(site)) == 1
    assert answer.status_code == 303
    assert "Nothing is waiting to be read here" in dalia.get(answer.headers["Location"]).text


def test_who_has_not_heard_of_a_new_date_stands_on_today_by_name_with_a_call_to_make(
    site: Site, alice: Visitor, dalia: Visitor
) -> None:
    with site.writing() as session:
        session.get_one(Contact, site.kitchen.contact_id).address = None
    move(site, date(2026, 4, 28))
    look(site, after=timedelta(hours=4))
    late, bob = alice.page("/"), site.visitor(site.world.bob)
    call = next(a for a in late.all("a") if (a.text or "").strip() == "Call Maria Bennani").get("href") or ""
    script = alice.page(call)
    look(site, after=timedelta(hours=4))
    later = dalia.page("/").text

    form = script.form(call)
    alice.post(call, form.filled())
    look(site, after=timedelta(minutes=1))

    assert "Has not heard of a new date: Maria Bennani" in late.text
    assert "Has not heard" not in bob.page("/").text
    assert next(script.all("button", type="button")).get("data-copy")
    assert "The doors are late." in (next(script.all("button", type="button")).get("data-copy") or "")
    assert later.count("Has not heard of a new date") == 1
    assert "Has not heard" not in alice.page("/").text


def test_before_a_late_notice_went_out_all_who_should_hear_are_named_with_their_phones(
    site: Site, held: str, alice: Visitor
) -> None:
    with site.writing() as session:
        session.get_one(NoticeToRead, site.kitchen.engagement_id).until += timedelta(days=2)

    look(site, after=timedelta(hours=4))
    page = alice.page("/")

    assert "Has not heard of a new date: Maria Bennani" in page.text
    assert any(a.get("href") == "tel:+212661000000" for a in page.all("a"))
