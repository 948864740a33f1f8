"""Whose client it is: an address is the key to all that a contact can see and say."""

import pytest

from tests.support.pages import Page
from tests.support.site import Site, Visitor
from webapp.models import Client, Contact, Engagement

NEW = {"name": "Somebody", "address": "else@evil.example", "language": "en", "zone": "Africa/Casablanca"}


@pytest.fixture
def hers(site: Site) -> tuple[int, int]:
    """A client whose only work is alice's, and its contact."""
    with site.writing() as session:
        client = Client(name="Cohen", created_at=site.clock.now)
        session.add(client)
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        work.client = client
        contact = session.get_one(Contact, site.kitchen.contact_id)
        contact.client = client
        session.flush()
        return client.id, contact.id


@pytest.mark.parametrize("name", ["bob", "charlie"])
def test_a_colleagues_client_is_read_and_not_changed(site: Site, hers: tuple[int, int], name: str) -> None:
    client, contact = hers
    visitor = site.visitor(getattr(site.world, name))

    answers = [
        visitor.get(f"/contacts/{contact}"),
        visitor.post(f"/contacts/{contact}", NEW),
        visitor.post(f"/clients/{client}/contacts", NEW),
        visitor.post(f"/clients/{client}/country", {"client-country": "AZ"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    page = visitor.page(f"/clients/{client}")
    assert f"/contacts/{contact}" not in str(page.root) + visitor.get(f"/clients/{client}").text
    assert {each.address for each in site.all(Contact, Contact.client_id == client)} == {"maria@bennani.example"}


@pytest.mark.parametrize("name", ["alice", "dalia", "amina"])
def test_who_may_act_on_its_work_changes_it(site: Site, hers: tuple[int, int], name: str) -> None:
    visitor: Visitor = site.visitor(getattr(site.world, name))

    answer = visitor.post(f"/contacts/{hers[1]}", NEW)

    assert answer.status_code == 303
    assert site.one(Contact, Contact.id == hers[1]).address == "else@evil.example"


def test_a_contacts_new_address_closes_what_went_to_the_old_one(site: Site, alice: Visitor, client: Visitor) -> None:
    site.no_mail_left_yet()
    page = site.page_of(site.kitchen)
    path = f"/contacts/{site.kitchen.contact_id}"
    form = alice.page(path).form(path)

    wrong = alice.post(path, form.filled(address="a@b, c@d.example", phone="12"))
    assert wrong.status_code == 422
    assert Page(wrong.text).message_at("address")
    saved = alice.post(path, form.filled(address="New@Bennani.example\r\nBcc: evil@evil.example"))
    assert saved.status_code == 422
    alice.post(path, form.filled(address="New@Bennani.example"))

    assert client.get(page).status_code == 404
    assert {mail.to_address for mail in site.mails("welcome") if mail.state == "queued"} == {
        "new@bennani.example", "aliyev@report.example",
    }  # fmt: skip
