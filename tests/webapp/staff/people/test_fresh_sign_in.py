"""Before people and roles are changed, the browser must have signed in a short while ago."""

from tests.support.site import Site
from webapp.models import Purpose, User, UserSession


def test_roles_are_open_right_after_signing_in_and_ask_again_later(site: Site) -> None:
    amina = site.visitor(site.world.amina)

    soon = amina.get("/settings/people")
    site.clock.on(minutes=31)
    later = amina.get("/settings/people")
    elsewhere = amina.get("/settings")

    assert soon.status_code == 200
    assert later.status_code == 303
    assert later.headers["Location"].startswith("/sign-in?next=/settings/people&again=1")
    assert "please sign in once more" in amina.page(later.headers["Location"]).text
    assert elsewhere.status_code == 200


def test_a_form_opened_in_time_may_be_sent_a_while_after_but_not_hours_after(site: Site) -> None:
    amina = site.visitor(site.world.amina)
    new = {"name": "Emil", "address": "emil@darrenov.example", "phone": "", "language": "en", "role": "staff"}

    site.clock.on(minutes=45)
    in_time = amina.post("/settings/people", new)
    site.clock.on(hours=2)
    too_late = amina.post("/settings/people", {**new, "address": "late@darrenov.example"})

    assert in_time.headers["Location"] == "/settings/people"
    assert too_late.headers["Location"].startswith("/sign-in")
    assert len(site.all(User, User.name == "Emil")) == 1


def test_signing_in_again_ends_the_browsers_earlier_sign_in(site: Site) -> None:
    amina = site.visitor(site.world.amina)
    token = site.link(Purpose.INVITATION, user=site.world.amina)

    amina.post(f"/invitations/{token}", {"address": site.world.amina.address}, csrf=False)

    assert [session.ended_at is None for session in site.all(UserSession)] == [False, True]
