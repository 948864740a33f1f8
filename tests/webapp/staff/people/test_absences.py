"""Days away and the stand-in, on one's own page, on a colleague's, and on Today."""

from datetime import date

import pytest
from sqlalchemy import select

from emails.languages import LANGUAGES, language
from tests.support.pages import Page
from tests.support.site import Site, Visitor
from webapp.models import Absence, Purpose, StandIn, User
from webapp.services.work import engagements

MINE = "/me/away"


def form(visitor: Visitor, site: Site, **typed: object) -> list[tuple[str, str]]:
    given = {"stand_in": site.world.bob.id, "starts_on": "2026-04-07", "ends_on": "2026-04-09", **typed}
    return visitor.page("/me").form(MINE).filled(**given)


def today_of(site: Site, user: User) -> str:
    """What Today says to somebody who signs in afresh."""
    return site.visitor(user).page("/").text


def noted(site: Site) -> list[tuple[int, str, str]]:
    return [(row.user_id, str(row.starts_on), str(row.ends_on)) for row in site.all(Absence)]


def stand_ins(site: Site) -> dict[int, int]:
    with site.looking() as session:
        return {row.user_id: row.stand_in_id for row in session.scalars(select(StandIn))}


def test_one_says_when_one_is_away_and_who_stands_in(site: Site, alice: Visitor) -> None:
    sent = alice.post(MINE, form(alice, site))

    assert sent.headers["Location"].endswith("/me#away")
    assert noted(site) == [(site.world.alice.id, "2026-04-07", "2026-04-09")]
    assert stand_ins(site) == {site.world.alice.id: site.world.bob.id}
    assert "7 to 9 April" in alice.page("/me").text


def test_a_stand_in_is_named_without_days_and_taken_away_again(site: Site, alice: Visitor) -> None:
    alice.post(MINE, form(alice, site, starts_on="", ends_on=""))
    named = stand_ins(site)

    alice.post(MINE, form(alice, site, stand_in="", starts_on="", ends_on=""))

    assert named == {site.world.alice.id: site.world.bob.id}
    assert (stand_ins(site), noted(site)) == ({}, [])


def test_days_away_are_taken_back_by_whose_they_are(site: Site, alice: Visitor, bob: Visitor) -> None:
    alice.post(MINE, form(alice, site))
    path = f"/me/away/{site.one(Absence).id}/remove"

    assert bob.post(path).status_code == 404
    assert len(noted(site)) == 1
    assert alice.post(path).status_code == 303
    assert noted(site) == []


REFUSED = [
    ({"stand_in": ""}, "stand_in", "absence.needs_stand_in"),
    ({"starts_on": "2026-04-09", "ends_on": "2026-04-08"}, "ends_on", "absence.backwards"),
    ({"starts_on": "2026-04-01", "ends_on": "2026-04-03"}, "ends_on", "absence.past"),
    ({"starts_on": "2026-04-20", "ends_on": "2026-04-22"}, "starts_on", "absence.overlaps"),
    ({"stand_in": "charlie"}, "stand_in", "absence.not_this_one"),
    ({"stand_in": "9" * 30}, "stand_in", "absence.not_this_one"),
    ({"stand_in": "nobody at all"}, "stand_in", "absence.not_this_one"),
    ({"ends_on": ""}, "ends_on", "form.fault.needed"),
    ({"starts_on": ""}, "starts_on", "form.fault.needed"),
    ({"starts_on": "tomorrow"}, "starts_on", "form.fault.date"),
]


@pytest.mark.parametrize("tag", list(LANGUAGES))
@pytest.mark.parametrize(("typed", "field", "key"), REFUSED)
def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(
    site: Site, alice: Visitor, tag: str, typed: dict[str, str], field: str, key: str
) -> None:
    with site.writing() as session:
        user = session.get_one(User, site.world.alice.id)
        user.language = tag
        if key == "absence.overlaps":
            session.add(StandIn(user_id=user.id, stand_in_id=site.world.bob.id))
            session.add(Absence(user_id=user.id, starts_on=date(2026, 4, 21), ends_on=date(2026, 4, 21)))
    if typed.get("stand_in") == "charlie":
        typed = {"stand_in": str(site.world.charlie.id)}
    before, were = noted(site), stand_ins(site)
    given = form(alice, site, **typed)

    sent = alice.post(MINE, given)

    assert sent.status_code == 422
    page = Page(sent.text)
    assert page.message_at(field) == " ".join(language(tag).text(key).split())
    kept = page.form(MINE)
    assert [kept[name] for name in ("starts_on", "ends_on")] == [dict(given)[name] for name in ("starts_on", "ends_on")]
    if field != "stand_in":
        assert kept["stand_in"] == dict(given)["stand_in"]
    assert (noted(site), stand_ins(site)) == (before, were)


def test_an_admin_does_it_for_a_colleague(site: Site, amina: Visitor, dalia: Visitor) -> None:
    path = f"/settings/people/{site.world.alice.id}"
    typed = (
        amina.page(path)
        .form(f"{path}/away")
        .filled(stand_in=site.world.bob.id, starts_on="2026-04-07", ends_on="2026-04-07")
    )

    first = amina.post(f"{path}/away", typed)
    again = amina.post(f"{path}/away", typed)

    assert first.headers["Location"].endswith(f"{path}#away")
    assert again.status_code == 422
    assert Page(again.text).message_at("starts_on")
    assert dalia.post(f"{path}/away", typed).status_code == 404
    assert amina.post(f"{path}/away/{site.one(Absence).id}/remove").status_code == 303
    assert noted(site) == []


def test_an_admin_does_not_take_back_days_under_another_name(site: Site, amina: Visitor, alice: Visitor) -> None:
    alice.post(MINE, form(alice, site))

    sent = amina.post(f"/settings/people/{site.world.bob.id}/away/{site.one(Absence).id}/remove")

    assert sent.status_code == 404
    assert len(noted(site)) == 1


def test_who_only_looks_has_no_duties_to_hand_on(site: Site, charlie: Visitor, amina: Visitor) -> None:
    assert charlie.page("/me").by_id("away") is None
    assert amina.page(f"/settings/people/{site.world.charlie.id}").by_id("away") is None
    assert charlie.post(MINE, {"stand_in": str(site.world.bob.id)}).status_code in (403, 404)


def test_a_stand_in_who_leaves_is_named_to_the_admin_and_to_whom_they_stood_in_for(
    site: Site, alice: Visitor, amina: Visitor
) -> None:
    alice.post(MINE, form(alice, site))
    with site.writing() as session:
        report = engagements.get(session, site.report.engagement_id)
        report.owner = session.get_one(User, site.world.dalia.id)
    path = f"/settings/people/{site.world.bob.id}"

    left = amina.post(path, amina.page(path).form(path).filled(is_active=None))

    assert left.status_code == 303
    assert stand_ins(site) == {}
    assert "Bob no longer stands in for: Alice" in amina.page("/settings/people").text
    own = alice.page("/me")
    assert "Nobody stands in on these days" in own.text
    assert own.form(MINE)["stand_in"] == ""


def test_today_tells_both_of_them_calmly(site: Site, alice: Visitor) -> None:
    alice.post(MINE, form(alice, site))
    before = alice.page("/").text
    site.clock.on(days=1)

    told = {user.name: today_of(site, user) for user in (site.world.alice, site.world.bob, site.world.dalia)}

    assert "You are away" not in before
    assert "You are away until Thursday 9 April; Bob stands in." in told["Alice"]
    assert "You stand in for Alice until Thursday 9 April." in told["Bob"]
    assert "stand in" not in told["Dalia"]


def test_today_says_so_where_nobody_is_left(site: Site, alice: Visitor, bob: Visitor) -> None:
    alice.post(MINE, form(alice, site))
    bob.post(MINE, bob.page("/me").form(MINE).filled(
        stand_in=site.world.alice.id, starts_on="2026-04-07", ends_on="2026-04-07"
    ))  # fmt: skip
    site.clock.on(days=1)

    assert "Nobody stands in, so your work still comes to you." in today_of(site, site.world.alice)


def test_a_stand_in_sees_a_missed_report_without_a_button_they_may_not_press(site: Site, alice: Visitor) -> None:
    alice.post(MINE, form(alice, site, starts_on="", ends_on=""))
    site.clock.on(days=1, hours=12)
    site.advance(site.kitchen)
    site.clock.on(days=2)

    page, own = (site.visitor(user).page("/") for user in (site.world.bob, site.world.alice))

    late = page.by_id("late")
    assert late is not None
    assert "kitchen, Anfa" in "".join(late.itertext())
    assert f"/forms/{site.kitchen.checkpoint_id}" not in [link.get("href") for link in page.all("a")]
    assert f"/forms/{site.kitchen.checkpoint_id}" in [link.get("href") for link in own.all("a")]


def test_a_client_sees_who_is_there_in_their_own_language(site: Site, alice: Visitor, client: Visitor) -> None:
    alice.post(MINE, form(alice, site, starts_on="2026-04-06", ends_on="2026-04-09"))
    page = client.page(f"/u/{site.link(Purpose.PAGE, site.kitchen)}")

    assert "Bob (standing in for Alice until 9 April)" in page.text
