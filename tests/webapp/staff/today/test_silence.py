"""What Today says of a promised hour that brought nothing: that the client was told so only where somebody was."""

from tests.support.site import Site, Visitor
from webapp.models import Contact

TOLD, UNTOLD = "Client was told: no news yet", "Promised news did not come"


def test_today_says_that_the_client_was_told_once_the_mail_left(site: Site, alice: Visitor) -> None:
    site.clock.now = site.slot(site.kitchen).promised_by
    site.advance(site.kitchen)
    alice.sign_in(site.world.alice)
    before = alice.page("/").text
    site.deliver()
    after = alice.page("/").text

    assert (TOLD in before, UNTOLD in before) == (False, True)
    assert (TOLD in after, UNTOLD in after) == (True, False)


def test_today_does_not_say_so_where_nobody_can_be_mailed(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        session.get_one(Contact, site.kitchen.contact_id).address = None
    site.clock.now = site.slot(site.kitchen).promised_by
    site.advance(site.kitchen)
    alice.sign_in(site.world.alice)
    site.deliver()

    page = alice.page("/").text

    assert (TOLD in page, UNTOLD in page) == (False, True)
