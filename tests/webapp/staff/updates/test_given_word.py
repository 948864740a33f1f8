"""Before an act that makes it untrue, staff see what each client has in writing, and what they will read of it."""

from tests.support.pages import text_of
from tests.support.site import Site, Visitor
from webapp.models import Contact, Participation, PartOf


def _callouts(visitor: Visitor, path: str) -> list[str]:
    page = visitor.page(path)
    return [text for box in page.all("div") if "callout" in (box.get("class") or "") for text in [text_of(box)]]


def test_rest_close_and_a_hand_over_show_the_hour_that_was_promised(site: Site, alice: Visitor) -> None:
    site.deliver()
    work = f"/engagements/{site.kitchen.engagement_id}"

    (rests,) = [text for text in _callouts(alice, work) if "in writing now" in text]
    (hands,) = [text for text in _callouts(alice, f"{work}/owner") if "in writing now" in text]

    assert "Maria Bennani: next news Tuesday 7 April, by 18:00" in rests
    assert "The email that goes out now says that this ends." in rests
    assert "They meet the new person in the next update (Tuesday 7 April, by 18:00)." in hands


def test_a_step_that_is_dropped_shows_who_has_its_day(site: Site, alice: Visitor) -> None:
    site.deliver()

    shown = [
        text for text in _callouts(alice, f"/engagements/{site.kitchen.engagement_id}/dates") if "in writing" in text
    ]

    assert any("Maria Bennani: Monday 20 April" in text for text in shown)
    assert all("no longer planned, and why, in the next update" in text for text in shown)


def test_who_was_told_nothing_yet_is_not_named_and_of_many_five_are(site: Site, alice: Visitor) -> None:
    site.no_mail_left_yet()
    path = f"/engagements/{site.kitchen.engagement_id}"
    assert not [text for text in _callouts(alice, path) if "in writing now" in text]

    with site.writing() as session:
        engagement_client = session.get_one(Contact, site.kitchen.contact_id).client_id
        for number in range(7):
            contact = Contact(
                client_id=engagement_client,
                name=f"Reader {number}",
                address=f"reader{number}@home.example",
                language="en",
                zone="Africa/Casablanca",
                created_at=site.clock.now,
            )
            session.add(contact)
            session.flush()
            part = Participation(engagement_id=site.kitchen.engagement_id, contact_id=contact.id, part=PartOf.INFORMED)
            session.add(part)
    site.deliver()
    site.clock.on(days=1, hours=9)
    site.advance(site.kitchen)
    site.deliver()
    alice.sign_in(site.world.alice)

    (shown,) = [text for text in _callouts(alice, path) if "in writing now" in text]
    assert "3 more" in shown
