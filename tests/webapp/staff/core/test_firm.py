"""The firm, its people, its playbooks, and all running jobs at once."""

from pathlib import Path

import pytest
from flask import Flask

from tests.support.pages import Page
from tests.support.site import Clock, Site, Visitor
from webapp.models import Engagement, EngagementState, Firm, Playbook, Role, Stage, User, UserSession, UsualMilestone
from webapp.services.people import users

EXAMPLE = Path("webapp/static/import-example.csv")


def _user(site: Site, user: User) -> User:
    return site.all(User, User.id == user.id)[0]  # type: ignore[no-any-return]


def test_a_colleague_is_invited_with_a_role(amina: Visitor, site: Site) -> None:
    form = amina.page("/settings/people").form("/settings/people")
    typed = form.filled(name="Samir", address="Samir@DarRenov.example", role="manager", phone="+212 600 00 00 09")

    first = amina.post("/settings/people", typed)
    again = amina.post("/settings/people", typed)

    assert first.status_code == 303
    assert again.status_code == 422
    assert Page(again.text).message_at("address")
    added = site.all(User)[-1]
    assert (added.address, added.role) == ("samir@darrenov.example", Role.MANAGER)
    assert [mail.to_address for mail in site.mails("invitation")] == ["samir@darrenov.example"]


def test_nobody_gives_themselves_a_role_by_adding_fields(site: Site, alice: Visitor) -> None:
    alice.post("/me/language", {"language": "az", "role": "admin", "is_active": "1", "address": "x@y.example"})
    alice.post(f"/settings/people/{site.world.alice.id}", {"name": "A", "role": "admin", "is_active": "y"})

    known = _user(site, site.world.alice)
    assert (known.role, known.language, known.address) == (Role.STAFF, "az", "alice@darrenov.example")


def test_the_last_admin_stays(amina: Visitor, site: Site) -> None:
    path = f"/settings/people/{site.world.amina.id}"
    form = amina.page(path).form(path)

    demoted = amina.post(path, form.filled(role="viewer"))
    gone = amina.post(path, form.filled(is_active=None))
    forged = amina.post(path, form.filled(role="emperor"))

    for answer in (demoted, gone, forged):
        assert answer.status_code == 422
    assert Page(demoted.text).by_id("role-error") is not None
    assert (_user(site, site.world.amina).role, _user(site, site.world.amina).is_active) == (Role.ADMIN, True)


def test_who_still_owns_work_stays_and_who_leaves_is_signed_out(site: Site, amina: Visitor, charlie: Visitor) -> None:
    owner, viewer = (f"/settings/people/{user.id}" for user in (site.world.alice, site.world.charlie))

    refused = amina.post(owner, amina.page(owner).form(owner).filled(is_active=None))
    left = amina.post(viewer, amina.page(viewer).form(viewer).filled(is_active=None))

    assert refused.status_code == 422
    assert left.status_code == 303
    assert charlie.get("/").status_code == 303
    assert all(s.ended_at for s in site.all(UserSession, UserSession.user_id == site.world.charlie.id))
    assert amina.post(f"{viewer}/invite").status_code == 404


def test_one_ends_ones_own_browsers_and_nobody_elses(site: Site, alice: Visitor, bob: Visitor) -> None:
    theirs = site.all(UserSession, UserSession.user_id == site.world.bob.id)[0].id
    other = site.visitor(site.world.alice)
    mine = site.all(UserSession, UserSession.user_id == site.world.alice.id)[-1].id

    assert alice.post(f"/me/browsers/{theirs}/end").status_code == 404
    assert alice.post(f"/me/browsers/{mine}/end").status_code == 303

    assert bob.get("/").status_code == 200
    assert other.get("/").status_code == 303


def test_the_first_admin_sets_the_firm_up(app: Flask, moment_is: Clock) -> None:
    database = app.extensions["database"]
    with database.writer() as session:
        first = users.add(
            session, address="first@firm.example", name="First", role=Role.ADMIN, language="en", by=None,
            now=moment_is.now,
        )  # fmt: skip
        session.commit()
    empty = Site(app, app.extensions["settings"], database, moment_is, None, None, None)  # type: ignore[arg-type]
    visitor = empty.visitor(first)

    assert visitor.get("/").headers["Location"] == "/settings"
    form = visitor.page("/settings").form("/settings")
    bare = visitor.post("/settings", form.filled(name=""))
    saved = visitor.post("/settings", form.filled(name="Baku Books", phone="+994 50 123 45 67"))

    assert bare.status_code == 422
    assert saved.headers["Location"] == "/settings/kinds-of-work"
    assert empty.one(Firm).phone == "+994501234567"
    for path in ("/", "/settings/kinds-of-work", "/settings/kinds-of-work/new", "/settings/people", "/settings/import"):
        assert visitor.get(path).status_code == 200, path


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"colour": "#ffee88"}, "colour"), ({"colour": "red;}body{display:none"}, "colour"),
        ({"colour": "#12"}, "colour"), ({"languages": ["en", "az"], "language": "ary"}, "language"),
        ({"quiet_from": "21:00", "quiet_until": ""}, "quiet_until"), ({"phone": "call me"}, "phone"),
        ({"answer_hours": "9" * 40}, "answer_hours"), ({"last_call_minutes": "-1"}, "last_call_minutes"),
        ({"mailbox": "a@b,c@d"}, "mailbox"), ({"zone": "Mars/Olympus"}, "zone"), ({"name": "n" * 201}, "name"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_said_beside_the_field(
    site: Site, amina: Visitor, typed: dict[str, object], at: str
) -> None:
    before = site.one(Firm).__dict__["colour"]
    form = amina.page("/settings").form("/settings")

    answer = amina.post("/settings", form.filled(**typed))

    assert answer.status_code == 422
    assert Page(answer.text).message_at(at)
    assert site.one(Firm).colour == before


def test_the_firms_colour_is_a_style_sheet_and_only_that(site: Site, client: Visitor) -> None:
    with site.writing() as session:
        session.get_one(Firm, 1).colour = "#aa3300"

    answer = client.get("/brand.css")

    assert answer.mimetype == "text/css"
    assert answer.text.count("{") == answer.text.count("}")
    assert "--brand:#" in answer.text


def test_a_playbook_keeps_its_stages_when_it_is_edited(site: Site, amina: Visitor) -> None:
    path = f"/settings/kinds-of-work/{site.world.playbook.id}"
    stages = {stage.id for stage in site.all(Stage)}
    form = amina.page(path).form(path)

    saved = amina.post(path, form.filled(names__texts__0="Kitchens"))

    assert saved.status_code == 303
    assert {stage.id for stage in site.all(Stage)} == stages
    assert site.one(Playbook).labels["en"] == "Kitchens"
    assert site.one(Playbook).labels["ary"] == "الكوزينة"


def test_a_playbook_without_a_name_is_refused(site: Site, amina: Visitor) -> None:
    form = amina.page("/settings/kinds-of-work/new").form("/settings/kinds-of-work/new")

    nameless = amina.post("/settings/kinds-of-work/new", form.filled())
    forged = amina.post("/settings/kinds-of-work/new", {})
    saved = amina.post("/settings/kinds-of-work/new", form.filled(names__texts__1="Hamam", stages__0__texts__0="Works"))

    assert nameless.status_code == forged.status_code == 422
    assert saved.status_code == 303
    assert site.all(Playbook)[-1].labels == {"az": "Hamam"}


@pytest.mark.parametrize("days", ["9" * 30, "100000", "-5"])
def test_a_usual_date_beyond_reason_is_refused(site: Site, amina: Visitor, days: str) -> None:
    path = f"/settings/kinds-of-work/{site.world.playbook.id}"
    form = amina.page(path).form(path)

    answer = amina.post(path, form.filled(milestones__0__offset_days=days))

    assert answer.status_code == 422
    assert Page(answer.text).message_at("milestones-0-offset_days")
    assert all(usual.offset_days < 100 for usual in site.all(UsualMilestone))
    assert amina.get("/engagements/new").status_code == 200


def test_running_jobs_are_looked_at_before_they_are_taken_over(site: Site, amina: Visitor) -> None:
    table = EXAMPLE.read_text().replace("MA-4471", "XX-1").replace("BA-118", "XX-2")
    before = site.dump()

    looked = amina.post("/settings/import", {"table": table})
    faulty = amina.post("/settings/import", {"table": table.replace("Kitchen", "No such service"), "apply": "1"})

    assert faulty.status_code == 422
    assert "No such service" in faulty.text
    assert site.dump() == before
    if looked.status_code == 200:
        applied = amina.post("/settings/import", {"table": table, "apply": "1"})
        assert applied.status_code == 303
        assert site.all(Engagement)[-1].state is EngagementState.DRAFT


def test_a_table_of_ones_own_is_taken_over_as_drafts(site: Site, amina: Visitor) -> None:
    table = (
        "reference;title;service;owner;client;contact;address;phone;language;zone\n"
        "K-1;kitchen;Kitchen;alice@darrenov.example;Alaoui;Nadia;nadia@alaoui.example;+212661000009;en;Africa/Casablanca\n"
    )
    mails = len(site.mails("welcome"))

    looked = amina.post("/settings/import", {"table": table})
    assert looked.status_code == 200, Page(looked.text).text[:800]
    assert len(site.all(Engagement)) == 2
    applied = amina.post("/settings/import", {"table": table, "apply": "1"})

    assert applied.status_code == 303
    made = site.all(Engagement)[-1]
    assert (made.reference, made.state) == ("K-1", EngagementState.DRAFT)
    assert len(site.mails("welcome")) == mails


@pytest.mark.parametrize("table", ["", "nonsense", "a,b\n1,2", "reference\n" + "x" * 3000, '"unclosed', "\x00"])
def test_a_table_that_is_none_is_told_what_is_wrong(site: Site, amina: Visitor, table: str) -> None:
    answer = amina.post("/settings/import", {"table": table, "apply": "1"})

    assert answer.status_code == 422
    assert len(site.all(Engagement)) == 2
