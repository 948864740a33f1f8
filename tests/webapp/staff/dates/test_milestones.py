"""The page on which the agreed dates of one piece of work are looked at and changed."""

from datetime import date, time

import pytest

from tests.support.pages import Page
from tests.support.site import Site, Visitor
from tests.support.stepping import entries, move_of, page_of, sent, steps, wait_for_plans
from webapp.models import (
    Act,
    Engagement,
    EngagementState,
    Firm,
    MailState,
    Milestone,
    Stage,
)


def test_every_step_stands_there_with_what_was_promised(site: Site, charlie: Visitor) -> None:
    page = charlie.page(page_of(site))

    assert [part in page.text for part in ("Cupboards", "Monday 20 April", "Handover", "holds")] == [True] * 4
    assert {form.action for form in page.forms()} == {"/sign-out"}


def test_the_engagements_page_leads_there(site: Site, alice: Visitor) -> None:
    page = alice.page(f"/engagements/{site.kitchen.engagement_id}")

    assert page_of(site) in [link.get("href") for link in page.all("a")]


def test_a_colleague_and_a_viewer_change_nothing(site: Site, bob: Visitor, charlie: Visitor) -> None:
    step = steps(site)[0]
    before = site.dump()

    for visitor in (bob, charlie):
        for path in ("done", "undo", "drop", "take-up", "came", "place", "agree", "move", "preview"):
            assert visitor.post(f"{page_of(site)}/{step.id}/{path}", {"to": "down"}).status_code == 404, path
        assert visitor.post(page_of(site)).status_code == 404
        assert visitor.get(move_of(site)).status_code == 404

    assert [row for row in site.dump() if "user_session" not in row] == [
        row for row in before if "user_session" not in row
    ]


def test_a_step_of_other_work_is_not_found_under_ones_own(site: Site, alice: Visitor) -> None:
    theirs = steps(site, site.report)[0]

    answer = alice.post(f"{page_of(site)}/{theirs.id}/drop", {f"drop-{theirs.id}-why": "x"})

    assert answer.status_code == 404


def test_a_step_is_marked_as_done_on_its_day_and_open_again(site: Site, alice: Visitor) -> None:
    step = steps(site)[0]

    answer = sent(alice, page_of(site), f"{step.id}/done", **{f"done-{step.id}-done_on": "2026-04-02"})

    page = alice.page(answer.headers["Location"])
    assert "done on 2 April, earlier than agreed" in page.text
    assert "earlier than agreed" in alice.page(f"/engagements/{site.kitchen.engagement_id}").text
    alice.post(page.form("/undo").action)
    assert steps(site)[0].done_on is None


def test_a_day_still_ahead_is_refused_beside_its_field(site: Site, alice: Visitor) -> None:
    step = steps(site)[0]

    answer = sent(alice, page_of(site), f"{step.id}/done", **{f"done-{step.id}-done_on": "2026-04-20"})

    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.message_at(f"done-{step.id}-done_on") == "This day is still ahead."
    assert page.form(f"{step.id}/done")[f"done-{step.id}-done_on"] == "2026-04-20"


def test_steps_change_places_with_one_press(site: Site, alice: Visitor) -> None:
    first, second = steps(site)

    answer = alice.post(alice.page(page_of(site)).form(f"{second.id}/place").action, {"to": "up"})

    assert answer.headers["Location"].endswith(f"#step-{second.id}")
    assert [step.id for step in steps(site)] == [second.id, first.id]


def test_a_step_falls_away_with_a_reason_and_is_taken_up_again(site: Site, alice: Visitor) -> None:
    step = steps(site)[0]
    silent = sent(alice, page_of(site), f"{step.id}/drop", **{f"drop-{step.id}-why": " "})
    assert silent.status_code == 422
    assert Page(silent.text).message_at(f"drop-{step.id}-why") == "Please tell the client why it is no longer planned."

    typed = {f"drop-{step.id}-why": "You keep the old ones.", f"drop-{step.id}-language": "en"}
    answer = sent(alice, page_of(site), f"{step.id}/drop", **typed)

    page = alice.page(answer.headers["Location"])
    assert "no longer planned" in page.text
    assert "You keep the old ones." in page.text
    assert "You keep the old ones." in alice.page(f"/engagements/{site.kitchen.engagement_id}").text
    alice.post(page.form("/take-up").action)
    assert steps(site)[0].dropped_at is None


def test_a_step_told_to_fall_away_in_the_night_and_taken_up_again_is_never_told(site: Site, alice: Visitor) -> None:
    site.deliver()
    with site.writing() as session:
        firm = session.get_one(Firm, 1)
        firm.quiet_from, firm.quiet_until = time(21), time(8)
    site.clock.on(hours=12)
    alice, step = site.visitor(site.world.alice), steps(site)[0]
    typed = {f"drop-{step.id}-why": "You keep the old ones.", f"drop-{step.id}-language": "en"}
    sent(alice, page_of(site), f"{step.id}/drop", **typed, **{f"drop-{step.id}-hear": "tell"})
    assert [mail for mail in site.mails("client_update") if mail.state is not MailState.CANCELLED]

    assert alice.post(f"{page_of(site)}/{step.id}/take-up").status_code == 303

    assert not [mail for mail in site.mails("client_update") if mail.state is not MailState.CANCELLED]


def test_a_step_is_added_in_the_languages_of_the_firm(site: Site, alice: Visitor) -> None:
    typed = {"new-labels-en": "Lamps", "new-labels-az": "Lampalar", "new-new_kind": "range"}

    answer = sent(
        alice, page_of(site), page_of(site), **typed, **{"new-new_on": "2026-05-04", "new-new_until": "2026-05-06"}
    )

    assert answer.status_code == 303
    step = steps(site)[-1]
    assert step.labels == {"en": "Lamps", "az": "Lampalar"}
    assert [(entry.act, entry.starts_on, entry.ends_on) for entry in entries(site, step)] == [
        (Act.FIRST, date(2026, 5, 4), date(2026, 5, 6))
    ]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"new-new_on": "2026-05-04"}, None),
        ({"new-labels-en": "Lamps"}, "new-new_on"),
        ({"new-labels-en": "Lamps", "new-new_on": "2026-04-05"}, "new-new_on"),
        ({"new-labels-en": "Lamps", "new-new_on": "2026-05-04", "new-new_kind": "range"}, "new-new_until"),
    ],
)
def test_a_new_step_needs_a_name_and_a_date(
    site: Site, alice: Visitor, typed: dict[str, str], field: str | None
) -> None:
    answer = sent(alice, page_of(site), page_of(site), **typed)

    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.message_at(field) if field else "Please name the step" in page.text
    assert len(steps(site)) == 2


def test_a_step_that_has_no_date_gets_its_first_one(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        step = Milestone(engagement_id=site.kitchen.engagement_id, position=3, labels={"en": "Lamps"})
        session.add(step)
        session.flush()
        number = step.id

    answer = sent(alice, page_of(site), f"{number}/agree", **{f"agree-{number}-new_on": "2026-05-04"})

    assert answer.status_code == 303
    assert [entry.act for entry in entries(site, steps(site)[2])] == [Act.FIRST]


def test_where_we_are_is_chosen(site: Site, alice: Visitor) -> None:
    works = site.all(Stage)[1]

    sent(alice, page_of(site), "/stage", **{"stage-stage": works.id})

    assert site.all(Engagement)[0].stage_id == works.id


def test_what_we_waited_for_came_and_the_day_follows(site: Site, alice: Visitor) -> None:
    wait_for_plans(site)
    step = steps(site)[0]
    asking = alice.page(page_of(site))
    assert asking.form(f"{step.id}/came")[f"came-{step.id}-on"] == "2026-04-13"

    shown = alice.page(f"{page_of(site)}?step={step.id}&came-{step.id}-came_on=2026-04-02")
    form = shown.form(f"{step.id}/came")
    answer = alice.post(form.action, form.fields)

    assert form[f"came-{step.id}-on"] == "2026-04-09"
    assert answer.status_code == 303
    assert [entry.act for entry in entries(site, step)][-1] is Act.RESOLVE


def test_what_came_tomorrow_did_not_come(site: Site, alice: Visitor) -> None:
    wait_for_plans(site)
    step = steps(site)[0]

    page = alice.page(f"{page_of(site)}?step={step.id}&came-{step.id}-came_on=2026-04-07")

    assert page.message_at(f"came-{step.id}-came_on") == "This day is still ahead."


def test_closed_work_keeps_its_dates(site: Site, dalia: Visitor) -> None:
    with site.writing() as session:
        session.get_one(Engagement, site.kitchen.engagement_id).state = EngagementState.CLOSED

    assert dalia.get(move_of(site)).status_code == 404
    assert dalia.post(f"{page_of(site)}/{steps(site)[0].id}/undo").status_code == 404
    assert {form.action for form in dalia.page(page_of(site)).forms()} == {"/sign-out"}
