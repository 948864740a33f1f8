"""What might run late is said with its reasons, and what nobody confirmed for long is not shown as sure."""

from datetime import UTC, date, datetime, timedelta

from tests.support.pages import Page, text_of
from tests.support.site import Site, Visitor
from webapp.models import Ask, Engagement, EngagementState, Milestone, Slot, SlotState
from webapp.services.work import engagements
from webapp.services.work.engagements import PlannedStep

OLD = datetime(2026, 4, 17, 9, 0, tzinfo=UTC)
"""Nine working days after the start of a weekly rhythm."""


def doubt(site: Site) -> None:
    with site.writing() as session:
        session.get_one(Milestone, 1).is_at_risk = True


def badges(page: Page) -> list[str]:
    return [text_of(b) for b in page.all("span") if (b.get("class") or "").startswith("badge ")]


def test_the_page_of_the_work_says_each_reason_and_what_to_do(site: Site, alice: Visitor) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}"
    before = alice.page(path).text
    doubt(site)
    with site.writing() as session:
        session.add(
            Ask(
                engagement_id=site.kitchen.engagement_id, text="<b>Plans</b>", asked_at=site.clock.now,
                due_on=date(2026, 4, 3),
            )
        )  # fmt: skip

    after = alice.page(path).text

    assert "Might run late" not in before
    assert "Cupboards, Monday 20 April: not certain Find out today" in after
    waits = "“<b>Plans</b>”: we have been waiting for it since Friday 3 April; the next agreed date is Monday 20 April"
    assert waits in after
    assert "Phone the client" in after


def test_every_reason_can_be_said(site: Site) -> None:
    site.clock.now = datetime(2026, 4, 21, 9, 0, tzinfo=UTC)
    with site.writing() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        assert work.stage is not None
        work.stage.usual_days = 8
        slot = session.get_one(Slot, site.kitchen.slot_id)
        slot.state, at = SlotState.NO_NEWS, slot.send_at - timedelta(days=7)
        session.add(
            Slot(
                engagement_id=work.id,
                local_on=at.date(),
                rule_on=at.date(),
                send_at=at,
                promised_by=at,
                state=slot.state,
            )
        )

    said = site.visitor(site.world.dalia).page(f"/engagements/{site.kitchen.engagement_id}").text

    for sentence in (
        "Cupboards, Monday 20 April: the day has passed and it is not done",
        "Handover, Friday 24 April: nothing reported since Monday 6 April",
        "Preparation: in this stage for 11 working days; usually 8",
        "Nothing was reported on the last promised days, since Tuesday 31 March",
    ):
        assert sentence in said


def test_managers_see_on_today_what_might_run_late_and_staff_do_not(site: Site, alice: Visitor, dalia: Visitor) -> None:
    doubt(site)

    page = dalia.page("/")

    assert page.by_id("might-run-late") is not None
    assert "Bennani, kitchen, Anfa" in page.text
    assert "Cupboards, Monday 20 April: not certain" in page.text
    assert any(a.get("href") == "/engagements?state=late" for a in page.all("a"))
    assert alice.page("/").by_id("might-run-late") is None


def test_at_most_ten_stand_on_today_and_all_are_in_the_list(site: Site, dalia: Visitor) -> None:
    with site.writing() as session:
        kitchen = session.get_one(Engagement, site.kitchen.engagement_id)
        for number in range(12):
            made = engagements.start(
                session, reference=f"X-{number}", title="stairs", client=kitchen.client, playbook=kitchen.playbook,
                owner=kitchen.owner, contacts=[], cadence=kitchen.cadence, by=kitchen.owner, now=site.clock.now,
                steps=[PlannedStep(labels={"en": "Steps"}, on=date(2026, 4, 20))],
            )  # fmt: skip
            made.state, made.milestones[0].is_at_risk = EngagementState.OPEN, True

    section = dalia.page("/").by_id("might-run-late")

    assert section is not None
    assert len([li for li in section.iter("li") if li.find("p") is not None]) == 10
    assert "12" in text_of(section)
    assert "X-11" in dalia.page("/engagements?state=late").text


def test_the_list_can_show_only_what_might_run_late_with_the_reasons(site: Site, alice: Visitor) -> None:
    doubt(site)

    late, everything = alice.page("/engagements?state=late"), alice.page("/engagements")

    assert "MA-4471" in late.text
    assert "BA-118" not in late.text
    assert "Cupboards, Monday 20 April: not certain" in late.text
    assert "BA-118" in everything.text
    assert "not certain" not in everything.text


def test_what_nobody_confirmed_for_long_is_not_shown_as_live(site: Site, alice: Visitor) -> None:
    path = f"/engagements/{site.kitchen.engagement_id}"
    fresh = badges(alice.page(path))
    site.clock.now = OLD
    visitor = site.visitor(site.world.alice)

    work, listed = visitor.page(path), visitor.page("/engagements")

    assert "not confirmed since Monday 6 April" not in fresh
    assert fresh.count("holds") == 2
    assert badges(work)[0] == "not confirmed since Monday 6 April"
    assert "holds" not in badges(work)
    assert badges(listed) == ["not confirmed since 6 April"] * 2


def test_today_says_whose_last_word_is_old(site: Site) -> None:
    site.clock.now = OLD

    page = site.visitor(site.world.alice).page("/")

    assert "Bennani · not confirmed since Monday 6 April" in page.text
