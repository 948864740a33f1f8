"""What is too wide for one transaction is begun, shown while a worker carries it out, and stopped."""

import pytest

from tests.support.site import Site, Visitor
from webapp.models import BulkAct, BulkKind, BulkState, Engagement, EngagementState, Role, User
from webapp.services.bulk import acts

TABLE = "reference;title;service;client;contact\nN-1;kitchen;Kitchen;Filali;Sara\nN-2;bath;Kitchen;Filali;Sara\n"


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one work is many."""
    monkeypatch.setattr(acts, "BATCH", 1)


def carry_on(site: Site) -> None:
    while True:
        with site.writing() as session:
            if not acts.carry_on(session, now=site.clock.now):
                return


def drafts(site: Site) -> None:
    with site.writing() as session:
        for number in range(3):
            site.world.session = session
            draft = site.world.engagement
            work = session.get_one(Engagement, site.kitchen.engagement_id)
            given = {"client": work.client, "playbook": work.playbook, "owner": work.owner, "by": None}
            draft(f"D-{number}", contacts=[(part.contact, part.part) for part in work.participations], **given)


def test_switching_all_live_says_how_far_it_is(site: Site, dalia: Visitor) -> None:
    drafts(site)

    answer = dalia.post("/engagements/live")

    page = dalia.get(answer.headers["Location"])
    assert "0 of 3" in page.text
    assert page.headers["Refresh"]
    assert "0 of 3" in dalia.page("/").text
    carry_on(site)
    page = dalia.get(answer.headers["Location"])
    assert "3 of 3" in page.text
    assert "Refresh" not in page.headers
    assert not site.all(Engagement, Engagement.state == EngagementState.DRAFT)


def test_it_is_stopped_with_one_press(site: Site, dalia: Visitor) -> None:
    drafts(site)
    where = dalia.post("/engagements/live").headers["Location"]

    dalia.post(f"{where}/back")
    carry_on(site)

    assert len(site.all(Engagement, Engagement.state == EngagementState.DRAFT)) == 3
    page = dalia.page(where)
    assert "Left as they were: 3" in page.text
    assert [form.action for form in page.forms() if form.action.endswith("/back")] == []


def test_a_day_off_that_concerns_many_asks_first_and_then_goes_on_by_itself(site: Site, dalia: Visitor) -> None:
    with site.writing() as session:
        for work in session.query(Engagement):
            work.cadence = {**work.cadence, "day_off": "after"}

    asked = dalia.post("/settings/calendar/tomorrow")
    assert "another hour in writing" in asked.text
    assert not site.all(BulkAct)

    answer = dalia.post("/settings/calendar/tomorrow", {"in_writing": "keep"})
    carry_on(site)

    page = dalia.page(answer.headers["Location"])
    assert "2 updates keep their hour" in page.text
    assert "change the calendar again" not in page.text


def test_one_cause_for_many(site: Site, dalia: Visitor) -> None:
    form = next(form for form in dalia.page("/delays?within=30").forms() if form.action.startswith("/delays"))
    explained = {"cause": "other", "other_name": "the port", "why": "It is closed.", "what_we_do": "We wait."}
    ticks = {f"rows-{row}-moves": "y" for row in range(4)}

    answer = dalia.post(form.action, form.filled(**explained, **ticks, days="3"))
    carry_on(site)

    assert "2 of 2" in dalia.page(answer.headers["Location"]).text
    assert site.one(BulkAct).kind is BulkKind.MOVE


def test_what_is_not_explained_is_not_begun(site: Site, dalia: Visitor) -> None:
    form = next(form for form in dalia.page("/delays?within=30").forms() if form.action.startswith("/delays"))

    answer = dalia.post(form.action, form.filled(**{f"rows-{row}-moves": "y" for row in range(4)}, days="3"))

    assert answer.status_code == 422
    assert not site.all(BulkAct)


def test_a_table_of_many(site: Site, amina: Visitor) -> None:
    checked = amina.post("/settings/import", {"table": TABLE})
    assert checked.status_code == 200

    answer = amina.post("/settings/import", {"table": TABLE, "apply": "1"})
    assert not site.all(Engagement, Engagement.reference == "N-1")
    carry_on(site)

    assert "2 of 2" in amina.page(answer.headers["Location"]).text
    assert site.all(Engagement, Engagement.reference == "N-2")


def test_the_firms_new_zone_asks_about_running_work(site: Site, amina: Visitor) -> None:
    form = amina.page("/settings").form("/settings")
    answer = amina.post(form.action, form.filled(zone="Asia/Baku"))
    page = amina.page(answer.headers["Location"])
    assert "2 pieces of work still go by the former time zone" in page.text

    ask = page.form("/settings/zone")
    answer = amina.post(ask.action, ask.filled())
    carry_on(site)

    assert "2 of 2" in amina.page(answer.headers["Location"]).text
    assert {work.cadence["zone"] for work in site.all(Engagement)} == {"Asia/Baku"}
    assert amina.get("/settings/zone?old=Asia/Baku").status_code == 303


def test_what_could_not_be_done_is_named(site: Site, dalia: Visitor) -> None:
    drafts(site)
    where = dalia.post("/engagements/live").headers["Location"]
    with site.writing() as session:
        work = session.query(Engagement).filter_by(reference="D-1").one()
        work.state = EngagementState.CLOSED
    carry_on(site)

    page = dalia.page(where)
    assert "Could not be done" in page.text
    assert "D-1" in page.text


def test_a_colleagues_act_is_nobody_elses(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        dalia = session.get_one(User, site.world.dalia.id)
        assert dalia.role is Role.MANAGER
        act = BulkAct(kind=BulkKind.GO_LIVE, details={}, begun_at=site.clock.now, by_id=dalia.id)
        session.add(act)
    assert site.one(BulkAct).state is BulkState.RUNNING

    assert alice.get(f"/many/{act.id}").status_code == 404
    assert alice.post(f"/many/{act.id}/back").status_code == 404
